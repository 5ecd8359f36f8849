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
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from neural_style.motion.device.pictures import gradient, sampled
from neural_style.motion.device.variational import refined

#: The side of a patch, and the step from one to the next, in pixels.
PATCH, STRIDE = 12, 4

#: How often patches look at their neighbours, and how many steps of Gauss and Newton they make each time. Measured
#: against the truth (docs/measurements.md): steps beyond the third gain nothing, a third round hardly anything.
_ROUNDS, _STEPS = 2, 3

#: A patch whose structure tensor has no larger determinant than this stays where it is.
_LEAST_STRUCTURE = 1e-3 * PATCH**2

#: A pixel that differs by less than this, in levels, does not count for more in the mean of the patches over it.
_LEAST_DIFFERENCE = 1.0

#: Values of patches that are worked on at a time: bounds the memory for frames of more than about two million pixels.
_MOST_VALUES = 1 << 25

#: How far the first patch lies outside, so that every pixel is under as many patches as any other.
_LEAD = PATCH - STRIDE


def flow(a: Tensor, b: Tensor) -> Tensor:
    """The flow from a to b, (B, 2, H, W) in pixels.

    a, b: greys (B, 1, H, W) in 0 … 255, of one size, no side under 24 pixels.
    """
    first, second = list(_pyramid(a)), list(_pyramid(b))
    field = torch.zeros_like(first[-1]).expand(-1, 2, -1, -1)
    for here, there in zip(reversed(first), reversed(second), strict=True):
        field = _enlarged(field, here)
        field = refined(here, there, searched(here, there, field))
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

    def bands(self) -> Iterator[slice]:
        """Rows of patches that are worked on together."""
        count = max(1, _MOST_VALUES // (len(self.second) * self.columns * PATCH**2))
        for top in range(0, self.rows, count):
            yield slice(top, min(top + count, self.rows))

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
        for band in self.bands():
            patches = _Patches(self, band)
            here, above, below = (slice(band.start + by, band.stop + by) for by in (1, 0, 2))
            best = patches.at(motions[:, :, band])
            for offered in (
                around[:, :, here, :-2],
                around[:, :, here, 2:],
                around[:, :, above, 1:-1],
                around[:, :, below, 1:-1],
            ):
                best = best.or_better(patches.at(offered))
            moving = best
            for _ in range(_STEPS):
                moving = patches.moved(moving)
                best = best.or_better(moving)
            found.append(best.motions.reshape(len(motions), 2, -1, self.columns))
        return torch.cat(found, dim=2)

    def spread(self, motions: Tensor) -> Tensor:
        """The flow of every pixel, of the patches that lie over it (equation 3)."""
        total = torch.zeros_like(self.shown)
        for band in self.bands():
            patches = _Patches(self, band)
            u, v = motions[:, :, band].flatten(2).chunk(2, dim=1)
            share = 1 / patches.misfit(motions[:, :, band]).clamp(min=_LEAST_DIFFERENCE)
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

    def or_better(self, other: "_Found") -> "_Found":
        """Of each patch the one that costs less."""
        less = other.costs < self.costs
        return _Found(*(torch.where(less, theirs, own) for own, theirs in zip(self, other, strict=True)))


class _Patches:
    """A band of a level's patches: what they show, (B, P², N), and how it changes with a motion.

    Differences are taken without their mean over the patch, so that light may change.
    """

    def __init__(self, level: _Level, band: slice) -> None:
        self._second = level.second
        windows = F.unfold(level.shown[:, :, level.rows_of(band)], PATCH, stride=STRIDE)
        self._shown, across, down = windows.chunk(3, dim=1)
        self._centred, self._across, self._down = (_centred(window) for window in (self._shown, across, down))
        # Of the structure tensor, the inverse: (B, N) each, and 0 where there is nothing to hold on to.
        xx, xy, yy = (
            (one * other).sum(1)
            for one, other in (
                (self._across, self._across),
                (self._across, self._down),
                (self._down, self._down),
            )
        )
        area = xx * yy - xy * xy
        inverse = torch.where(area > _LEAST_STRUCTURE, 1 / area, 0)
        self._xx, self._xy, self._yy = yy * inverse, -xy * inverse, xx * inverse
        count = level.columns
        step = torch.arange(PATCH, dtype=windows.dtype, device=windows.device)
        first = torch.arange(band.start, band.stop, dtype=windows.dtype, device=windows.device)
        column = torch.arange(count, dtype=windows.dtype, device=windows.device)
        y = (first * STRIDE - _LEAD)[:, None] + step[:, None, None, None]
        x = (column * STRIDE - _LEAD) + step[:, None, None]
        shape = (PATCH, PATCH, band.stop - band.start, count)
        self._y, self._x = (place.expand(shape).reshape(1, PATCH**2, -1) for place in (y, x))

    def at(self, motions: Tensor) -> _Found:
        """What motions (B, 2, rows, columns) or (B, 2, N) are worth."""
        motions = motions.flatten(2)
        differences = _centred(self._seen(motions)) - self._centred
        return _Found(motions, differences, differences.square().sum(1, keepdim=True))

    def moved(self, found: _Found) -> _Found:
        """A step of Gauss and Newton on: that of Baker and Matthews 2004, whose structure tensor stays the same."""
        across = (self._across * found.differences).sum(1)
        down = (self._down * found.differences).sum(1)
        step = torch.stack((self._xx * across + self._xy * down, self._xy * across + self._yy * down), dim=1)
        return self.at(found.motions - step)

    def misfit(self, motions: Tensor) -> Tensor:
        """By how much each pixel of each patch differs where the motions lead, mean and all: (B, P², N)."""
        return (self._seen(motions.flatten(2)) - self._shown).abs()

    def _seen(self, motions: Tensor) -> Tensor:
        return sampled(self._second, self._x + motions[:, :1], self._y + motions[:, 1:])[:, 0]


def _centred(windows: Tensor) -> Tensor:
    """Without the mean over each patch."""
    return windows - windows.mean(1, keepdim=True)
