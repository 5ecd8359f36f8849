"""The styles that a node offers: the catalogue's, and those of the user's own library, which change while Blender runs.

A file and its keyframes store a style's number. An own style's follows from its name (`door/library.py`), so it means
the same style, or none, wherever the file is opened. A node also keeps the names of the own styles that were ever
chosen on it, to say which one is missing.
"""

import bpy

from .door import library
from .door.catalogue import DEFAULT_STYLE, STYLES
from .errors import PaintError

Item = tuple[str, str, str, int]

_CATALOGUE: list[Item] = [(entry.name, entry.label, entry.description, place) for place, entry in enumerate(STYLES)]

#: What an enum with changing items takes as its default: a number.
DEFAULT = next(number for name, _, _, number in _CATALOGUE if name == DEFAULT_STYLE)

#: Every list of items that was ever given, by what it depends on: Blender shows garbage once Python frees the texts.
_given: dict[tuple, list[Item]] = {}


def items(node: bpy.types.Node, _context) -> list[Item]:
    """The enum's items; Blender asks for them whenever it shows, reads or sets a style."""
    folder = library.folder()
    try:
        changed = folder.stat().st_mtime_ns  # of the folder: styles come and go by being moved into it and out of it
    except OSError:
        changed = 0
    key = folder, changed, node.own_styles
    if key not in _given:
        own = [(entry.name, entry.label, entry.description, entry.number) for entry in library.entries()]
        known = {number for *_, number in own}
        missing = [_missing(name) for name in node.own_styles.split() if library.number(name) not in known]
        _given[key] = _CATALOGUE + own + missing
    return _given[key]


def remember(node: bpy.types.Node, _context=None) -> None:
    """Keep the name of an own style that was chosen; Blender calls it when one was, by hand or by a script."""
    name = node.style
    if name and all(name != entry.name for entry in STYLES) and name not in node.own_styles.split():
        node.own_styles = f"{node.own_styles} {name}".strip()


def check(node: bpy.types.Node) -> None:
    """Raise `PaintError` where the node's style is not there: a file from elsewhere, or a style that was removed."""
    name = node.style
    if any(name == entry.name for entry in STYLES) or library.find(name):
        return
    raise PaintError(
        f"the style {name} is not among yours" if name else "the style is not known here",
        node.name,
        "import it again under its name, or choose another",
    )


def _missing(name: str) -> Item:
    return name, f"{name} (missing)", "This style is not here: import it again under its name", library.number(name)
