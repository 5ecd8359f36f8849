"""Sets up what the tests need and runs them all: `python3 install/test.py [arguments for pytest]`.

In order: ruff (lint and format), mypy (strict, the engine), pytest (tests/unit and tests/host). Arguments go to
pytest: `python3 install/test.py -k warp`, or a file or folder of tests in place of all. Exit code 0 where all passed.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from environments import ENVIRONMENTS, ROOT, Environment, MissingPythonError, ensure
from lib import opencl
from lib.processes import SetupError, clean_environment, say


def main(arguments: list[str]) -> int:
    """Set up, run every check, sum up; 0 where all passed, 1 where one failed, 2 where nothing could be set up."""
    if arguments in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    try:
        engine = ensure("test")
        skipped = list(filter(None, map(_without, ("blender-4.5", "blender-5.2"))))
        sentence = opencl.make_testable(engine.python, ENVIRONMENTS / f"{engine.folder.name}.log")
        if sentence:
            say(sentence)
            skipped.append(sentence)
    except SetupError as error:
        say(str(error))
        return 2
    if not any(map(shutil.which, ("c++", "g++", "clang++", "cl"))):
        # The engine installs without its kernels then, and torch takes over; with a compiler they must be there.
        os.environ["NEURAL_STYLE_NO_NATIVE"] = "1"
        skipped.append("the tests of the native kernels were left out: there is no C++ compiler")
    results = [(name, *_run(name, command)) for name, command in _checks(engine, arguments)]
    print("\nsummary")
    for name, passed, seconds in results:
        print(f"  {name:<12} {'passed' if passed else 'FAILED'} ({seconds:.0f} s)")
    for sentence in skipped:
        print(f"  {sentence}")
    return int(not all(passed for _, passed, _ in results))


def _without(name: str) -> str | None:
    """Set up a Blender; where no Python for it is found, the sentence that says what is left out."""
    try:
        ensure(name)
    except MissingPythonError as error:
        sentence = f"the tests in {name.replace('-', ' ').title()} were left out: {error}"
        say(sentence)
        return sentence
    return None


def _checks(engine: Environment, arguments: list[str]) -> list[tuple[str, list[str | Path]]]:
    chosen = any(a.startswith("tests") and (ROOT / a.partition("::")[0]).exists() for a in arguments)
    folders = [] if chosen else [f for f in ("tests/unit", "tests/host") if any((ROOT / f).glob("**/test_*.py"))]
    return [
        ("ruff check", [engine.script("ruff"), "check", "."]),
        ("ruff format", [engine.script("ruff"), "format", "--check", "."]),
        ("mypy", [engine.script("mypy")]),
        ("pytest", [engine.python, "-m", "pytest", *folders, *arguments]),
    ]


def _run(name: str, command: list[str | Path]) -> tuple[bool, float]:
    """Run one check in the project's root; whether it passed, and the seconds it took."""
    print(f"\n{name}", flush=True)
    began = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, env=clean_environment(), check=False).returncode
    return code == 0, time.monotonic() - began


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("stopped")
