"""Times a film whose networks, motion and solver take no time: what is left is the host's, and bounds a fast device.

`.envs/engine/bin/python tests/bench/film_host.py [--size 640x480 ...] [--rounds 3] [--frames 100]` prints, for each
size, milliseconds that a frame more takes by the clock and of the processor, and the stages of the thread that paints.
Films of all frames and of half of them are painted in turns: their difference is what a frame more takes, from
decoding to encoding, with the search for shots and the cache. On a processor the stage *solver* is what a device would
do besides: colours to and from VGG space, and the closed form.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import sizes
from tabulate import tabulate
from tqdm import tqdm

from neural_style.bench import clip
from neural_style.bench.timing import Spread
from neural_style.cache import FrameCache
from neural_style.door.messages import Settings
from neural_style.films import paint_clip
from neural_style.motion import Motion, MotionEstimator
from neural_style.painter import Painter
from neural_style.pixels import Frame
from neural_style.video import VideoWriter

STAGES = ("transformer", "motion", "solver", "transport")


class Still:
    """A flow of a film in which nothing moves, known beforehand."""

    name = "still"

    def __call__(self, a: Frame, b: Frame) -> Frame:
        """The flow from a to b, (H, W, 2)."""
        return np.zeros((*a.shape[:2], 2), np.float32)

    def motion(self, method: object) -> MotionEstimator:
        """Everything is trusted."""
        return lambda frame, earlier: Motion(self(frame, earlier), np.ones(frame.shape[:2], np.float32))


def instant() -> Painter:
    """A painter whose device has done everything as soon as it is asked."""
    painter = Painter()
    painter.flow = Still()
    painter.stylist.paint = lambda frame, style, seed=0: frame
    painter.optimise = lambda settings, method, source, goal, start, previous, iterations: start
    return painter


@contextmanager
def film(width: int, height: int, count: int) -> Iterator[Path]:
    """A clip of so many frames, of one shot, there and back again."""
    frames = clip.frames(height, width, min(count, 50))
    with tempfile.TemporaryDirectory(prefix="film-") as folder:
        path = Path(folder) / "clip.mp4"
        with VideoWriter(path, 24, width, height) as writer:
            for number in range(count):
                turn, place = divmod(number, len(frames))
                writer.write(frames[-1 - place if turn % 2 else place])
        yield path


def taken(painter: Painter, path: Path, count: int) -> np.ndarray:
    """Seconds by the clock, of the processor, and by stage, that a film of the first `count` frames takes."""
    with tempfile.TemporaryDirectory(prefix="cache-") as cache:
        start, busy = perf_counter(), process_time()
        settings = Settings(method="steady", working_width=0)
        account = paint_clip(
            path, path.with_name("painted.mp4"), settings, painter, frames=count, cache=FrameCache(Path(cache))
        )
        return np.array(
            [perf_counter() - start, process_time() - busy, *(account.seconds.get(stage, 0.0) for stage in STAGES)]
        )


def main() -> None:
    parser = sizes.parser(__doc__, rounds=3)
    parser.add_argument("--frames", type=int, default=100, help="of the longer film")
    options = parser.parse_args()
    painter, rows = instant(), []
    for height, width in options.size or [(480, 640), (1080, 1920)]:
        with film(width, height, options.frames) as path:
            taken(painter, path, 4)
            more = options.frames - options.frames // 2
            rounds = [
                (taken(painter, path, options.frames) - taken(painter, path, options.frames // 2)) / more
                for _ in tqdm(range(options.rounds), desc=f"{width}×{height}")
            ]
            rows.append(
                (f"{width}×{height}", *(1e3 * Spread.of(list(column)).median for column in np.transpose(rounds)))
            )
    titles = ("size", "ms a frame", "processor", *STAGES)
    print(tabulate(rows, titles, tablefmt="github", floatfmt=".1f"))


if __name__ == "__main__":
    main()
