"""The demo's still pictures: the sheet of six frames, and the before and after of the README."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from neural_style.pixels import Frame

#: Width of a frame in the sheet, and height of the strip with its label.
_CELL, _STRIP = 400, 26
_PAPER, _INK = 245, 40


def sheet_frames(keys: dict[int, float]) -> list[int]:
    """Six frames of a clip: its ends, the middles of the fades, and two between."""
    first, risen, falling, last = sorted(keys)
    third = (falling - risen) // 3
    return [first, (first + risen) // 2, risen + third, falling - third, (falling + last + 1) // 2, last]


def sheet(rows: Sequence[Sequence[Frame]], labels: Sequence[str]) -> Frame:
    """Rows of frames, (H, W, 3) in [0, 1] each, under one row of labels."""
    cells = [[_scaled(frame, _CELL) for frame in row] for row in rows]
    strip = np.hstack([_label(text, _CELL) for text in labels])
    return np.vstack([strip, *(np.hstack(row) for row in cells)])


def before_after(before: Frame, after: Frame) -> Frame:
    """One frame as it was and painted, side by side, a thin line between; at most about 1000 pixels wide."""
    line = np.ones((before.shape[0], 4, 3), np.float32)
    joined = np.hstack([before, line, after])
    return joined if joined.shape[1] <= 1000 else _scaled(joined, 1000)


def save(picture: Frame, path: Path) -> None:
    """Write a picture in [0, 1]; the suffix says as what."""
    pixels = cv2.cvtColor(np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8), cv2.COLOR_RGB2BGR)
    options = [cv2.IMWRITE_JPEG_QUALITY, 85] if path.suffix == ".jpg" else []
    path.write_bytes(cv2.imencode(path.suffix, pixels, options)[1].tobytes())


def load(path: Path) -> Frame:
    """A picture as float32 (H, W, 3), sRGB in [0, 1]."""
    pixels = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB).astype(np.float32) / 255


def _scaled(frame: Frame, width: int) -> Frame:
    height = round(frame.shape[0] * width / frame.shape[1])
    kind = cv2.INTER_AREA if width < frame.shape[1] else cv2.INTER_CUBIC
    return cv2.resize(frame, (width, height), interpolation=kind)


def _label(text: str, width: int) -> Frame:
    strip = np.full((_STRIP, width, 3), _PAPER, np.uint8)
    cv2.putText(strip, text, (8, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (_INK,) * 3, 1, cv2.LINE_AA)
    return strip.astype(np.float32) / 255
