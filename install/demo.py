"""Paints a clip through Blender, from nothing: `python3 install/demo.py`; `--help` lists the options.

Leaves in out/demo/: painted.mp4, sheet.png (the clip above what became of it) and report.json. Exit code 0 where all
is well, 2 for something in the arguments, the clip or the weights, 1 where the set-up or the render failed.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import extension
from demonstration.job import LEAST_FRAMES, Job
from environments import ROOT, Environment, MissingPythonError, ensure
from lib.processes import SetupError, clean_environment, say

sys.path.insert(0, str(ROOT / "engine"))
from neural_style.door.catalogue import DEFAULT_STYLE, STYLES  # a part of it that needs nothing installed


def main(arguments: list[str]) -> int:
    """Check, set up, paint; the exit code."""
    options = _parser().parse_args(arguments)
    problem = _problem(options)
    if problem:
        say(f"demo: {problem}")
        return 2
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        say(f"demo: the output folder cannot be made: {error} (name another with --out)")
        return 2
    try:
        engine = ensure("engine")
        blender = _blender(options.blender)
        resources = options.out / "work" / "blender"
        extension.install(extension.build(options.out / "work"), resources)
    except (SetupError, RuntimeError, OSError) as error:
        say(f"demo: {error}")
        return 1
    job = Job(
        clip=str(options.clip.resolve()) if options.clip else "",
        frames=options.frames,
        width=options.width,
        style=options.style,
        blender=blender.name.removeprefix("blender-"),
        python=str(blender.python),
        resources=str(resources.resolve()),
        out=str(options.out.resolve()),
    )
    # The rest needs the engine's packages, so it runs in the engine's Python.
    command = [engine.python, "-m", "demonstration.run", job.to_json()]
    return subprocess.run(command, cwd=ROOT / "install", env=clean_environment(), check=False).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="demo.py", description="Paint a clip through Blender, set-up included.")
    parser.add_argument("--clip", type=Path, metavar="FILE", help="(default: Big Buck Bunny, fetched)")
    parser.add_argument("--frames", type=int, default=40, metavar="N", help="how many, at most (default: %(default)s)")
    parser.add_argument("--width", type=int, default=480, metavar="PIXELS", help="that it is painted at (%(default)s)")
    parser.add_argument("--style", default=DEFAULT_STYLE, metavar="NAME", help="(default: %(default)s)")
    parser.add_argument("--blender", choices=("4.5", "5.2"), help="(default: 4.5; 5.2 where 4.5 cannot be had)")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "demo", metavar="DIR", help="(default: out/demo)")
    return parser


def _problem(options: argparse.Namespace) -> str | None:
    """What is wrong with the arguments, in one sentence; None where nothing is."""
    names = [entry.name for entry in STYLES]
    if options.style not in names:
        return f"unknown style: {options.style} (choose from {', '.join(names)})"
    if options.clip and not options.clip.is_file():
        return f"the clip does not exist: {options.clip} (give the path of a video file)"
    if options.frames < LEAST_FRAMES:
        return f"too few frames: {options.frames} (the weight needs {LEAST_FRAMES} to rise, stay and fall)"
    if not 64 <= options.width <= 4096:
        return f"the width is out of range: {options.width} (choose 64 … 4096 pixels)"
    return None


def _blender(version: str | None) -> Environment:
    """The Blender that was asked for; where none was, the first that can be had."""
    if version:
        return ensure(f"blender-{version}")
    try:
        return ensure("blender-4.5")
    except MissingPythonError as error:
        say(f"{error}; Blender 5.2 takes its place")
        return ensure("blender-5.2")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("demo: stopped")
        sys.exit(130)
