"""Makes the project's environments in .envs/, once, and reuses them: the engine's, and one for each Blender.

As a command: `python3 install/environments.py [engine|test|blender-4.5|blender-5.2 ...]`, all where none is named.
As a library: `ensure(name)` makes or reuses one, `existing(name)` only looks.
"""

import shutil
import sys
import time
from pathlib import Path
from typing import NamedTuple

from lib import interpreters, stamps
from lib.blender import make_importable
from lib.processes import SetupError, locked, run_quietly, say

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ROOT / ".envs"
REQUIREMENTS = Path(__file__).resolve().parent / "requirements"

#: The Pythons that the engine's pinned packages are built for, the best first.
ENGINE_PYTHONS = ("3.11", "3.12", "3.13", "3.14")


class MissingPythonError(SetupError):
    """No Python of the version that an environment needs was found."""


class Recipe(NamedTuple):
    """What an environment is made of.

    title:   how it is called in a line of progress.
    folder:  its folder in .envs/; `test` adds a layer to the engine's.
    pythons: the versions of Python that serve, the best first.
    """

    title: str
    folder: str
    pythons: tuple[str, ...]


RECIPES = {
    "engine": Recipe("the engine", "engine", ENGINE_PYTHONS),
    "test": Recipe("the engine's tests", "engine", ENGINE_PYTHONS),
    "blender-4.5": Recipe("Blender 4.5", "blender-4.5", ("3.11",)),
    "blender-5.2": Recipe("Blender 5.2", "blender-5.2", ("3.13",)),
}


class Environment(NamedTuple):
    """An environment that is whole and up to date."""

    name: str
    folder: Path

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.script("python")

    def script(self, name: str) -> Path:
        """One of its programs."""
        if sys.platform == "win32":
            return self.folder / "Scripts" / f"{name}.exe"
        return self.folder / "bin" / name


def existing(name: str) -> Environment | None:
    """The environment, where it is whole and up to date; nothing is made."""
    environment = _environment(name)
    return environment if all(_is_current(environment, layer) for layer in _layers(name)) else None


def ensure(name: str) -> Environment:
    """The environment, made or mended where it is not whole and up to date.

    Raises SetupError; MissingPythonError where no Python of its version is found.
    """
    if name not in RECIPES:
        raise SetupError("there is no such environment", name, f"choose among {', '.join(RECIPES)}")
    environment = existing(name)
    if environment is not None:
        return environment
    environment = _environment(name)
    try:
        with locked(ENVIRONMENTS / f".{environment.folder.name}.lock"):
            for layer in _layers(name):
                # Another set-up may have made it while this one waited for the lock.
                if not _is_current(environment, layer):
                    _make(environment, layer)
    except OSError as error:
        raise SetupError(
            f"{RECIPES[name].title} cannot be set up",
            str(error),
            "see to it that there is room and that it may be written",
        ) from error
    return environment


def _environment(name: str) -> Environment:
    return Environment(name, ENVIRONMENTS / RECIPES[name].folder)


def _layers(name: str) -> tuple[str, ...]:
    """What an environment is made of, bottom first: pinned packages, the project itself, the tests' packages."""
    return {"engine": ("engine", "project"), "test": ("engine", "project", "test")}.get(name, (name,))


def _value(environment: Environment, layer: str) -> str:
    """What the stamp of a layer must say. The folder counts because an environment cannot be moved."""
    if layer == "project":
        sources = [*stamps.tree(ROOT / "native"), ROOT / "CMakeLists.txt", ROOT / "pyproject.toml"]
        # An installation in place lists the engine's modules: one that is moved must be installed anew.
        modules = sorted(file.relative_to(ROOT).as_posix() for file in (ROOT / "engine").rglob("*.py"))
        return stamps.digest(sources, layer, *modules)
    return stamps.digest([REQUIREMENTS / f"{layer}.txt"], layer, _version(environment.folder), str(environment.folder))


def _version(folder: Path) -> str:
    """The version of the Python that an environment was made with, as it wrote it down."""
    try:
        lines = (folder / "pyvenv.cfg").read_text().splitlines()
    except OSError:
        return "none"
    return next((line.partition("=")[2].strip() for line in lines if line.startswith("version")), "none")


def _stamp(environment: Environment, layer: str) -> Path:
    return environment.folder / "stamps" / layer


def _is_current(environment: Environment, layer: str) -> bool:
    # `exists` follows the link: a Python that was uninstalled takes the environment with it.
    return environment.python.exists() and stamps.matches(_stamp(environment, layer), _value(environment, layer))


def _make(environment: Environment, layer: str) -> None:
    log = ENVIRONMENTS / f"{environment.folder.name}.log"
    began = time.monotonic()
    _stamp(environment, layer).unlink(missing_ok=True)
    if layer == "project":
        _install_project(environment, log)
    elif layer == "test":
        say("setting up the tests' packages (once) …")
        _install_packages(environment, layer, log)
    else:
        title = RECIPES[layer].title
        python = _find_python(layer)
        say(f"setting up {title} (once, a few minutes) …")
        log.unlink(missing_ok=True)
        _create(environment, python, title, log)
        _install_packages(environment, layer, log)
        if layer.startswith("blender-"):
            make_importable(environment.python, log)
        say(f"{title} is set up ({time.monotonic() - began:.0f} s, Python {_version(environment.folder)})")
    stamps.write(_stamp(environment, layer), _value(environment, layer))


def _find_python(name: str) -> interpreters.Interpreter:
    versions = RECIPES[name].pythons
    running = ".".join(map(str, sys.version_info[:2]))
    if running in versions:  # the Python that the user chose goes first
        versions = (running, *versions)
    for version in versions:
        found = interpreters.find(version)
        if found is not None:
            return found
    raise MissingPythonError(
        f"no Python {versions[0]} was found, and {RECIPES[name].title} needs it",
        "",
        f"install Python {versions[0]}, or put its folder on PATH",
    )


def _create(environment: Environment, python: interpreters.Interpreter, title: str, log: Path) -> None:
    try:
        if environment.folder.exists():
            shutil.rmtree(environment.folder)
    except OSError as error:
        raise SetupError("an old environment cannot be removed", str(error), "remove that folder") from error
    if not python.can_venv:
        version = ".".join(map(str, python.version[:2]))
        raise SetupError(
            "this Python cannot make environments",
            str(python.path),
            f"install its venv module, on Debian and Ubuntu: sudo apt-get install python{version}-venv",
        )
    run_quietly([python.path, "-m", "venv", environment.folder], log, f"setting up {title}")


def _install_packages(environment: Environment, layer: str, log: Path) -> None:
    requirements = REQUIREMENTS / f"{layer}.txt"
    command = [environment.python, "-m", "pip", "install", "--progress-bar", "off", "-r", requirements]
    run_quietly(command, log, f"setting up {RECIPES[layer].title}")


def _install_project(environment: Environment, log: Path) -> None:
    """Install the engine in place, and its C++ kernels where a compiler is at hand."""
    say("building the engine's kernels …")
    command = [environment.python, "-m", "pip", "install", "--no-build-isolation", "--no-deps", "-e", ROOT]
    run_quietly(command, log, "installing the engine")
    check = "import importlib.util as u; print('native' if u.find_spec('neural_style._native') else 'torch')"
    if "torch" in run_quietly([environment.python, "-c", check], log, "starting the engine"):
        say(f"the C++ kernels could not be built here, so the slower torch backend serves (why: {log})")


def main(names: list[str]) -> int:
    """Make the named environments, or all; 0 where every one is there, else 1 (2: an unknown name)."""
    unknown = [name for name in names if name not in RECIPES]
    if unknown:
        say(f"there is no such environment: {unknown[0]} (choose among {', '.join(RECIPES)})")
        return 2
    failed = False
    for name in names or RECIPES:
        try:
            print(f"{name}: {ensure(name).folder}", flush=True)
        except MissingPythonError as error:
            say(str(error))
            failed = failed or name in names  # asked for all, what cannot be had is left out
        except SetupError as error:
            say(str(error))
            failed = True
    return int(failed)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("stopped; what was not finished is made again next time")
