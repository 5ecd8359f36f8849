"""Measures what Blender and the way to the engine and back take of a frame, with and without what is done ahead.

`.envs/engine/bin/python tests/bench/blender_share.py CLIP [--frames 12] [--rounds 3]` renders the clip in every Blender
that is set up, in turns: alone; painted with each frame captured when it is asked for; with the next frame captured
while the engine paints; and with the engine told of it, too. Prints medians, in milliseconds a frame; the share is all
that is not the engine's.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from tabulate import tabulate

import clips

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "install"))

import extension  # noqa: E402

#: Stages that are Blender's and the way's; all others are the engine's.
SHARE = ("capture", "transport", "start")


def rendered(version: str, clip: Path, frames: int, rounds: int) -> dict:
    """What `tests/host/scripts/share.py` leaves."""
    python = ROOT / ".envs" / f"blender-{version}" / "bin" / "python"
    with tempfile.TemporaryDirectory() as folder:
        package = extension.build(Path(folder))
        environment = os.environ | extension.install(package, Path(folder) / "user")
        environment |= {"NEURAL_STYLE_ENGINE": sys.executable, "NEURAL_STYLE_CACHE": str(Path(folder) / "cache")}
        script = ROOT / "tests" / "host" / "scripts" / "share.py"
        command = [python, script, folder, clip.resolve(), frames, rounds]
        subprocess.run(list(map(str, command)), env=environment, check=True, stdout=subprocess.DEVNULL)
        return json.loads(Path(folder, "said.json").read_text())


def row(way: str, runs: list[dict]) -> list:
    """Medians over all frames from the third on, where the next is captured ahead, and over the rounds."""
    whole = 1e3 * median(run["whole"] for run in runs)
    lines = [line for run in runs for line in run["frames"][2:]]
    if not lines:
        return [way, f"{whole:.0f}"]
    stages = [{key: value for key, value in line.items() if isinstance(value, float)} for line in lines]
    share = [sum(stage.get(name, 0) for name in SHARE) for stage in stages]
    engine = [sum(stage.values()) - part for stage, part in zip(stages, share, strict=True)]
    capture, transport = ([stage[name] for stage in stages] for name in SHARE[:2])
    return [way, f"{whole:.0f}", *(f"{1e3 * median(some):.0f}" for some in (engine, capture, transport, share))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=clips.located, metavar="CLIP")
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    for version in ("4.5", "5.2"):
        said = rendered(version, options.clip, options.frames, options.rounds)
        rows = [row(way, said[way]) for way in ("alone", "waiting", "ahead", "told")]
        print(f"Blender {said['blender']}, {said['size'][0]}×{said['size'][1]}, ms a frame\n")
        print(tabulate(rows, headers=("", "whole", "engine", "capture", "transport", "share"), tablefmt="github"))
        print(flush=True)


if __name__ == "__main__":
    main()
