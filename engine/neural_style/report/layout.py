"""Pictures set into cells: scaled, padded and put together."""

from collections.abc import Sequence

import cv2
import numpy as np

from neural_style.pixels import Frame
from neural_style.report.labels import PAPER
from neural_style.report.lossless import Levels, to_levels


def as_levels(picture: Frame | Levels) -> Levels:
    """A picture in 8-bit levels, whichever way it comes."""
    return np.asarray(picture, np.uint8) if picture.dtype == np.uint8 else to_levels(np.asarray(picture, np.float32))


def scaled(picture: Frame | Levels, width: int, height: int) -> Levels:
    """A picture at exactly this size, 8-bit RGB."""
    levels = as_levels(picture)
    if levels.shape[:2] == (height, width):
        return levels
    kind = cv2.INTER_AREA if width < levels.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(levels, (width, height), interpolation=kind), np.uint8)


def paper(height: int, width: int) -> Levels:
    """An empty sheet."""
    return np.full((height, width, 3), PAPER, np.uint8)


def joined(parts: Sequence[Levels], gap: int, downwards: bool = False) -> Levels:
    """Pictures of one height side by side (or of one width one below the other) with paper between them."""
    row: list[Levels] = []
    for part in parts:
        if row:
            row.append(paper(gap, part.shape[1]) if downwards else paper(part.shape[0], gap))
        row.append(part)
    return np.vstack(row) if downwards else np.hstack(row)


def framed(picture: Levels, margin: int) -> Levels:
    """The picture with paper all around."""
    height, width = picture.shape[:2]
    sheet = paper(height + 2 * margin, width + 2 * margin)
    sheet[margin : margin + height, margin : margin + width] = picture
    return sheet
