"""Where the engine keeps what it fetches and what is imported: one rule for both sides of the door."""

import os
import sys
from pathlib import Path

#: A folder of the user's choice, in place of the system's.
DATA_VARIABLE = "NEURAL_STYLE_DATA"

#: The same for what can be made again: painted frames and bakes.
CACHE_VARIABLE = "NEURAL_STYLE_CACHE"

_NAME = "neural-style"


def data_folder() -> Path:
    """The folder of weights, clips and imported styles: $NEURAL_STYLE_DATA, else the user's data folder.

    That is the one that platformdirs gives (XDG base directories; Apple's and Microsoft's guidelines), which Blender's
    Python does not have.
    """
    given = os.environ.get(DATA_VARIABLE)
    return Path(given) if given else _user_data() / _NAME


def engine_folder() -> Path:
    """The folder of the engine that `install/engine.py`, or its button in Blender, has installed for the user."""
    return data_folder() / "engine"


def cache_folder() -> Path:
    """The folder of painted frames: $NEURAL_STYLE_CACHE, else one in the user's cache folder, platformdirs' again."""
    given = os.environ.get(CACHE_VARIABLE)
    return Path(given) if given else _user_cache() / "frames"


def state_file(key: str) -> Path:
    """Where the state of the painted frame with this key is kept."""
    return cache_folder() / key[:2] / f"{key}.safetensors"


def _user_cache() -> Path:
    if sys.platform == "win32":
        return _user_data() / _NAME / "Cache"
    chosen = Path(os.environ.get("XDG_CACHE_HOME") or ".")
    if chosen.is_absolute():
        return chosen / _NAME
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / _NAME


def _user_data() -> Path:
    if sys.platform == "win32":
        given = os.environ.get("LOCALAPPDATA")
        return Path(given) if given else Path.home() / "AppData" / "Local"
    chosen = Path(os.environ.get("XDG_DATA_HOME") or ".")
    if chosen.is_absolute():  # the specification has relative ones ignored
        return chosen
    return Path.home() / ("Library/Application Support" if sys.platform == "darwin" else ".local/share")
