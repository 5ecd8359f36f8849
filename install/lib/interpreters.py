"""Finds Python interpreters of a wanted version, wherever the usual tools put them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lib.processes import clean_environment

#: What a candidate is asked. One in an environment answers for the one that the environment was made with: it may be
#: the very environment that is about to be made anew. An interpreter without the global lock takes other wheels, so it
#: is told apart.
_QUESTION = """
import importlib.util, json, sys, sysconfig
print(json.dumps({
    "executable": getattr(sys, "_base_executable", None) or sys.executable,
    "version": list(sys.version_info[:3]),
    "venv": all(importlib.util.find_spec(m) for m in ("venv", "ensurepip")),
    "plain": sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED"),
}))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python that runs: its file, its version, and whether it can make environments."""

    path: Path
    version: tuple[int, int, int]
    can_venv: bool


def find(version: str, places: Iterable[Path] | None = None) -> Interpreter | None:
    """The best Python of `version` ("3.13"), or None.

    One that can make environments goes before one that cannot; else the first found wins. The running
    Python comes first, then PATH, then the folders of pyenv, uv, asdf, mise and conda, then those of the system.
    A shim that refuses to run (pyenv's, where the version is not selected) is passed over.
    """
    second = None
    for path in candidates(version) if places is None else places:
        found = ask(path)
        if found is None or ".".join(map(str, found.version[:2])) != version:
            continue
        if found.can_venv:
            return found
        second = second or found
    return second


def ask(path: Path) -> Interpreter | None:
    """What the Python at `path` says of itself; None where it does not run or is not an ordinary CPython."""
    try:
        answer = subprocess.run(
            [path, "-I", "-c", _QUESTION],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env=clean_environment(),
            timeout=30,
            check=True,
        )
        said = json.loads(answer.stdout)
        if not said["plain"]:
            return None
        return Interpreter(Path(said["executable"]), tuple(said["version"]), bool(said["venv"]))
    except (OSError, subprocess.SubprocessError, ValueError, KeyError):
        return None


def candidates(version: str) -> Iterator[Path]:
    """The files that may be a Python of `version`, the likeliest first, none twice."""
    seen = set()
    for path in _places(version):
        if path not in seen and os.access(path, os.X_OK) and path.is_file():
            seen.add(path)
            yield path


def _places(version: str) -> Iterator[Path]:
    home = Path.home()
    yield Path(sys.executable)
    if sys.platform == "win32":
        yield from _windows_places(version)
        return
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder:
            yield Path(folder) / f"python{version}"
            yield Path(folder) / "python3"
    versions = (
        Path(os.environ.get("PYENV_ROOT", home / ".pyenv")) / "versions",
        Path(os.environ.get("UV_PYTHON_INSTALL_DIR", home / ".local/share/uv/python")),
        Path(os.environ.get("ASDF_DATA_DIR", home / ".asdf")) / "installs/python",
        home / ".local/share/mise/installs/python",
        home / ".rye/py",
        *(home / name / "envs" for name in ("miniconda3", "anaconda3", "miniforge3", "mambaforge")),
    )
    for folder in versions:
        yield from sorted(folder.glob(f"*/bin/python{version}"), reverse=True)
    for folder in ("/usr/local/bin", "/opt/homebrew/bin", "/usr/bin"):
        yield Path(folder) / f"python{version}"
    yield Path(f"/Library/Frameworks/Python.framework/Versions/{version}/bin/python{version}")
    yield from sorted(Path("/opt").glob(f"python*/bin/python{version}"))


def _windows_places(version: str) -> Iterator[Path]:
    """Where Python's own installer puts one on Windows, for one user or for all, then PATH, pyenv-win and uv."""
    folder = f"Python{version.replace('.', '')}"
    local, roaming = (Path(os.environ.get(name) or ".") for name in ("LOCALAPPDATA", "APPDATA"))
    yield local / "Programs" / "Python" / folder / "python.exe"
    for name in ("ProgramFiles", "ProgramW6432"):
        if os.environ.get(name):
            yield Path(os.environ[name]) / folder / "python.exe"
    for path in os.environ.get("PATH", "").split(os.pathsep):
        if path:
            yield Path(path) / "python.exe"
    for versions in (Path.home() / ".pyenv" / "pyenv-win" / "versions", roaming / "uv" / "python"):
        yield from sorted(versions.glob("*/python.exe"), reverse=True)
