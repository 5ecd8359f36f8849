"""Times a film whose networks, motion and solver take no time: what is left is the host's, and bounds a fast device.

`.envs/engine/bin/python tests/bench/film_host.py [--size 640x480 ...] [--rounds 3] [--frames 100] [--device 0]` prints,
for each size, milliseconds that a frame more takes by the clock and of the processor, the stages of the thread that
paints, and the seconds until the first frame is painted. Films of all frames and of half of them are painted in turns:
their difference is what a frame more takes, from decoding to encoding, with the search for shots and the cache. On a
processor the stage *solver* is what a device would do besides: colours to and from VGG space, and the closed form; with
`--device` the thread waits so many milliseconds more there, as for a device that takes them.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time, sleep

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


class Instant(Painter):
    """A painter whose device has done everything after `wait` seconds.

    painted: the moment when the first frame of a film was.
    """

    def __init__(self, wait: float) -> None:
        super().__init__()
        self.flow = Still()
        self.stylist.paint = lambda frame, style, seed=0: frame
        self.painted = 0.0
        self._wait = wait

    def optimise(self, settings, method, source, goal, start, previous, iterations):
        """Its start is its picture."""
        sleep(self._wait)
        self.painted = self.painted or perf_counter()
        return start


@contextmanager
def film(width: int, height: int, count: int) -> Iterator[Path]:
    """A clip of so many frames: shots of 25, there and, in other colours, back again."""
    frames = clip.frames(height, width, 25)
    with tempfile.TemporaryDirectory(prefix="film-") as folder:
        path = Path(folder) / "clip.mp4"
        with VideoWriter(path, 24, width, height) as writer:
            for number in range(count):
                turn, place = divmod(number, len(frames))
                writer.write(1 - frames[-1 - place] if turn % 2 else frames[place])
        yield path


def taken(painter: Instant, path: Path, count: int) -> np.ndarray:
    """Seconds by the clock, of the processor, by stage, and to the first frame, of a film of the first `count`."""
    painter.painted = 0.0
    with tempfile.TemporaryDirectory(prefix="cache-") as cache:
        start, busy = perf_counter(), process_time()
        settings = Settings(method="steady", working_width=0)
        account = paint_clip(
            path, path.with_name("painted.mp4"), settings, painter, frames=count, cache=FrameCache(Path(cache))
        )
        return np.array(
            [
                perf_counter() - start,
                process_time() - busy,
                *(account.seconds.get(stage, 0.0) for stage in STAGES),
                painter.painted - start,
            ]
        )


def main() -> None:
    parser = sizes.parser(__doc__, rounds=3)
    parser.add_argument("--frames", type=int, default=100, help="of the longer film")
    parser.add_argument(
        "--device", type=float, default=0, metavar="MS", help="milliseconds of a device, for each frame"
    )
    options = parser.parse_args()
    painter, rows = Instant(options.device / 1e3), []
    for height, width in options.size or [(480, 640), (1080, 1920)]:
        with film(width, height, options.frames) as path:
            taken(painter, path, 4)
            half, rounds = options.frames // 2, []
            for _ in tqdm(range(options.rounds), desc=f"{width}×{height}"):
                whole = taken(painter, path, options.frames)
                a_frame = 1e3 * (whole - taken(painter, path, half))[:-1] / (options.frames - half)
                rounds.append([*a_frame, whole[-1]])
            medians = (Spread.of(list(column)).median for column in np.transpose(rounds))
            rows.append((f"{width}×{height}", *medians))
    titles = ("size", "ms a frame", "processor", *STAGES, "first, s")
    print(tabulate(rows, titles, tablefmt="github", floatfmt=".1f"))


if __name__ == "__main__":
    main()
