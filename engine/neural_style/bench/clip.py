"""A clip of any size that needs no file: one of the shipped paintings moves, and a disc of another before it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from neural_style.pixels import Frame
from neural_style.styles import paintings

#: Pixels that the ground and the disc move by from frame to frame, (right, down), at a width of 480.
_GROUND, _DISC = np.array([2.3, 0.6]), np.array([-5.1, 1.4])


def frames(height: int, width: int, count: int) -> list[Frame]:
    """`count` frames (H, W, 3), sRGB in [0, 1], the same at every call; motion grows with the width."""
    ground, disc = (paintings(style)[0][0] for style in ("the-harvesters", "the-great-wave"))
    return [_frame(ground, disc, height, width, number) for number in range(count)]


def _frame(ground: Frame, disc: Frame, height: int, width: int, number: int) -> Frame:
    """One of the frames, counted from 0."""
    frame = _moved(ground, height, width, number * _GROUND * width / 480)
    other = _moved(disc, height, width, number * _DISC * width / 480)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    at = np.array([0.6 * width, 0.5 * height]) + number * _DISC * width / 480
    inside = np.clip(0.25 * height - np.hypot(x - at[0], y - at[1]), 0, 1)[..., None]
    return np.ascontiguousarray(frame + (other - frame) * inside.astype(np.float32))


def _moved(picture: Frame, height: int, width: int, by: NDArray[np.float64]) -> Frame:
    """The picture scaled to fill the frame, moved, mirrored where it ends."""
    scale = max(height / picture.shape[0], width / picture.shape[1])
    matrix = np.array([[scale, 0, by[0]], [0, scale, by[1]]])
    moved = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(np.clip(moved, 0, 1), np.float32)
