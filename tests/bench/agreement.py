"""Compares a film that Blender rendered with what the engine paints of the same clip by itself.

`.envs/engine/bin/python tests/bench/agreement.py [out/demo]`, after `python3 install/demo.py`. Prints the mean
difference over the frames of full style weight, in 255ths, frame by frame and over all.
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from neural_style import video
from neural_style.cache import FrameCache
from neural_style.door.messages import Settings
from neural_style.paint import paint_clip
from neural_style.painter import Painter


def main(demo: Path) -> int:
    report = json.loads((demo / "report.json").read_text())
    full = [index for index, weight in enumerate(report["style_weight"]) if weight == 1]
    settings = Settings(style=report["style"], method=report["method"], working_width=0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paint_clip(demo / "work" / "clip.mkv", folder / "engine.mp4", settings, Painter(), cache=FrameCache(folder))
        engine = list(video.read_frames(folder / "engine.mp4"))
        blender = list(video.read_frames(demo / "painted.mp4"))
    apart = {index + 1: 255 * float(np.abs(engine[index] - blender[index]).mean()) for index in full}
    print("frame by frame:", {frame: round(value, 3) for frame, value in apart.items()})
    print(f"mean difference over frames {full[0] + 1} to {full[-1] + 1}: {np.mean(list(apart.values())):.3f}/255")
    return int(np.mean(list(apart.values())) >= 2)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "out/demo")))
