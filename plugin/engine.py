"""Finds the engine: the Python of the environment that it is installed in."""

import os
from pathlib import Path

import bpy

from .door.folders import engine_folder
from .errors import PaintError
from .setup.lib import home

#: A path that comes before all others: the engine's Python, or the folder of its environment.
VARIABLE = "NEURAL_STYLE_ENGINE"


def python() -> Path:
    """The engine's Python. Raises `PaintError` where there is none, or where a given path holds none.

    Looked for in the environment variable, then in the preferences, then where `install/engine.py` puts it, then in
    the extension's own folder.
    """
    for given, source in ((os.environ.get(VARIABLE), f"the variable {VARIABLE}"), (_preferred(), "the preferences")):
        if given:
            found = in_folder(Path(bpy.path.abspath(given)).expanduser())
            if found is None:
                mend = f"correct the path in {source}"
                raise PaintError("there is no engine where it should be", given, mend, "preferences")
            return found
    facts = installed()
    if facts:
        folder = engine_folder() / facts["folder"]
        found = in_folder(folder)
        if found is None:
            mend = "install the engine again"
            raise PaintError("the Python that the engine was installed with is gone", str(folder), mend, "install")
        return found
    found = in_folder(own_folder())
    if found is None:
        raise PaintError("the Neural Style engine is not installed", "", "install it once", "install")
    return found


def trouble() -> PaintError | None:
    """Why there is no engine; None where there is one. Cheap."""
    try:
        python()
    except PaintError as error:
        return error
    return None


def is_chosen() -> bool:
    """Whether an engine was given, in place of the installed one."""
    return bool(os.environ.get(VARIABLE) or _preferred())


def installed() -> dict:
    """What is known of the installed engine; empty where none is installed."""
    return home.about(engine_folder())


def in_folder(path: Path) -> Path | None:
    """The Python at a path: the path itself, or the one of the environment in that folder."""
    # A link must not be resolved: the place of the link is what tells Python its environment.
    for candidate in (path, path / "bin" / "python", path / "Scripts" / "python.exe"):
        if candidate.is_file():
            return candidate.absolute()
    return None


def own_folder() -> Path:
    """Where an engine that somebody put into the extension's own folder is."""
    return Path(bpy.utils.extension_path_user(__package__, path="engine"))


def _preferred() -> str:
    addon = bpy.context.preferences.addons.get(__package__)
    return addon.preferences.engine if addon and addon.preferences else ""
