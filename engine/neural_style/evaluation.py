"""Measures of a painted clip. Each rewards something else: read them beside each other, never alone.

A low warping error alone also comes from blur and from ghosts: contrast, sharpness and the distance to the
transformer network's pictures tell those apart.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from neural_style import motion
from neural_style.pixels import Frame


@dataclass(frozen=True)
class Measures:
    """Means over a clip.

    warping_error: of Lai et al. 2018 (section 4.1), as a mean over pixels and channels, sRGB in [0, 1].
    contrast:      the standard deviation of all values of a frame.
    sharpness:     the variance of the Laplacian of the grey frame.
    """

    warping_error: float
    contrast: float
    sharpness: float


class Ruler:
    """Measures clips that are all painted from one source, whose motion is estimated once.

    The flow is Farneback's, which nothing is painted with.
    """

    def __init__(self, source: Sequence[Frame], flow: Callable[[Frame, Frame], Frame] | None = None) -> None:
        """source: frames (H, W, 3), sRGB in [0, 1], in order; at least one."""
        flow = flow or motion.FarnebackFlow()
        self.length = len(source)
        self._pairs = [_Pair.between(a, b, flow) for a, b in pairwise(source)]

    def measure(self, frames: Iterable[Frame]) -> Measures:
        """The measures of a clip with one frame for each of the source's, of the same size."""
        pictures = list(frames)
        if len(pictures) != self.length:
            raise ValueError(f"{len(pictures)} frames to measure against a source of {self.length}")
        errors = [pair.error(a, b) for pair, a, b in zip(self._pairs, pictures, pictures[1:], strict=False)]
        return Measures(
            warping_error=float(np.mean(errors)) if errors else 0.0,
            contrast=float(np.mean([picture.std() for picture in pictures])),
            sharpness=float(np.mean(list(_sharpness(pictures)))),
        )


@dataclass(frozen=True)
class _Pair:
    """The motion between two source frames: from the later to the earlier, and where it can be trusted."""

    flow: Frame
    visible: NDArray[np.bool_]

    @classmethod
    def between(cls, earlier: Frame, later: Frame, flow: Callable[[Frame, Frame], Frame]) -> "_Pair":
        back = flow(later, earlier)
        forth = flow(earlier, later)
        return cls(back, visible(back, forth))

    def error(self, earlier: Frame, later: Frame) -> float:
        """The mean squared difference of the later picture and the earlier one along the flow, where visible."""
        difference = (later - motion.warp(earlier, self.flow))[self.visible]
        return float(np.square(difference).mean()) if difference.size else 0.0


def visible(flow: Frame, reverse: Frame) -> NDArray[np.bool_]:
    """(H, W): where a flow and its reverse agree and stay inside the frame (Sundaram et al. 2010, eq. 5)."""
    height, width = flow.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    to_x, to_y = x + flow[..., 0], y + flow[..., 1]
    inside = (to_x >= 0) & (to_x <= width - 1) & (to_y >= 0) & (to_y <= height - 1)
    back = motion.warp(reverse, flow)
    apart = np.square(flow + back).sum(-1)
    allowed = 0.01 * (np.square(flow).sum(-1) + np.square(back).sum(-1)) + 0.5
    result: NDArray[np.bool_] = inside & (apart < allowed)
    return result


def _sharpness(pictures: Iterable[Frame]) -> Iterator[float]:
    for picture in pictures:
        grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
        yield float(cv2.Laplacian(grey, cv2.CV_32F).var())
