"""Compares the frames that Blender rendered with what the engine paints of the same clip by itself.

`.envs/engine/bin/python tests/bench/agreement.py [out/demo]`, after `python3 install/demo.py`. Prints the mean
difference over the frames of full style weight, in 255ths, frame by frame and over all. The frames are compared as
Blender wrote them, before H.264: that alone changes such pictures by some ten levels, and never twice alike.
"""

import json
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from neural_style import video
from neural_style.cache import FrameCache
from neural_style.door.messages import Settings
from neural_style.painter import Painter
from neural_style.session import Session


def main(demo: Path) -> int:
    report = json.loads((demo / "report.json").read_text())
    full = [index for index, weight in enumerate(report["style_weight"]) if weight == 1]
    settings = Settings(style=report["style"], method=report["method"], working_width=0)
    rendered = sorted((demo / "work" / "frames").glob("*.png"))
    apart: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        session, key = Session(Painter(), FrameCache(Path(folder))), None
        for index, source in enumerate(tqdm(list(video.read_frames(demo / "work" / "clip.mkv")))):
            result = session.paint(source, settings, key)
            key = result.key
            if index in full:
                blender = cv2.imread(str(rendered[index]))[..., ::-1].astype(np.float32)
                apart[index + 1] = float(np.abs(255 * result.picture - blender).mean())
    print("frame by frame:", {frame: round(value, 3) for frame, value in apart.items()})
    print(f"mean difference over frames {full[0] + 1} to {full[-1] + 1}: {np.mean(list(apart.values())):.3f}/255")
    return int(np.mean(list(apart.values())) >= 2)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "out/demo")))
