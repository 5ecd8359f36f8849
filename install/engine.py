#!/usr/bin/env python3
"""Installs the engine for the user, without the project: `python3 install/engine.py`; `--remove` takes it away again.

It goes into the user's data folder, where the extension finds it: an environment of its own, with the build of PyTorch
that fits the machine (`lib/machine.py`). Standard library only. The extension carries this script, and runs it with
`--attended` when its button is pressed: progress then goes to standard output as JSON, a line each, and closing
standard input stops it. Stopped at any time it leaves what was there before.
"""

import argparse
import json
import os
import shutil
import sys
import threading
import time
from pathlib import Path

from lib import home, interpreters, machine
from lib.pip_run import Refused, Runner, package_of, size_of
from lib.processes import SetupError, locked, say

HERE = Path(__file__).resolve().parent

#: The engine's sources: the project, or what the extension carries of it.
SOURCE = HERE.parent if (HERE.parent / "pyproject.toml").is_file() else HERE / "source.zip"

#: The Pythons that the pinned packages are built for, the best first.
PYTHONS = ("3.11", "3.12", "3.13", "3.14")

#: Starts the engine, and has it say what it is. It finds out at once whether an OpenCL device warps faster, as `doctor`
#: does, which an artist may never run; a driver that cannot do it hinders nothing.
_CHECK = """
import contextlib, json, torch
from neural_style import __version__
from neural_style.device import choose, describe
with contextlib.suppress(Exception):
    from neural_style.motion import choice
    choice.settle()
print(json.dumps([__version__, torch.__version__, describe(choose())]))
"""


class Setup:
    """One installation.

    options: of the command line. say: is told how much is done, in [0, 1], and what goes on.
    """

    def __init__(self, options: argparse.Namespace, say) -> None:
        self.options = options
        self.home: Path = options.into
        self.say = say
        self.runner = Runner(self.home / "setup.log")
        self._expected = (1e9, 1e9)
        self._done = 0.0

    def run(self) -> dict:
        """Install; what `engine.json` then says. Raises SetupError; what was there before stays."""
        version = _pinned("torch")
        shown = machine.look()
        attempts = machine.attempts(shown, version, self.options.torch_index, self.options.build)
        if not attempts:
            wanted = self.options.build or f"{shown.system} on {shown.processor}"
            mend = f"give the index of that build with --torch-index or in {machine.INDEX_VARIABLE}"
            known = self.options.build or machine.fitting(shown)
            raise SetupError(
                "pip's ordinary index has no PyTorch for this", wanted, mend if known else "use another machine"
            )
        python = _python(prefer_other=self.options.attended)
        with locked(self.home / ".lock"):
            home.tidy(self.home)
            self._make_sure_of_room(attempts[0])
            self.runner.log.unlink(missing_ok=True)
            folder = self.home / f"{_version()}-{time.strftime('%Y%m%dT%H%M%S')}"
            try:
                facts = self._install(folder, python, attempts)
                home.adopt(self.home, facts)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            finally:
                shutil.rmtree(self.home / "fetched", ignore_errors=True)
        self.say(1.0, "done")
        return facts

    def networks(self, python: Path) -> dict:
        """Fetch the networks' weights, with an engine's Python."""
        with locked(self.home / ".lock"):
            self._fetch(python, 0.0)
        return {}

    def _fetch(self, python: Path, share: float) -> None:
        def look(noise: str) -> None:
            lines = [line for line in noise.splitlines() if line.startswith("fetching ")]
            done = share + (1 - share) * min(0.95, 0.15 * len(lines))
            self.say(done, lines[-1] if lines else "fetching the networks")

        self.runner.run([python, "-m", "neural_style", "fetch"], "fetching the networks", look)

    def _install(self, folder: Path, python: interpreters.Interpreter, attempts: list[machine.Attempt]) -> dict:
        self.say(0.0, f"making an environment with Python {'.'.join(map(str, python.version))}")
        self.runner.run([python.path, "-m", "venv", folder], "making the environment")
        inside = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        pip = [inside, "-m", "pip", "install", "--progress-bar", "off", "--no-warn-script-location"]
        build = self._torch(folder, pip, attempts)
        self._pip(folder, [*pip, "-r", HERE / "requirements" / "engine.txt"])
        self.say(0.95, "building the engine")
        self.runner.run([*pip, "--no-build-isolation", "--no-deps", SOURCE], "installing the engine")
        self.say(0.97, "trying it")
        said = self.runner.run([inside, "-c", _CHECK], "starting the engine").strip().splitlines()
        version, torch, device = json.loads(said[-1])
        if self.options.fetch:
            self._fetch(inside, 0.97)
        return {
            "folder": folder.name, "version": version, "torch": torch, "build": build.name, "device": device,
            "python": ".".join(map(str, python.version)), "bytes": size_of(folder), "note": _note(build, device),
        }  # fmt: skip

    def _torch(self, folder: Path, pip: list, attempts: list[machine.Attempt]) -> machine.Build:
        """Install PyTorch in the first way that works; the build that it is."""
        for attempt, is_last in zip(attempts, [False] * (len(attempts) - 1) + [True], strict=True):
            self._make_sure_of_room(attempt)  # the next way may be a larger one
            index = ["--index-url", attempt.index] if attempt.index else []
            try:
                self._pip(folder, [*pip, *index, attempt.requirement])
                return attempt.build
            except Refused:
                if is_last:
                    raise
        raise AssertionError

    def _make_sure_of_room(self, attempt: machine.Attempt) -> None:
        """Raise SetupError where it would not fit on the disk."""
        self._expected = attempt.fetched * 1e9, attempt.installed * 1e9
        free, needed = shutil.disk_usage(self.home).free, sum(self._expected)
        if free < needed:
            raise SetupError(
                "there is too little room on the disk",
                f"{self.home} has {free / 1e9:.1f} GB, and {needed / 1e9:.1f} are needed",
                f"free some, or put it elsewhere with {home.folders().DATA_VARIABLE}",
            )

    def _pip(self, folder: Path, command: list) -> None:
        """Run pip, and say how far it is."""
        fetched = self.home / "fetched"
        fetched.mkdir(exist_ok=True)

        def look(noise: str) -> None:
            done, there = size_of(fetched), size_of(folder)
            parts = [min(1.0, size / most) for size, most in zip((done, there), self._expected, strict=True)]
            is_placing = "Installing collected packages" in noise
            self._done = max(self._done, 0.02 + 0.9 * (sum(parts) / 2 if not is_placing else 0.5 + parts[1] / 2))
            words = "putting the packages in place" if is_placing else f"fetching {package_of(noise) or 'packages'}"
            self.say(min(self._done, 0.94), f"{words} ({(done + there) / 1e9:.1f} GB)")

        # Where pip fetches to is where its progress is seen, and where nothing of it is left behind.
        place = {name: str(fetched) for name in ("TMPDIR", "TEMP", "TMP")}
        self.runner.run(command, "fetching the packages", look, place)


def _note(build: machine.Build, device: str) -> str:
    """What the user should know: that a card is there, and not used."""
    shown = machine.look()
    better = machine.left_out(shown)
    if device.startswith("cpu") and (build.name in ("cuda", "rocm") or better):
        return (
            f"it computes on the processor, though there is a card: PyTorch's build for {(better or build).label} "
            f"is installed with --torch-index or {machine.INDEX_VARIABLE}"
        )
    return ""


def _python(prefer_other: bool) -> interpreters.Interpreter:
    """The Python to make the environment with.

    prefer_other: whether the running one, Blender's own, comes last: an update of Blender takes it away.
    """
    running, second = Path(sys.executable), None
    order = [path for version in PYTHONS for path in interpreters.candidates(version)]
    mine = [path for path in order if path == running][:1]
    others = [path for path in order if path != running]
    for path in [*others, *mine] if prefer_other else [*mine, *others]:
        found = interpreters.ask(path)
        if found is None or ".".join(map(str, found.version[:2])) not in PYTHONS:
            continue
        if found.can_venv:
            return found
        second = second or found
    if second is not None:
        raise SetupError(
            "this Python cannot make environments",
            str(second.path),
            f"install its venv module, on Debian and Ubuntu: sudo apt-get install "
            f"python{'.'.join(map(str, second.version[:2]))}-venv",
        )
    raise SetupError("no Python was found that the engine runs on", "", f"install Python {PYTHONS[0]} or newer")


def _pinned(package: str) -> str:
    """The version of a package that the requirements name."""
    lines = (HERE / "requirements" / "engine.txt").read_text(encoding="utf-8").splitlines()
    return next(line.partition("==")[2].strip() for line in lines if line.startswith(f"{package}=="))


def _version() -> str:
    """The version of this engine."""
    if SOURCE.suffix != ".zip":
        import tomllib

        return tomllib.loads((SOURCE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return (HERE / "version.txt").read_text(encoding="utf-8").strip()


def _show_in_terminal(share: float, text: str) -> None:
    print(f"\r{share:4.0%}  {text[:70]:70}", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)


def _show_as_json(share: float, text: str) -> None:
    print(json.dumps({"share": round(share, 4), "text": text}), flush=True)


def _arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Install the engine of Neural Style for this user.")
    parser.add_argument("--into", type=Path, default=home.default(), metavar="DIR", help="its folder (%(default)s)")
    parser.add_argument("--build", choices=[build.name for build in machine.BUILDS], help="of PyTorch (what fits)")
    parser.add_argument(
        "--torch-index",
        metavar="URL",
        help=f"PyTorch's own index for the build that is wanted; by default {machine.INDEX_VARIABLE}, else pip's index",
    )
    parser.add_argument("--fetch", action="store_true", help="fetch the networks' weights too")
    parser.add_argument("--networks", type=Path, metavar="PYTHON", help="only fetch, with the engine of that Python")
    parser.add_argument("--show", action="store_true", help="only say what would be installed")
    parser.add_argument("--remove", action="store_true", help="remove the installed engine")
    parser.add_argument("--all", action="store_true", help="with --remove: weights, cache and your own styles too")
    parser.add_argument("--attended", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(given)
    options.into = options.into.absolute()
    options.torch_index = options.torch_index or os.environ.get(machine.INDEX_VARIABLE) or None
    return options


def _show(options: argparse.Namespace) -> int:
    shown = machine.look()
    print(f"machine: {shown.system}, {shown.processor}{', NVIDIA card' * shown.nvidia}{', AMD card' * shown.amd}")
    for attempt in machine.attempts(shown, _pinned("torch"), options.torch_index, options.build):
        build = attempt.build
        print(f"build:   {build.name}, for {build.label}: {attempt.requirement}, "
              f"about {attempt.fetched:g} GB to fetch, {attempt.installed:g} GB on the disk")  # fmt: skip
    print(f"folder:  {options.into}")
    return 0


def _remove(options: argparse.Namespace) -> int:
    """Remove the engine, and with `--all` every trace of it."""
    folders = home.folders()
    left = [] if home.remove(options.into) else [options.into]
    if options.all:
        left += home.remove_data(folders.data_folder(), ("networks", "styles"))
        cache = folders.cache_folder()
        left += home.remove_cache(cache)
        home.remove_empty(folders)
    for path in left:
        say(f"something of it is still in use: {path}")
    if not left:
        say(f"removed: {options.into}")
    return int(bool(left))


def main(given: list[str] | None = None) -> int:
    """Install or remove; 0 where that worked, 1 where it did not, 3 where it was stopped."""
    options = _arguments(sys.argv[1:] if given is None else given)
    if options.show:
        return _show(options)
    if options.remove:
        return _remove(options)
    setup = Setup(options, _show_as_json if options.attended else _show_in_terminal)
    if options.attended:
        threading.Thread(target=lambda: (sys.stdin.read(), setup.runner.stop()), daemon=True).start()
    try:
        facts = setup.networks(options.networks) if options.networks else setup.run()
    except (SetupError, OSError) as error:
        sentence = str(error)
        print(json.dumps({"failed": sentence}), flush=True) if options.attended else say(f"\n{sentence}")
        return 3 if setup.runner.stopped.is_set() else 1
    except KeyboardInterrupt:
        setup.runner.stop()
        say("\nstopped; what was there before is still there")
        return 3
    if options.attended:
        print(json.dumps({"done": facts}), flush=True)
    elif facts:
        print(f"{options.into / facts['folder']}\n{facts['torch']} on {facts['device']}")
        say(facts["note"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
