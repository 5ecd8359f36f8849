"""Detail: the working width by name.

It stores nothing: it reads and sets Working Width, which files and keyframes keep. So a file of any age means what it
meant, and a script may set either.
"""

import bpy

#: Name, label, description, number. The number is the working width; `CUSTOM` is any other one.
CUSTOM = -1
ITEMS = [
    ("DRAFT", "Draft", "320 pixels wide: four times as fast as Medium, with strokes twice as large", 320),
    ("LOW", "Low", "480 pixels wide: almost twice as fast as Medium", 480),
    ("MEDIUM", "Medium", "640 pixels wide", 640),
    ("HIGH", "High", "960 pixels wide: takes twice as long as Medium, with finer strokes", 960),
    ("VERY_HIGH", "Very High", "1280 pixels wide: takes four times as long as Medium, with fine strokes", 1280),
    ("FULL", "Full", "As wide as the input: the finest strokes. A frame of HD takes nine times as long as Medium", 0),
    ("CUSTOM", "Custom", "Set the Working Width yourself", CUSTOM),
]

_WIDTHS = {width for *_, width in ITEMS}


def get(node: bpy.types.Node) -> int:
    """The number of what the node's working width is called; Blender calls it."""
    return CUSTOM if node.custom_width or node.working_width not in _WIDTHS else node.working_width


def put(node: bpy.types.Node, number: int) -> None:
    """Choose a working width by its number; Blender calls it."""
    node.custom_width = number == CUSTOM
    if number != CUSTOM:
        node.working_width = number


def coarser(width: int) -> int | None:
    """The next smaller working width that has a name; None below the smallest. 0 is the input's own."""
    smaller = [each for each in sorted(_WIDTHS) if each > 0 and (width == 0 or each < width)]
    return smaller[-1] if smaller else None
