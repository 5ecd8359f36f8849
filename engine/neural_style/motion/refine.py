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
_BETTER = 0.8

#: … and be better by this many times the frame's median difference, lest grain decides.
_GRAIN = 2.0


def to_edges(flow: NDArray[np.float32], a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """The flow from a to b, (H, W, 2) in pixels, with its jumps where a's colours tell them; a, b: (H, W, 3), sRGB."""
    size = flow.shape[1], flow.shape[0]
    a, b = in_levels(a), in_levels(b)
    best, difference = flow, _difference(flow, a, b)
    grain = _GRAIN * float(np.median(difference))
    for distance in DISTANCES:
        before = best
        for x, y in ((distance, 0), (-distance, 0), (0, distance), (0, -distance)):
            move = np.array([[1, 0, x], [0, 1, y]], np.float32)
            offered = np.asarray(cv2.warpAffine(before, move, size, borderMode=cv2.BORDER_REPLICATE), np.float32)
            found = _difference(offered, a, b)
            better = found + grain < _BETTER * difference
            difference = np.where(better, found, difference)
            best = np.where(better[..., None], offered, best)
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
    difference = np.square(a - warp(b, flow)).mean(axis=2)
    return np.asarray(cv2.blur(difference, (3, 3)), np.float32)
