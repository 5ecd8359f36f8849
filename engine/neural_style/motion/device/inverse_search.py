"""Dense inverse search (Kroeger et al. 2016) in torch: all patches of a picture, and of several pictures, at once.

From the coarsest of a pyramid of pictures to the finest, every patch of the first looks for its place in the second
from where the level before left it (section 2.1); a pixel takes the mean of the patches that lie over it, weighted by
how well they fit there (equation 3); and the variational refinement makes one field of it (section 2.2).

A patch also tries what its neighbours found, as in PatchMatch (Barnes et al. 2009, section 3.2). OpenCV does so in the
order of reading, so that a good motion can cross the picture in one go; here all patches look at their four neighbours
at once, and again after they have moved.
"""

import math
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from neural_style.motion.device.pictures import at_grid, gradient, unit
from neural_style.motion.device.variational import refined

#: The side of a patch, and the step from one to the next, in pixels.
PATCH, STRIDE = 12, 4

#: How often patches look at their neighbours, and how many steps of Gauss and Newton they make each time. Measured
#: against the truth (docs/measurements.md): steps beyond the third gain nothing, a third round hardly anything.
_ROUNDS, _STEPS = 2, 3

#: Fixed points of the refinement on the finest level, the next one, and so on: the coarser, the less is left of it.
_FIXED_POINTS = (10, 8, 5, 3)

#: A patch whose structure tensor has no larger determinant than this stays where it is.
_LEAST_STRUCTURE = 1e-3 * PATCH**2

#: A pixel that differs by less than this, in levels, does not count for more in the mean of the patches over it.
_LEAST_DIFFERENCE = 1.0

#: Values of patches that are worked on at a time: bounds the memory for frames of over half a million pixels.
_MOST_VALUES = 1 << 23

#: How far the first patch lies outside, so that every pixel is under as many patches as any other.
_LEAD = PATCH - STRIDE


def flow(a: Tensor, b: Tensor) -> Tensor:
    """The flow from a to b, (B, 2, H, W) in pixels.

    a, b: greys (B, 1, H, W) in 0 … 255, of one size, no side under 24 pixels.
    """
    first, second = list(_pyramid(a)), list(_pyramid(b))
    field = torch.zeros_like(first[-1]).expand(-1, 2, -1, -1)
    for level, (here, there) in reversed(list(enumerate(zip(first, second, strict=True)))):
        field = searched(here, there, _enlarged(field, here))
        field = refined(here, there, field, _FIXED_POINTS[min(level, len(_FIXED_POINTS) - 1)])
    return field


def searched(a: Tensor, b: Tensor, start: Tensor) -> Tensor:
    """The flow from a to b that the patches find from a flow nearby, at one level; shapes as `flow`'s."""
    level = _Level(a, b)
    found = guess = level.starts(start)
    for _ in range(_ROUNDS):
        found = level.improved(found)
    # What went farther than a patch is wide has lost its way (section 2.1).
    near = (found - guess).square().sum(1, keepdim=True) <= PATCH**2
    return level.spread(torch.where(near, found, guess))


def _pyramid(picture: Tensor) -> Iterator[Tensor]:
    """The picture, and halves of it down to the least that patches can move about in."""
    height, width = picture.shape[-2:]
    halvings = min(math.log2(max(height, width) / (4 * PATCH)) + 0.5, math.log2(min(height, width) / PATCH))
    yield picture
    for _ in range(int(halvings)):
        height, width = height // 2, width // 2
        picture = F.interpolate(picture, (height, width), mode="area")
        yield picture


def _enlarged(field: Tensor, like: Tensor) -> Tensor:
    """A flow at the size of another level's picture, in that one's pixels."""
    (tall, wide), (height, width) = field.shape[-2:], like.shape[-2:]
    if (tall, wide) == (height, width):
        return field
    u, v = F.interpolate(field, (height, width), mode="bilinear").unbind(1)
    return torch.stack((u * (width / wide), v * (height / tall)), dim=1)


class _Level:
    """One level's pictures, cut into patches: their motions are (B, 2, rows, columns)."""

    def __init__(self, a: Tensor, b: Tensor) -> None:
        self.height, self.width = a.shape[-2:]
        self.rows = math.ceil((self.height + _LEAD) / STRIDE)
        self.columns = math.ceil((self.width + _LEAD) / STRIDE)
        tall, wide = ((count - 1) * STRIDE + PATCH for count in (self.rows, self.columns))
        below, right = tall - _LEAD - self.height, wide - _LEAD - self.width
        first = F.pad(a, (_LEAD, right, _LEAD, below), mode="replicate")
        #: The first picture and its derivatives, (B, 3, …), with room for the patches at the border; the second.
        self.shown = torch.cat((first, *gradient(first)), dim=1)
        self.second = b
        #: What a pixel, (right, down), is in the units of grids; (2, 1, 1).
        self.step = torch.stack([torch.full((1, 1), unit(side), device=b.device) for side in (self.width, self.height)])

    def places(self, band: slice) -> Tensor:
        """Where the pixels of a band's patches are in the second picture, as a grid (1, P², 1, N, 2)."""
        device = self.second.device
        inside = torch.arange(PATCH, device=device)
        row = torch.arange(band.start, band.stop, device=device) * STRIDE - _LEAD
        column = torch.arange(self.columns, device=device) * STRIDE - _LEAD
        y = (row[:, None] + inside[:, None, None, None]) * unit(self.height) - 1
        x = (column + inside[:, None, None]) * unit(self.width) - 1
        shape = (PATCH, PATCH, len(row), len(column))
        return torch.stack((x.expand(shape), y.expand(shape)), dim=-1).reshape(1, PATCH**2, 1, -1, 2)

    def bands(self) -> Iterator[tuple[slice, "_Patches"]]:
        """Rows of patches that are worked on together; where all are, they are cut once."""
        count = max(1, _MOST_VALUES // (len(self.second) * self.columns * PATCH**2))
        for top in range(0, self.rows, count):
            band = slice(top, min(top + count, self.rows))
            yield band, self._whole if count >= self.rows else _Patches(self, band)

    @cached_property
    def _whole(self) -> "_Patches":
        return _Patches(self, slice(0, self.rows))

    def starts(self, field: Tensor) -> Tensor:
        """The flow in the middle of each patch, or where the frame is nearest to it."""
        y, x = (
            (torch.arange(count, device=field.device) * STRIDE + PATCH // 2 - _LEAD).clamp(0, side - 1)
            for count, side in ((self.rows, self.height), (self.columns, self.width))
        )
        return field[:, :, y][:, :, :, x]

    def improved(self, motions: Tensor) -> Tensor:
        """The best of each patch's own motion, of its neighbours', and of where some steps lead from there."""
        around = F.pad(motions, (1, 1, 1, 1), mode="replicate")
        found = []
        for band, patches in self.bands():
            here, above, below = (slice(band.start + by, band.stop + by) for by in (1, 0, 2))
            tried = (
                around[:, :, here, 1:-1],
                around[:, :, here, :-2],
                around[:, :, here, 2:],
                around[:, :, above, 1:-1],
                around[:, :, below, 1:-1],
            )
            moving = patches.at(patches.best(torch.stack(tried, dim=2).flatten(3)))
            best, least = moving.motions, moving.costs
            for _ in range(_STEPS):
                moving = patches.moved(moving)
                less = moving.costs < least
                best, least = torch.where(less, moving.motions, best), torch.where(less, moving.costs, least)
            found.append(best.reshape(len(motions), 2, -1, self.columns))
        return torch.cat(found, dim=2)

    def spread(self, motions: Tensor) -> Tensor:
        """The flow of every pixel, of the patches that lie over it (equation 3)."""
        total = torch.zeros_like(self.shown)
        for band, patches in self.bands():
            own = motions[:, :, band].flatten(2)
            u, v = own.chunk(2, dim=1)
            share = 1 / patches.misfit(own).clamp(min=_LEAST_DIFFERENCE)
            rows = self.rows_of(band)
            size = (rows.stop - rows.start, total.shape[-1])
            total[:, :, rows] += F.fold(torch.cat((share * u, share * v, share), dim=1), size, PATCH, stride=STRIDE)
        inside = total[:, :, _LEAD : _LEAD + self.height, _LEAD : _LEAD + self.width]
        return inside[:, :2] / inside[:, 2:]

    @staticmethod
    def rows_of(band: slice) -> slice:
        """The rows of the padded pictures that a band of patches lies over."""
        return slice(band.start * STRIDE, (band.stop - 1) * STRIDE + PATCH)


class _Found(NamedTuple):
    """Motions (B, 2, N) of N patches; how the pictures then differ, (B, P², N); and the squares of that, (B, 1, N)."""

    motions: Tensor
    differences: Tensor
    costs: Tensor


class _Patches:
    """A band of a level's patches: what they show, (B, P², N), and how it changes with a motion.

    Differences are taken without their mean over the patch, so that light may change.
    """

    def __init__(self, level: _Level, band: slice) -> None:
        self._second = level.second
        windows = F.unfold(level.shown[:, :, level.rows_of(band)], PATCH, stride=STRIDE)
        self._shown, across, down = windows.chunk(3, dim=1)
        self._centred, across, down = (_centred(window) for window in (self._shown, across, down))
        # What a step is made of (Baker and Matthews 2004, section 3.2): the inverse of the structure tensor, which
        # stays the same, times the gradient. 0 where there is nothing to hold on to.
        xx, xy, yy = (
            (one * other).sum(1, keepdim=True) for one, other in ((across, across), (across, down), (down, down))
        )
        area = xx * yy - xy * xy
        inverse = torch.where(area > _LEAST_STRUCTURE, 1 / area, 0)
        self._descent = torch.stack(((yy * across - xy * down) * inverse, (xx * down - xy * across) * inverse), dim=1)
        self._place = level.places(band)
        self._step = level.step

    def best(self, tried: Tensor) -> Tensor:
        """Of several motions (B, 2, K, N) the one that costs least, (B, 2, N): the first, unless one costs less."""
        costs = (_centred(self._seen(tried)) - self._centred[:, :, None]).square().sum(1)
        least, which = costs[:, 1:].min(1, keepdim=True)
        other = tried[:, :, 1:].gather(2, which[:, None].expand(-1, 2, -1, -1))
        return torch.where(least < costs[:, :1], other[:, :, 0], tried[:, :, 0])

    def at(self, motions: Tensor) -> _Found:
        """What motions (B, 2, N) are worth."""
        differences = _centred(self._seen(motions[:, :, None])[:, :, 0]) - self._centred
        return _Found(motions, differences, differences.square().sum(1, keepdim=True))

    def moved(self, found: _Found) -> _Found:
        """A step of Gauss and Newton on."""
        return self.at(found.motions - (self._descent * found.differences[:, None]).sum(2))

    def misfit(self, motions: Tensor) -> Tensor:
        """By how much each pixel of each patch differs where motions (B, 2, N) lead, mean and all: (B, P², N)."""
        return (self._seen(motions[:, :, None])[:, :, 0] - self._shown).abs()

    def _seen(self, motions: Tensor) -> Tensor:
        """The second picture where several motions (B, 2, K, N) lead, (B, P², K, N)."""
        grid = self._place + (motions * self._step).permute(0, 2, 3, 1)[:, None]
        seen = at_grid(self._second, grid.flatten(2, 3))
        return seen[:, 0].reshape(*seen.shape[:1], PATCH**2, *motions.shape[2:])


def _centred(windows: Tensor) -> Tensor:
    """Without the mean over each patch."""
    return windows - windows.mean(1, keepdim=True)
