"""Finds the engine: the Python of the environment that it is installed in."""

import os
from pathlib import Path

import bpy

from .errors import PaintError

#: A path that comes before all others: the engine's Python, or the folder of its environment.
VARIABLE = "NEURAL_STYLE_ENGINE"

_MEND = "set the engine up as the README says, then give its folder in the preferences of the extension"


def python() -> Path:
    """The engine's Python. Raises `PaintError` where there is none, or where a given path holds none.

    Looked for in the environment variable, then in the preferences, then in the extension's own folder.
    """
    for given, source in ((os.environ.get(VARIABLE), f"the variable {VARIABLE}"), (_preferred(), "the preferences")):
        if given:
            found = in_folder(Path(bpy.path.abspath(given)).expanduser())
            if found is None:
                raise PaintError("there is no engine where it should be", given, f"correct the path in {source}")
            return found
    found = in_folder(own_folder())
    if found is None:
        raise PaintError("the Neural Style engine is not installed", "", _MEND)
    return found


def missing() -> str:
    """Why there is no engine, in a sentence; empty where there is one."""
    try:
        python()
    except PaintError as error:
        return str(error)
    return ""


def in_folder(path: Path) -> Path | None:
    """The Python at a path: the path itself, or the one of the environment in that folder."""
    # A link must not be resolved: the place of the link is what tells Python its environment.
    for candidate in (path, path / "bin" / "python", path / "Scripts" / "python.exe"):
        if candidate.is_file():
            return candidate.absolute()
    return None


def own_folder() -> Path:
    """Where the extension keeps an engine of its own."""
    return Path(bpy.utils.extension_path_user(__package__, path="engine"))


def _preferred() -> str:
    addon = bpy.context.preferences.addons.get(__package__)
    return addon.preferences.engine if addon and addon.preferences else ""
