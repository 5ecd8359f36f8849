"""Measures of single pictures, and how a measure drifts over a shot."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from neural_style.pixels import Frame

#: A shot with fewer frames has no drift to speak of.
_LEAST_FRAMES = 4


def contrast(picture: Frame) -> float:
    """The standard deviation of all values of a picture (H, W, 3), sRGB in [0, 1]."""
    return float(picture.std())


def brightness(picture: Frame) -> float:
    """The mean of all values of a picture (H, W, 3), sRGB in [0, 1]."""
    return float(picture.mean())


def sharpness(picture: Frame) -> float:
    """The variance of the Laplacian of the grey picture (Pech-Pacheco et al. 2000): (H, W, 3), sRGB in [0, 1]."""
    grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var())


@dataclass(frozen=True)
class Distance:
    """How far two pictures are apart, over `pixels` pixels and all channels.

    absolute: the mean absolute difference; squares: the mean squared one, whose root is the RMS. sRGB in [0, 1].
    Both are NaN where there are no pixels.
    """

    absolute: float
    squares: float
    pixels: int


def distance(a: Frame, b: Frame, where: NDArray[np.bool_] | None = None) -> Distance:
    """The distance of two pictures (H, W, 3) of one size, in the pixels `where` (H, W), None for all."""
    difference = a - b if where is None else (a - b)[where]
    if not difference.size:
        return Distance(float("nan"), float("nan"), 0)
    return Distance(
        float(np.abs(difference).mean()), float(np.square(difference).mean()), difference.size // a.shape[2]
    )


@dataclass(frozen=True)
class Drift:
    """How a measure wanders over one shot.

    change: of the mean over the last second, relative to that over the first: 0.01 is 1 % more. A shot under two
            seconds is halved instead.
    slope:  of the straight line through all its values (least squares), relative to their mean, per second.
    Both are NaN for a shot of under four frames, or whose first value is 0.
    """

    change: float
    slope: float


def drift(values: Sequence[float], fps: float) -> Drift:
    """The drift of one shot's values, one for each frame, at `fps` frames per second."""
    line = np.asarray(values, np.float64)
    if len(line) < _LEAST_FRAMES or not np.isfinite(line).all():
        return Drift(float("nan"), float("nan"))
    window = max(1, min(round(fps), len(line) // 2))
    first, last, mean = line[:window].mean(), line[-window:].mean(), line.mean()
    if first == 0 or mean == 0:
        return Drift(float("nan"), float("nan"))
    slope = np.polyfit(np.arange(len(line)) / fps, line / mean, 1)[0]
    return Drift(float(last / first - 1), float(slope))
