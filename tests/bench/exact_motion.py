"""What exact motion is worth: truth clips painted with estimated flow, and with the renderer's vectors.

`.envs/engine/bin/python tests/bench/exact_motion.py CLIP ...`, on folders that `tests/truth/render.py --vectors` made.
Prints a table, one row for each clip and kind of motion, and the means; all is scored with the exact motion. *Less* is
the warping error held against that with estimated flow; *uncovered* is the mean squared distance to T where the frame
before did not show what is seen.
"""

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from tabulate import tabulate
from tqdm import tqdm

from neural_style.beside import Beside
from neural_style.cache import FrameCache
from neural_style.door.messages import Settings
from neural_style.painter import Painter
from neural_style.pixels import Frame
from neural_style.report import measures
from neural_style.report.pairs import TruthPairs
from neural_style.session import Session
from neural_style.truth import TruthClip

#: What the painter is told of the motion.
KINDS = ("estimated", "vectors", "vectors and depth")


@dataclass
class Score:
    """The measures of one painting, frame by frame."""

    warping: list[float] = field(default_factory=list)
    sharpness: list[float] = field(default_factory=list)
    to_t: list[float] = field(default_factory=list)
    uncovered: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def means(self) -> np.ndarray:
        return np.array([np.mean(line) for line in vars(self).values()])


def beside(clip: TruthClip, index: int, kind: str) -> Beside:
    """What Blender would send along with a frame: its Vector pass, and its depth."""
    if kind == KINDS[0]:
        return Beside()
    with np.load(clip.folder / "vectors" / f"{index + 1:04d}.npz") as arrays:
        vectors = np.dstack((arrays["before"], arrays["after"])).astype(np.float32)
    return Beside(vectors=vectors, depth=clip.surfaces(index).depth if kind == KINDS[2] else None)


def score(clip: TruthClip, kind: str, painter: Painter, settings: Settings, frames: int, out: Path | None) -> Score:
    """Paint the clip's first frames, and measure them."""
    session, pairs, result = Session(painter, FrameCache(limit=0)), TruthPairs(clip), Score()
    alone = Settings(style=settings.style, method="johnson", working_width=settings.working_width)
    previous: tuple[str, Frame] | None = None
    for index in tqdm(range(min(frames, clip.count)), f"{clip.name}, {kind}", leave=False):
        source = clip.frame(index)
        painted = session.paint(source, settings, previous and previous[0], beside=beside(clip, index, kind))
        plain = Session(painter, FrameCache(limit=0)).paint(source, alone).picture
        if out:
            path = out / f"{clip.name}-{kind.replace(' ', '-')}-{index + 1:04d}.png"
            cv2.imwrite(str(path), np.rint(painted.picture[..., ::-1] * 255).astype(np.uint8))
        if previous is not None:
            pair = pairs.pair((index, source), (index - 1, source))
            result.warping.append(pair.error(previous[1], painted.picture))
            result.sharpness.append(measures.sharpness(painted.picture) / measures.sharpness(plain))
            result.to_t.append(measures.distance(painted.picture, plain).squares)
            result.uncovered.append(measures.distance(painted.picture, plain, ~pair.visible).squares)
            result.seconds.append(painted.seconds.get("motion", 0.0))
        previous = painted.key, painted.picture
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="+", type=Path, metavar="CLIP", help="folders of truth clips, with vectors")
    parser.add_argument("--frames", type=int, default=8, help="how many of each (8)")
    parser.add_argument("--width", type=int, default=320, help="width that is painted at (320)")
    parser.add_argument("--method", default="steady")
    parser.add_argument("--iterations", type=int, default=0, help="of the solver; 0 takes the method's own")
    parser.add_argument("--style", default="starry-night")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="what the painter is told of")
    parser.add_argument("-o", "--out", type=Path, metavar="DIR", help="keep the pictures here")
    given = parser.parse_args()
    if given.out:
        given.out.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        style=given.style, method=given.method, iterations=given.iterations, working_width=given.width
    )  # fmt: skip
    painter, rows, means = Painter(), [], {kind: [] for kind in given.kinds}
    for folder in given.clips:
        clip = TruthClip.open(folder)
        for kind in given.kinds:
            found = score(clip, kind, painter, settings, given.frames, given.out).means()
            means[kind].append(found)
            rows.append(_row(clip.name, kind, found, means[given.kinds[0]][-1]))
            print(*rows[-1], sep=" | ", file=sys.stderr, flush=True)
    for kind in given.kinds:
        rows.append(_row("mean", kind, np.mean(means[kind], 0), np.mean(means[given.kinds[0]], 0)))
    head = ("clip", "motion", "warping error", "less, %", "sharpness × T's", "distance to T", "uncovered", "motion, s")
    print(tabulate(rows, head, tablefmt="pipe", floatfmt=("", "", ".5f", ".0f", ".3f", ".4f", ".4f", ".3f")))


def _row(clip: str, kind: str, found: np.ndarray, estimated: np.ndarray) -> tuple[object, ...]:
    return clip, kind, found[0], 100 * (1 - found[0] / estimated[0]), *found[1:]


if __name__ == "__main__":
    main()
