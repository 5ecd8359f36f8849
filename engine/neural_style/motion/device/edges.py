"""Flow moved to the edges of what moves, in torch: what `neural_style.motion.refine` does, and says why.

All four neighbours at a distance are weighed in one go. Single pixels go with their neighbours by medians along rows
and then along columns, since the median of a square cannot be had of a few comparisons.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from neural_style.motion.device.pictures import along, mean_around, median, shifted
from neural_style.motion.refine import BETTER, DISTANCES, GRAIN


def to_edges(flow: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """The flow from a to b, (B, 2, H, W) in pixels, with its jumps where a's colours tell them.

    a, b: (B, 3, H, W), sRGB in whole levels (`neural_style.motion.in_levels`).
    """
    best, difference = flow, _difference(flow, a, b)
    grain = GRAIN * median(difference)
    for distance in DISTANCES:
        offered = [shifted(best, *by) for by in ((distance, 0), (-distance, 0), (0, distance), (0, -distance))]
        found = _difference(torch.cat(offered), a.repeat(4, 1, 1, 1), b.repeat(4, 1, 1, 1)).chunk(4)
        for motion, left in zip(offered, found, strict=True):
            better = left + grain < BETTER * difference
            difference = torch.where(better, left, difference)
            best = torch.where(better, motion, best)
    return _smoothed(_smoothed(best, 3), 2)


def _difference(flow: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """The mean squared difference of colours along a flow, in a neighbourhood: (B, 1, H, W)."""
    return mean_around((a - along(b, flow)).square().mean(1, keepdim=True), 3)


def _smoothed(flow: Tensor, axis: int) -> Tensor:
    """The median of five along one axis; the border is repeated."""
    pad = (2, 2, 0, 0) if axis == 3 else (0, 0, 2, 2)
    padded, count = F.pad(flow, pad, mode="replicate"), flow.shape[axis]
    a, b, c, d, e = (padded.narrow(axis, first, count) for first in range(5))
    # The least and the largest of two pairs cannot be the middle of five; of the three that are left it is.
    low = torch.maximum(torch.minimum(a, b), torch.minimum(c, d))
    high = torch.minimum(torch.maximum(a, b), torch.maximum(c, d))
    return torch.maximum(torch.minimum(low, high), torch.minimum(torch.maximum(low, high), e))
