"""Optical flow moved to the edges of what moves, by the colours of the two frames.

Dense flow ends some pixels beside the edge that it should end at: a patch there sees both sides. The right motion is
found close by, on the side that the pixel belongs to, so every pixel is offered the motion of its neighbours at some
distance and takes the one that explains it best (the propagation step of PatchMatch, Barnes et al. 2009, section 3.2,
once, over a dense field).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from neural_style.motion.flow import FlowEstimator, in_levels
from neural_style.motion.warp import warp

#: How far away the neighbours are, in pixels: about half a patch of DIS, and a whole one.
DISTANCES = (6, 12)

#: A neighbour's motion must leave less than this share of the difference in colour: what is as good stays as it is …
BETTER = 0.8

#: … and be better by this many times the frame's median difference, lest grain decides.
GRAIN = 2.0

#: What makes the mean of three channels, as OpenCV takes it.
_MEAN = np.full((1, 3), 1 / 3, np.float32)


def to_edges(flow: NDArray[np.float32], a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """The flow from a to b, (H, W, 2) in pixels, with its jumps where a's colours tell them; a, b: (H, W, 3), sRGB."""
    height, width = flow.shape[:2]
    a, b = in_levels(a), in_levels(b)
    best, difference = flow.copy(), _difference(flow, a, b)
    grain = GRAIN * float(np.median(difference))
    for distance in DISTANCES:
        around = cv2.copyMakeBorder(best, distance, distance, distance, distance, cv2.BORDER_REPLICATE)
        for x, y in ((distance, 0), (-distance, 0), (0, distance), (0, -distance)):
            top, left = distance - y, distance - x
            offered = np.ascontiguousarray(around[top : top + height, left : left + width], np.float32)
            found = _difference(offered, a, b)
            better = (found + grain < BETTER * difference).view(np.uint8)
            # OpenCV's, since NumPy's own choices by a mask take longer than all the rest.
            cv2.copyTo(found, better, difference)
            cv2.copyTo(offered, better, best)
    # Single pixels that chance decided go with their neighbours.
    return np.dstack([cv2.medianBlur(np.ascontiguousarray(best[..., axis]), 5) for axis in (0, 1)])


class EdgeFlow:
    """A flow estimator: the flow of the one inside it, moved to the edges."""

    def __init__(self, estimator: FlowEstimator) -> None:
        self.name = f"{estimator.name} to edges"
        self._estimator = estimator

    def __call__(self, a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
        """The flow from a to b; see `FlowEstimator`."""
        return to_edges(self._estimator(a, b), a, b)


def _difference(flow: NDArray[np.float32], a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean squared difference of colours along a flow, in a neighbourhood: (H, W)."""
    difference = cv2.subtract(a, warp(b, flow))
    squares = cv2.transform(cv2.multiply(difference, difference), _MEAN)
    return np.asarray(cv2.blur(squares, (3, 3)), np.float32)
