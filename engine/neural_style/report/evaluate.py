"""Measures videos that were made elsewhere as if they had been painted here."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from neural_style import device as devices
from neural_style import video
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Settings
from neural_style.painter import Painter
from neural_style.pixels import Frame
from neural_style.report.compare import Subject, as_base, report
from neural_style.report.run import paint_all
from neural_style.report.score import INPUT
from neural_style.report.source import Source

#: How much a video's shape may differ from its source's: sides are rounded to even numbers in many ways.
_SHAPE = 0.03


def evaluate(
    videos: Sequence[Path],
    source: Source,
    settings: Settings | None,
    out: Path,
    frames: int | None = None,
    features: bool = True,
) -> str:
    """Leave a report on videos in the folder `out`, held against the clip that they were made from.

    settings: say the style, without which there is no row of the transformer network and nothing measured against it,
    and the painting. frames: how many are measured, None for all. features: as in `report`. A video of another size is
    scaled to the source's, which the report says. Raises NeuralStyleError where a video has another shape or length
    than the source.
    """
    names = _names(videos)
    height, width = next(source.read()).shape[:2]
    count = sum(1 for _ in source.read())
    notes = [
        note for name, path in names.items() for note in _checked(name, path, source, (height, width), count, frames)
    ]
    subjects = []
    if settings is not None and settings.style:
        base = as_base(settings)
        painted = paint_all(base, source, Painter(), out / "frames")
        subjects.append(Subject(base.name, painted.read, painted.seconds))
    subjects += [
        Subject(name, lambda path=path: _read(path, height, width, frames))  # type: ignore[misc]
        for name, path in names.items()
    ]
    return report(source, subjects, settings, devices.choose(), out, {"notes": notes}, features=features)


def _names(videos: Sequence[Path]) -> dict[str, Path]:
    """A row's name for each video: the file's name, with its folder where two are called the same."""
    found: dict[str, Path] = {}
    for path in videos:
        name = path.stem
        if name in found or name == INPUT:
            name = f"{path.absolute().parent.name} {path.stem}"
        found[name] = path
    return found


def _checked(
    name: str, path: Path, source: Source, size: tuple[int, int], count: int, frames: int | None
) -> Iterator[str]:
    """What the report says of how a video fits its source. Raises NeuralStyleError where it does not."""
    info = video.probe(path)
    height, width = size
    if abs(info.width / info.height / (width / height) - 1) > _SHAPE:
        raise NeuralStyleError(
            "the video has another shape than its source",
            f"{path} is {info.width}×{info.height}, {source.name} {width}×{height}",
            "crop it as the source is",
        )
    found = sum(1 for _ in video.read_frames(path, count=frames))
    if found != count:
        least = min(found, count)
        raise NeuralStyleError(
            "the video is not as long as its source",
            f"{path} has {found} frames, {source.name} {count}",
            f"measure the first ones only, with --frames {least}",
        )
    if (info.height, info.width) != size:
        yield f"{name} is {info.width}×{info.height} and was measured at {width}×{height}."
    if abs(info.fps / source.fps - 1) > 0.01:
        yield f"{name} has {float(info.fps):.3g} frames a second and was measured frame by frame."


def _read(path: Path, height: int, width: int, count: int | None) -> Iterator[Frame]:
    for frame in video.read_frames(path, count=count):
        if frame.shape[:2] == (height, width):
            yield frame
            continue
        kind = cv2.INTER_AREA if frame.shape[1] > width else cv2.INTER_CUBIC
        yield np.clip(np.asarray(cv2.resize(frame, (width, height), interpolation=kind), np.float32), 0, 1)
