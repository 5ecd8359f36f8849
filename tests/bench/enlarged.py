"""Compares ways of enlarging a painted clip twice: plain scaling and the networks of `upscale`.

`.envs/engine/bin/python tests/bench/enlarged.py [--clip NAME|FILE] [--style STYLE] [--method steady] [--frames 12]
[--width 640] [-o FOLDER]` paints the clip, enlarges every frame in every way, and prints a table; in FOLDER it leaves
a detail of a frame in all of them. Measured against the clip scaled to the same size, whose motion is Farneback's. The
last column is how well the shipped paintings come back that were halved before.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from time import process_time

import cv2
import numpy as np
from tqdm import tqdm

from clips import located
from neural_style import upscale, video
from neural_style.cache import FrameCache
from neural_style.door.messages import Settings
from neural_style.painter import Painter
from neural_style.pixels import Frame, scaled
from neural_style.report.ruler import Ruler
from neural_style.session import Session
from neural_style.styles.files import read_picture
from neural_style.styles.resolve import PAINTINGS

Way = Callable[[Frame], Frame]


def painted(clip: Path, settings: Settings, frames: int, width: int) -> tuple[list[Frame], list[Frame]]:
    """The clip's first frames, and what they are painted to."""
    sources = list(video.read_frames(clip, count=frames, width=width))
    session, key, pictures = Session(Painter(), FrameCache()), None, []
    for source in tqdm(sources, desc="painting"):
        result = session.paint(source, settings, key)
        key = result.key
        pictures.append(result.picture)
    return sources, pictures


def twice(kernel: int) -> Way:
    return lambda picture: np.clip(cv2.resize(picture, None, fx=2, fy=2, interpolation=kernel), 0, 1)


def regained(way: Way) -> float:
    """The mean PSNR, in dB, of the shipped paintings, halved by area and enlarged again."""
    found = []
    for path in sorted(PAINTINGS.glob("*.jpg")):
        whole = read_picture(path)
        height, width = whole.shape[0] // 2, whole.shape[1] // 2
        whole = whole[: 2 * height, : 2 * width]
        found.append(-10 * np.log10(np.square(way(scaled(whole, (height, width))) - whole).mean()))
    return float(np.mean(found))


def detail(picture: Frame, name: str) -> np.ndarray:
    """A quarter of the middle, named, as BGR bytes."""
    height, width = picture.shape[:2]
    part = picture[height * 3 // 8 : height * 5 // 8, width * 3 // 8 : width * 5 // 8, ::-1]
    part = cv2.resize(np.uint8(np.round(255 * part)), None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    return cv2.putText(part, name, (8, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 2, cv2.LINE_AA)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", default="big-buck-bunny")
    parser.add_argument("--style", default=Settings().style)
    parser.add_argument("--method", default=Settings().method)
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--width", type=int, default=640)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    clip = located(options.clip)
    settings = Settings(style=options.style, method=options.method, working_width=0)
    sources, pictures = painted(clip, settings, options.frames, options.width)
    height, width = pictures[0].shape[:2]
    ruler = Ruler([np.clip(scaled(source, (2 * height, 2 * width)), 0, 1) for source in sources])

    ways: dict[str, Way] = {"bicubic": twice(cv2.INTER_CUBIC), "Lanczos": twice(cv2.INTER_LANCZOS4)}
    ways |= {f"waifu2x {name}": upscale.Upscaler(name) for name in upscale.NETWORKS}
    details = []
    print("| | warping error | contrast | sharpness | scaled back, /255 | paintings, dB | processor seconds a frame |")
    print("|---|---|---|---|---|---|---|")
    found = Ruler(sources).measure(pictures)
    print(f"| as painted | {found.warping_error:.5f} | {found.contrast:.4f} | {found.sharpness:.5f} | – | – | – |")
    for name, way in ways.items():
        start = process_time()
        large = [way(picture) for picture in pictures]
        spent = (process_time() - start) / len(large)
        found = ruler.measure(large)
        back = np.mean([np.square(scaled(a, (height, width)) - b).mean() for a, b in zip(large, pictures, strict=True)])
        print(
            f"| {name} | {found.warping_error:.5f} | {found.contrast:.4f} | {found.sharpness:.5f} "
            f"| {255 * back**0.5:.2f} | {regained(way):.2f} | {spent:.2f} |",
            flush=True,
        )
        details.append(detail(large[-1], name))
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
        rows = [np.hstack(details[place : place + 2]) for place in range(0, len(details), 2)]
        cv2.imwrite(str(options.output / "enlarged.png"), np.vstack(rows))


if __name__ == "__main__":
    main()
