"""The pictures that styles are chosen from, as Blender's icons: each is loaded when it is first shown.

`thumbnails/` has one of every style of the catalogue (`install/thumbnails.py` makes them). A style of the user's own
shows the preview that was painted when it was imported, and a picture shows itself.
"""

from pathlib import Path

import bpy.utils.previews

_FOLDER = Path(__file__).with_name("thumbnails")

_collection: bpy.utils.previews.ImagePreviewCollection | None = None


def of_style(name: str) -> int:
    """The icon of a style of the catalogue; 0 where there is none."""
    return of_file(_FOLDER / f"{name}.jpg")


def of_file(path: Path) -> int:
    """The icon of a picture's file; 0 where there is no such file. Cheap, whatever the size of the file."""
    try:
        changed = path.stat().st_mtime_ns
    except (OSError, ValueError):
        return 0
    if _collection is None:
        return 0
    name = f"{path} {changed}"  # a style that is imported again shows its new picture
    preview = _collection.get(name) or _collection.load(name, str(path), "IMAGE")
    return preview.icon_id


def register() -> None:
    """Make room for the pictures."""
    global _collection
    _collection = bpy.utils.previews.new()


def unregister() -> None:
    """Free them."""
    global _collection
    if _collection is not None:
        bpy.utils.previews.remove(_collection)
    _collection = None
