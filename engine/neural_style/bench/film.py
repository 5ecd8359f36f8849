"""Whole films, from decoding to encoding: what a frame more costs, with all that goes on at the same time."""

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from neural_style.bench import floor
from neural_style.bench.machine import Ruler
from neural_style.cache import FrameCache
from neural_style.door.messages import Settings
from neural_style.films import paint_clip
from neural_style.methods import METHODS
from neural_style.painter import Painter
from neural_style.pixels import Frame
from neural_style.video import VideoWriter

#: What is painted: the published method as it is, and the default.
PAINTED = ("fast", "steady")

_RATE = 24


def measure(painter: Painter, style: str, frames: Sequence[Frame], ruler: Ruler) -> dict[str, Any]:
    """Seconds a frame of one size by each method of `PAINTED`, and the floor of its networks and its solver.

    frames: of one shot, an even number, (H, W, 3), sRGB in [0, 1]. A film of half of them is painted and one of all:
    the second half is what a film of any length takes.
    """
    height, width = frames[0].shape[:2]
    half, methods = len(frames) // 2, {}
    with tempfile.TemporaryDirectory(prefix="film-") as folder:
        clip = Path(folder) / "clip.mp4"
        with VideoWriter(clip, _RATE, width, height) as writer:
            for frame in frames:
                writer.write(frame)
        for name in PAINTED:
            settings = Settings(style=style, method=name, working_width=0)
            seconds = partial(_seconds, painter, clip, settings)
            seconds(2)  # loads the networks, and records what can be recorded
            first, whole = seconds(half), seconds(len(frames))
            least = ruler.measure().seconds(_work(painter, settings, frames[0]))
            methods[name] = {"seconds a frame": (whole - first) / half, "floor, seconds": least}
    return {"size": [width, height], "frames": len(frames), "methods": methods}


def _seconds(painter: Painter, clip: Path, settings: Settings, count: int) -> float:
    """What painting the first `count` frames takes, and writing them to a cache, in which none is found."""
    start = perf_counter()
    output = clip.with_name(f"{settings.method}-{count}.mp4")
    paint_clip(clip, output, settings, painter, frames=count, cache=FrameCache(output.with_suffix(".cache")))
    return perf_counter() - start


def _work(painter: Painter, settings: Settings, frame: Frame) -> list[floor.Work]:
    """What a frame's networks and solver have to compute at least."""
    method = METHODS[settings.method]
    height, width = frame.shape[:2]
    solve = floor.solve(method, height, width, method.iterations, painter.feature_dtype(method))
    return [*floor.counted(lambda: painter.stylist.paint(frame, settings.style)), *solve]
