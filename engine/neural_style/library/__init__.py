"""The user's own styles: `add` a network, and it is a style like any other; `forget` it; `entries` lists them."""

from neural_style.door.library import LibraryEntry, check_name, entries, find
from neural_style.library.keep import add, check_free, forget

__all__ = ["LibraryEntry", "add", "check_free", "check_name", "entries", "find", "forget"]
