"""Where an installed engine lives, `engine` in the user's data folder, and what is there: `engine.json`.

An environment cannot be moved, so every set-up makes one under a name of its own; `engine.json`, written last, names
the one that counts. What is there besides was left by a set-up that was stopped, and is removed by the next.
"""

import contextlib
import importlib.util
import json
import shutil
from collections.abc import Iterable
from pathlib import Path

#: What lies in the data folder besides the engine.
_DATA = {
    "networks": ("weights", "clips", "bfloat16.json", "bfloat16.lock", "opencl.json", "opencl.lock"),
    "styles": ("styles",),
}

#: What lies in the cache's folder: states by the first two letters of their key, optical flow, and bakes.
_CACHE = ("[0-9a-f][0-9a-f]", "flow", "bakes")

#: How the folders are called that the rule makes above the cache's, where none was chosen.
_OURS = ("frames", "Cache", "neural-style")

_HERE = Path(__file__).resolve().parents[1]

#: The door's rule for the user's folders: in the project, and in the extension.
_RULES = (_HERE.parent / "engine/neural_style/door/folders.py", _HERE.parent / "door/folders.py")


def folders():
    """The door's module of folders, the same for the engine, the extension and the set-up."""
    path = next(path for path in _RULES if path.is_file())
    spec = importlib.util.spec_from_file_location("neural_style_folders", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def default() -> Path:
    """The folder of the installed engine; it may not exist yet."""
    return folders().engine_folder()


def about(home: Path) -> dict:
    """What `engine.json` says; empty where no engine is installed there."""
    try:
        found = json.loads((home / "engine.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and (home / str(found.get("folder", ""))).is_dir() else {}


def adopt(home: Path, facts: dict) -> None:
    """Let the environment `facts["folder"]` be the one that counts, and remove all others."""
    part = home / "engine.json.part"
    part.write_text(json.dumps(facts, indent=1), encoding="utf-8")
    part.replace(home / "engine.json")
    tidy(home)


def tidy(home: Path) -> None:
    """Remove all environments but the one that counts, and what was fetched."""
    kept = about(home).get("folder")
    for path in home.iterdir() if home.is_dir() else ():
        if path.is_dir() and path.name != kept:
            shutil.rmtree(path, ignore_errors=True)


def remove_data(data: Path, kinds: Iterable[str]) -> list[Path]:
    """Remove what the engine has kept in the user's data folder besides itself; what is left of it.

    kinds: `networks` (weights, clips, what was measured of the machine) and `styles` (the user's own).
    """
    names = [name for kind in kinds for name in _DATA[kind]]
    for name in names:
        shutil.rmtree(data / name, ignore_errors=True)
        with contextlib.suppress(OSError):
            (data / name).unlink()
    return [data / name for name in names if (data / name).exists()]


def cache_parts(folder: Path) -> list[Path]:
    """The folders in a cache's folder that are the cache's own: it may be one that other things are kept in too."""
    return sorted(path for kind in _CACHE for path in folder.glob(kind) if path.is_dir())


def remove_cache(folder: Path) -> list[Path]:
    """Remove all that is kept in the cache's folder; what is left of it."""
    for path in cache_parts(folder):
        shutil.rmtree(path, ignore_errors=True)
    return cache_parts(folder)


def remove_empty(rule) -> None:
    """Remove the folders of the door's `rule`, the module, where nothing is in them any more."""
    cache, data = rule.cache_folder(), rule.data_folder()
    # What lies above a folder of the user's choice is the user's, empty or not.
    above = [path for path in cache.parents if path.name in _OURS] if cache.name in _OURS else []
    for folder in (cache, *above, data):
        with contextlib.suppress(OSError):
            folder.rmdir()


def remove(home: Path) -> bool:
    """Remove the engine; whether nothing of it is left."""
    with contextlib.suppress(OSError):
        (home / "engine.json").unlink()  # first: half an engine is none
    shutil.rmtree(home, ignore_errors=True)
    return not home.exists()
