"""The side-by-side video: all paintings at once in a grid, each under its name."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import ceil, log
from pathlib import Path

from neural_style.pixels import Frame
from neural_style.report import layout
from neural_style.report.labels import label
from neural_style.report.lossless import Levels, from_levels
from neural_style.video import VideoWriter

#: The grid is at most this wide and high; cells are never larger than the clip, but at least `_LEAST` wide.
_MOST = 1920, 1080
_LEAST = 200

_GAP = 6


def grid(cells: int, width: int, height: int) -> tuple[int, int]:
    """How many columns, and how wide each cell is, so that `cells` of them show as large as they can."""
    best = (0.0, 0, 0)
    for columns in range(1, cells + 1):
        rows = ceil(cells / columns)
        factor = min(
            1.0,
            (_MOST[0] - _GAP * (columns + 1)) / (columns * width),
            (_MOST[1] - _GAP * (rows + 1)) / (rows * (height + _strip(width))),
        )
        # Of equally large cells the grid that is nearest to the shape of a screen, with the fewest cells left empty.
        unlike = abs(log(columns * width / (rows * height) * 9 / 16)) + 0.5 * (columns * rows - cells)
        best = max(best, (round(factor, 3) - 0.001 * round(unlike, 2), columns, round(width * factor)))
    return best[1], max(_LEAST, best[2])


def _strip(width: int) -> int:
    """Height of the strip that a name stands in."""
    return max(22, round(width / 14))


def write(
    path: Path, paintings: Mapping[str, Iterator[Frame | Levels]], fps: Fraction, pixel_aspect: Fraction = Fraction(1)
) -> None:
    """Write the video; paintings: by name, frames of one size. It ends with the shortest of them."""
    names = list(paintings)
    strips: list[Levels] = []
    writer: VideoWriter | None = None
    columns = width = height = 0
    try:
        for pictures in zip(*paintings.values(), strict=False):
            tall, wide = pictures[0].shape[:2]
            if writer is None:
                columns, width = grid(len(names), wide, tall)
                height = round(tall * width / wide)
                strip = _strip(width)
                strips = [label(name, width, strip, round(0.62 * strip), bold=True) for name in names]
            cells = [
                layout.joined([strip, layout.scaled(picture, width, height)], 0, downwards=True)
                for strip, picture in zip(strips, pictures, strict=True)
            ]
            picture = from_levels(_arranged(cells, columns))
            if writer is None:
                size = picture.shape[1], picture.shape[0]
                writer = VideoWriter(path, fps, *size, pixel_aspect=pixel_aspect, quality=14).__enter__()
            writer.write(picture)
    except BaseException as error:
        if writer is not None:
            writer.__exit__(type(error), error, error.__traceback__)
        raise
    if writer is not None:
        writer.__exit__(None, None, None)


def _arranged(cells: list[Levels], columns: int) -> Levels:
    """Cells of one size, row by row; the places that are left over stay empty."""
    empty = layout.paper(*cells[0].shape[:2])
    cells = cells + [empty] * (-len(cells) % columns)
    rows = [layout.joined(cells[start : start + columns], _GAP) for start in range(0, len(cells), columns)]
    return layout.framed(layout.joined(rows, _GAP, downwards=True), _GAP)
