"""The contact sheet: a row for each painting, a column for each moment."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from neural_style.pixels import Frame
from neural_style.report import layout
from neural_style.report.labels import label, text_width
from neural_style.report.lossless import Levels

#: Moments that are shown, where the clip has as many frames.
COLUMNS = 5

#: Width of a cell in pixels: the clip's own, but in between.
_LEAST, _MOST = 240, 400

_GAP, _MARGIN, _TEXT = 6, 14, 17


def moments(frames: int, columns: int = COLUMNS) -> list[int]:
    """The frames to show: evenly spaced, from the first to the last."""
    return sorted({round(place) for place in np.linspace(0, frames - 1, min(columns, frames))})


def picked(frames: Iterable[Frame | Levels], places: Sequence[int]) -> list[Levels]:
    """The frames at these places, in 8-bit levels."""
    wanted = set(places)
    found = []
    for index, frame in enumerate(frames):
        if index in wanted:
            found.append(layout.as_levels(frame))
        if index == max(wanted):
            break
    return found


def sheet(rows: Mapping[str, Sequence[Levels]], places: Sequence[int], fps: Fraction | float) -> Levels:
    """The sheet as one picture. rows: by name, a picture for each of the places, of any size, all of one aspect."""
    first = next(iter(rows.values()))[0]
    width = min(max(first.shape[1], _LEAST), _MOST)
    height = round(first.shape[0] * width / first.shape[1])
    side = max(text_width(name, _TEXT, bold=True) for name in rows) + 2 * _TEXT
    strip = 2 * _TEXT
    times = [label(f"frame {place + 1}   {place / float(fps):.2f} s", width, strip, _TEXT) for place in places]
    lines = [layout.joined([layout.paper(strip, side), *times], _GAP)]
    for name, pictures in rows.items():
        cells = [layout.scaled(picture, width, height) for picture in pictures]
        lines.append(layout.joined([label(name, side, height, _TEXT, bold=True), *cells], _GAP))
    return layout.framed(layout.joined(lines, _GAP, downwards=True), _MARGIN)


def save(picture: Levels, path: Path) -> None:
    """Write a picture, 8-bit RGB; the suffix says as what. It appears under its name when it is whole."""
    part = path.with_name(f".part-{path.name}")
    Image.fromarray(picture).save(part, quality=90, subsampling=0) if path.suffix == ".jpg" else Image.fromarray(
        picture
    ).save(part)
    part.replace(path)
