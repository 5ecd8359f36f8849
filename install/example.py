#!/usr/bin/env python3
"""Makes the example file: `python3 install/example.py` leaves out/example/example.blend, with the clip that it shows.

Three scenes to open and to render: footage with keyframes, a 3D scene with exact motion, and an edit in the sequencer.
It is made and not shipped, so that it is of the Blender that opens it.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import extension
from environments import ROOT, ensure
from lib.processes import SetupError, clean_environment, say

_BUILDER = ROOT / "install" / "demonstration" / "example_scenes.py"
_LOCATE = "from neural_style import weights; print(weights.locate('big-buck-bunny'))"


def make(out: Path, blender: Path, resources: dict[str, str], clip: Path) -> Path:
    """Make the example in a folder, and return its file. Raises SetupError.

    blender: a Python with Blender as a module; resources: what makes it find the extension.
    """
    out.mkdir(parents=True, exist_ok=True)
    target = out / "example.blend"
    shutil.copyfile(clip, out / "clip.mp4")
    command = [str(blender), str(_BUILDER), str(target)]
    environment = {**clean_environment(), **resources}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode or not target.is_file():
        lines = (done.stdout + done.stderr).strip().splitlines()
        raise SetupError("the example cannot be made", lines[-1] if lines else f"exit code {done.returncode}", "")
    return target


def main(arguments: list[str]) -> int:
    """Set up, fetch the clip, make the file; the exit code."""
    parser = argparse.ArgumentParser(prog="example.py", description="Make the example file.")
    parser.add_argument("--blender", choices=("4.5", "5.2"), default="5.2", help="that is to open it (%(default)s)")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "example", metavar="DIR", help="(out/example)")
    options = parser.parse_args(arguments)
    try:
        engine, blender = ensure("engine"), ensure(f"blender-{options.blender}")
        found = subprocess.run(
            [engine.python, "-c", _LOCATE], env=clean_environment(), capture_output=True, text=True, check=False
        )
        if found.returncode:
            raise SetupError("the clip cannot be fetched", found.stderr.strip().splitlines()[-1], "")
        work = options.out / "work"
        resources = extension.install(extension.build(work), work / "blender")
        target = make(options.out, blender.python, resources, Path(found.stdout.strip()))
        shutil.rmtree(work)
    except (SetupError, RuntimeError, OSError) as error:
        say(f"example: {error}")
        return 1
    say(f"example: {os.path.relpath(target)}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("example: stopped")
        sys.exit(130)
