"""Exact motion: what a renderer's vectors, and its depth, tell of the way back to the frame before."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neural_style import digests

#: Two vectors are of one point where they differ by less than this many pixels and this share of their length. What
#: is compared lies up to half a pixel aside, where a turning surface moves a little otherwise.
_APART, _SHARE = 0.25, 0.05

#: What is nearer by more than this share of the distance is another surface; a point itself comes nearer, or goes
#: away, by less from one frame to the next.
_NEARER = 0.03

#: A point may be this much outside the frame, in pixels, and still count as on its border: half floats round.
_BORDER = 0.1

#: Neighbours in pairs that lie opposite each other, the nearest first: (down, right).
_PAIRS = tuple(
    ((-far * i, -far * j), (far * i, far * j)) for far in (1, 2) for i, j in ((0, 1), (1, 0), (1, 1), (1, -1))
)
_NEIGHBOURS = tuple(neighbour for pair in _PAIRS for neighbour in pair)


@dataclass(frozen=True)
class Rendered:
    """What a renderer tells of a frame.

    before: float32 (H, W, 2), pixels, (right, down): the motion from this frame to the one before.
    after:  the same to the frame after.
    depth:  float32 (H, W), the distance from the camera in any unit, huge where there is nothing; None: not told.
    """

    before: NDArray[np.float32]
    after: NDArray[np.float32]
    depth: NDArray[np.float32] | None = None

    def digest(self) -> str:
        """Names all of it, for the key of a frame."""
        return digests.of_pixels(self.before, self.after, self.depth)


def way_back(
    here: Rendered, after: NDArray[np.float32], depth: NDArray[np.float32] | None
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The flow from a frame to the one before, (H, W, 2), and which of its pixels that one shows too, (H, W).

    after, depth: of the frame before.

    A point is seen in both where the vector back and the vector forth from the pixel it leads to are of one motion:
    forward–backward consistency (Sundaram et al. 2010), which for exact vectors has no tolerance for mistakes but
    only for rounding; and where both depths are told, nothing nearer was there. The pixels of an edge, for which a
    renderer mixes the vectors of two surfaces, fit none: they take the motion of a neighbour that does.
    """
    height, width = here.before.shape[:2]
    y, x = np.mgrid[:height, :width]
    flow = here.before.copy()
    seen = _matches(flow, x, y, here.depth, after, depth)
    rows, columns = np.nonzero(~seen & _mixed(flow))
    for down, right in _NEIGHBOURS:
        offered = here.before[np.clip(rows + down, 0, height - 1), np.clip(columns + right, 0, width - 1)]
        own = None if here.depth is None else here.depth[rows, columns]
        good = _matches(offered, columns, rows, own, after, depth)
        flow[rows[good], columns[good]] = offered[good]
        seen[rows[good], columns[good]] = True
        rows, columns = rows[~good], columns[~good]
    # On the border itself, lest a rounded vector leads out of the frame.
    to_x, to_y = x + flow[..., 0], y + flow[..., 1]
    for axis, (to, start, most) in enumerate(((to_x, x, width - 1), (to_y, y, height - 1))):
        near = ((to < 0) & (to > -_BORDER)) | ((to > most) & (to < most + _BORDER))
        flow[..., axis] = np.where(near, np.clip(to, 0, most) - start, flow[..., axis])
    return flow, seen


def _matches(
    vectors: NDArray[np.float32],
    x: NDArray[np.intp],
    y: NDArray[np.intp],
    own_depth: NDArray[np.float32] | None,
    after: NDArray[np.float32],
    depth: NDArray[np.float32] | None,
) -> NDArray[np.bool_]:
    """Whether points at (x, y) that move back by `vectors` (…, 2) are seen in the frame before; of the shape of x."""
    height, width = after.shape[:2]
    to_x, to_y = x + vectors[..., 0], y + vectors[..., 1]
    inside = (to_x > -_BORDER) & (to_x < width - 1 + _BORDER) & (to_y > -_BORDER) & (to_y < height - 1 + _BORDER)
    column = np.rint(np.where(inside, to_x, 0)).astype(np.intp).clip(0, width - 1)
    row = np.rint(np.where(inside, to_y, 0)).astype(np.intp).clip(0, height - 1)
    gap = np.hypot(*np.moveaxis(vectors + after[row, column], -1, 0))
    result: NDArray[np.bool_] = inside & (gap < _APART + _SHARE * np.hypot(vectors[..., 0], vectors[..., 1]))
    if own_depth is not None and depth is not None:
        result &= depth[row, column] >= (1 - _NEARER) * own_depth
    return result


def _mixed(vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which vectors (H, W, 2) are a mixture: on the way from one neighbour's to that of the opposite one, (H, W)."""
    height, width = vectors.shape[:2]
    reach = max(abs(step) for neighbour in _NEIGHBOURS for step in neighbour)
    wide = np.pad(vectors, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    result = np.zeros((height, width), bool)
    for pair in _PAIRS:
        one, other = (wide[reach + i : reach + i + height, reach + j : reach + j + width] for i, j in pair)
        to_one, to_other, across = (
            np.hypot(*np.moveaxis(d, -1, 0)) for d in (one - vectors, other - vectors, one - other)
        )
        result |= (to_one > _APART) & (to_other > _APART) & (to_one + to_other < 1.1 * across)
    return result
