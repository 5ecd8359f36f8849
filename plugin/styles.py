"""The styles that a node offers: the catalogue's, and those of the user's own library, which change while Blender runs.

A file and its keyframes store a style's number. An own style's follows from its name (`door/library.py`), so it means
the same style, or none, wherever the file is opened. A node also keeps the names of the own styles that were ever
chosen on it, to say which one is missing.
"""

import bpy

from . import previews
from .door import library
from .door.catalogue import DEFAULT_STYLE, STYLES
from .errors import PaintError

#: Name, label, description, icon, number.
Item = tuple[str, str, str, int, int]

#: What an enum with changing items takes as its default: a number.
DEFAULT = next(place for place, entry in enumerate(STYLES) if entry.name == DEFAULT_STYLE)

#: What the second style is where there is none. No style has its number, nor, in capitals, its name.
NONE = "NONE"
NONE_NUMBER = library.FIRST_NUMBER - 1

#: Every list of items that was ever given, by what it depends on: Blender shows garbage once Python frees the texts.
_given: dict[tuple, list[Item]] = {}


def items(node: bpy.types.Node, _context) -> list[Item]:
    """The enum's items; Blender asks for them whenever it shows, reads or sets a style."""
    return _items(node.own_styles)


def second_items(node: bpy.types.Node, _context) -> list[Item]:
    """The items of a second style: the same, and none."""
    key = "second", id(own := _items(node.own_styles))
    if key not in _given:
        _given[key] = [(NONE, "None", "Paint in the first style alone", 0, NONE_NUMBER), *own]
    return _given[key]


def _items(own_styles: str) -> list[Item]:
    folder = library.folder()
    try:
        changed = folder.stat().st_mtime_ns  # of the folder: styles come and go by being moved into it and out of it
    except OSError:
        changed = 0
    key = folder, changed, own_styles
    if key not in _given:
        shipped = [
            (entry.name, entry.label, entry.description, previews.of_style(entry.name), place)
            for place, entry in enumerate(STYLES)
        ]
        own = [
            (entry.name, entry.label, entry.description, previews.of_file(entry.preview), entry.number)
            for entry in library.entries()
        ]
        known = {number for *_, number in own}
        missing = [_missing(name) for name in own_styles.split() if library.number(name) not in known]
        _given[key] = shipped + own + missing
    return _given[key]


def _missing(name: str) -> Item:
    return name, f"{name} (missing)", "This style is not here: import it again under its name", 0, library.number(name)


def item(node: bpy.types.Node, name: str) -> Item | None:
    """The item of that name; None where the node offers none."""
    return next((found for found in _items(node.own_styles) if found[0] == name), None)


def remember(node: bpy.types.Node, _context=None) -> None:
    """Keep the names of own styles that were chosen; Blender calls it when one was, by hand or by a script."""
    for name in (node.style, node.second_style):
        if name and name != NONE and not _is_shipped(name) and name not in node.own_styles.split():
            node.own_styles = f"{node.own_styles} {name}".strip()


def check(node: bpy.types.Node, name: str) -> None:
    """Raise `PaintError` where a style of the node's is not there: it is from elsewhere, or was removed."""
    if _is_shipped(name) or library.find(name):
        return
    raise PaintError(
        f"the style {name} is not among yours" if name else "the style is not known here",
        node.name,
        "import it again under its name, or choose another",
    )


def blended(first: str, second: str, share: float) -> str:
    """The style that is asked for: `first`, mixed with a share of `second` in [0, 1]."""
    share = round(share, 4)  # what a keyframe's 32 bits add must not name another picture
    if share <= 0:
        return first
    return second if share >= 1 else f"{first}:{1 - share:.4f}+{second}:{share:.4f}"


def _is_shipped(name: str) -> bool:
    return any(name == entry.name for entry in STYLES)


def register() -> None:
    """Offer styles with the pictures of this session."""
    _given.clear()


def unregister() -> None:
    """Forget the pictures, which are freed."""
    _given.clear()
