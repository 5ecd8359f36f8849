"""What the cache takes on the disk, counted in the background, and how it is emptied."""

import contextlib
import threading
import time
from pathlib import Path

from . import status
from .door.folders import cache_folder
from .setup.lib import home

#: Seconds after which the size is counted again, where it is shown.
_FRESH_SECONDS = 5.0

_size: int | None = None
_counted = 0.0
_thread: threading.Thread | None = None


def size() -> int | None:
    """The cache's size in bytes, as of some seconds ago; None where it has not been counted yet. Cheap."""
    global _thread
    if time.monotonic() - _counted > _FRESH_SECONDS and (_thread is None or not _thread.is_alive()):
        _thread = threading.Thread(target=_count, args=(cache_folder(),), daemon=True)
        _thread.start()
    return _size


def count(folder: Path) -> int:
    """Bytes of all files of the cache in a folder."""
    total = 0
    for part in home.cache_parts(folder):
        for path in part.rglob("*"):
            with contextlib.suppress(OSError):  # the engine drops files meanwhile
                total += path.stat().st_size if path.is_file() else 0
    return total


def clear() -> int:
    """Remove all that is kept; the bytes that it took. What is in use stays."""
    global _counted
    folder = cache_folder()
    before = count(folder)
    home.remove_cache(folder)
    _counted = 0.0
    return before - count(folder)


def words(number: int) -> str:
    """A size in words."""
    if not number:
        return "empty"
    return f"{number / 1e9:.1f} GB" if number >= 1e8 else f"{number / 1e6:.1f} MB"


def _count(folder: Path) -> None:
    global _size, _counted
    before, _size, _counted = _size, count(folder), time.monotonic()
    if _size != before:
        status.touch()
