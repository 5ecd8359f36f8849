"""Paints a clip's frames by one method, one after the other or shot by shot, and tells what each took."""

import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from tqdm import tqdm

from neural_style import session as sessions
from neural_style import shots
from neural_style.cache import FrameCache
from neural_style.door.messages import Settings
from neural_style.methods import Method
from neural_style.methods import method as find_method
from neural_style.multipass import MultiPass
from neural_style.painter import Painter
from neural_style.pixels import LEAST_SIDE, Frame, from_working
from neural_style.shot_file import ShotFile

Painted = tuple[Frame, dict[str, float]]


def paint(settings: Settings, frames: Iterable[Frame], painter: Painter, work: Path) -> Iterator[Painted]:
    """The painted frames in order, and the seconds that each took by stage (none where nobody remembers).

    frames: (H, W, 3), sRGB in [0, 1]. work: a folder for what painting leaves, so that a run that was stopped goes on
    where it ended.
    """
    method = find_method(settings.method).adjusted(settings.temporal, settings.iterations)
    _warm_up(settings, method, painter)
    if method.passes > 1:
        return _shot_by_shot(settings, method, frames, painter, work)
    return _frame_by_frame(settings, frames, painter, work)


def _warm_up(settings: Settings, method: Method, painter: Painter) -> None:
    """Load the networks beforehand: no frame is to be charged with it, and no method for what the others use too."""
    if method.uses_transformer:
        painter.stylist.paint(np.full((LEAST_SIDE, LEAST_SIDE, 3), 0.5, np.float32), settings.style)
    if method.content or method.style:
        painter.features(method)


def _frame_by_frame(settings: Settings, frames: Iterable[Frame], painter: Painter, work: Path) -> Iterator[Painted]:
    session = sessions.Session(painter, FrameCache(work / "states"))
    clock = _Clock(work / "seconds.jsonl")
    previous: str | None = None
    for source in frames:
        result = session.paint(source, settings, previous)
        previous = result.key
        if not result.cached:
            clock.put(result.key, result.seconds)
        yield result.picture, clock.get(result.key)


def _shot_by_shot(
    settings: Settings, method: Method, frames: Iterable[Frame], painter: Painter, work: Path
) -> Iterator[Painted]:
    """By a method of several passes, which goes through a whole shot; every frame of it takes the same time."""
    for shot in shots_of(frames, settings.working_width, work):
        passes = MultiPass(painter, settings, method, work)
        for _ in tqdm(passes.steps(shot), total=method.passes * len(shot), desc="passes", leave=False):
            pass
        seconds = {"passes": passes.seconds / len(shot)}
        for source, picture in zip(shot.sources, passes.pictures(), strict=True):
            yield (
                from_working(picture, source, settings.working_width, settings.style_weight, settings.original_colours),
                seconds,
            )


def shots_of(frames: Iterable[Frame], working_width: int, folder: Path) -> Iterator[ShotFile]:
    """The clip's shots, one at a time, in constant memory; files in `folder` hold the frames meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    stream = iter(frames)
    following = next(stream, None)
    while following is not None:
        with tempfile.TemporaryFile(dir=folder) as file:
            count, last = 0, following
            while following is not None and (not count or not shots.is_cut(last, following)):
                file.write(np.ascontiguousarray(following, np.float32).data)
                count, last, following = count + 1, following, next(stream, None)
            yield ShotFile(file, (count, *last.shape), working_width)


class _Clock:
    """What painting took, by frame's key, in a file that grows by a line for each frame."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seconds: dict[str, dict[str, float]] = {}
        if path.is_file():
            for line in path.read_text().splitlines():
                try:
                    self._seconds |= json.loads(line)
                except ValueError:
                    continue  # cut short when the run was stopped

    def put(self, key: str, seconds: dict[str, float]) -> None:
        self._seconds[key] = seconds
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(json.dumps({key: seconds}) + "\n")

    def get(self, key: str) -> dict[str, float]:
        return self._seconds.get(key, {})
