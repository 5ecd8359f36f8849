"""The user's own styles: networks that were imported or trained, each in a folder, listed for both sides of the door.

A style is the folder `styles/NAME` of the data folder:

    style.json            what `LibraryEntry` says
    network.safetensors   the transformer network (`neural_style.networks.stored`)
    painting.jpg          the picture that it is after, if it was given
    preview.jpg           a photo, painted with it
"""

import hashlib
import json
import re
from pathlib import Path
from typing import NamedTuple

from .catalogue import STYLES
from .errors import NeuralStyleError
from .folders import data_folder

ABOUT, NETWORK, PAINTING, PREVIEW = "style.json", "network.safetensors", "painting.jpg", "preview.jpg"

#: Lower numbers are the catalogue's. From the other one on a keyframe, a 32-bit float to which Blender adds a half to
#: round it, no longer gives back what was put in.
FIRST_NUMBER, PAST_NUMBERS = 1000, 1 << 23

_RULE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40


class LibraryEntry(NamedTuple):
    """One style of the user's.

    name:        what is typed and stored.
    label:       what is shown.
    description: one line on what it is.
    number:      what Blender files and keyframes store.
    folder:      where its files lie.
    licence:     of the network, and whom to credit; empty where it was not said.
    """

    name: str
    label: str
    description: str
    number: int
    folder: Path
    licence: str

    @property
    def network(self) -> Path:
        """The network's file."""
        return self.folder / NETWORK

    @property
    def painting(self) -> Path | None:
        """The picture that the style is after; None where none was given."""
        path = self.folder / PAINTING
        return path if path.is_file() else None

    @property
    def preview(self) -> Path:
        """A photo, painted in the style."""
        return self.folder / PREVIEW


def folder() -> Path:
    """The folder of all styles of the user's; it may not exist yet."""
    return data_folder() / "styles"


def check_name(name: str) -> None:
    """Raise NeuralStyleError where a style cannot be called that."""
    if not _RULE.fullmatch(name) or len(name) > _LONGEST:
        raise NeuralStyleError(
            "not a name for a style",
            name,
            f"take small letters, digits and single hyphens, a letter first, at most {_LONGEST}: my-painting",
        )
    if any(entry.name == name for entry in STYLES):
        raise NeuralStyleError("there is a style of that name in the catalogue", name, "give another name")


def number(name: str) -> int:
    """The number that a name is stored as in Blender files: the same on every machine, and never given to another.

    It follows from the name alone, so that a file opened elsewhere, or after styles came and went, shows the style
    of that name or none, but never a wrong one.
    """
    digest = hashlib.sha256(name.encode()).digest()
    return FIRST_NUMBER + int.from_bytes(digest[:8], "big") % (PAST_NUMBERS - FIRST_NUMBER)


def find(name: str) -> LibraryEntry | None:
    """The style of that name; None where there is none. Cheap: it reads one small file."""
    try:
        check_name(name)
    except NeuralStyleError:
        return None
    return _read(folder() / name)


def entries() -> list[LibraryEntry]:
    """All styles of the user's, by name. What is no whole style is left out."""
    try:
        folders = sorted(folder().iterdir())
    except OSError:  # there is none yet
        return []
    return [entry for path in folders if (entry := find(path.name)) is not None]


def _read(path: Path) -> LibraryEntry | None:
    try:
        about = json.loads((path / ABOUT).read_text(encoding="utf-8"))
        texts = [about[key] for key in ("label", "description", "licence")]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not all(isinstance(text, str) for text in texts) or not (path / NETWORK).is_file():
        return None
    label, description, licence = texts
    return LibraryEntry(path.name, label, description, number(path.name), path, licence)
