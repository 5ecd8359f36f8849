"""Gram matrices and features of a VGG network by bands of rows, for frames that the device cannot hold at once.

A network's memory is in the features that wait for the way back, most of them in its first two blocks. Here only what
a block hands to the next one waits; in between, each band of rows is computed when it is needed, and again on the way
back: a third more arithmetic. A band takes along as many rows on either side as the block has convolutions, whose
outermost results are thrown away, so it is exactly what the whole frame would give there, and there are no seams.
(Chen et al. 2016, "Training deep nets with sublinear memory cost", section 3, for the second computation.)
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from neural_style.losses import gram_matrix, gram_sum
from neural_style.networks.vgg import VGG


def grams_and_features(
    vgg: VGG, x: Tensor, style: Collection[str], content: Collection[str], rows: int | None = None
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The Gram matrices (C, C) of some layers, and the features (1, C, H, W) of others, of x (1, 3, H, W), VGG space.

    rows: of a block's own pixels that are computed at a time, an even number; None for all. The values and gradients
    are the same, but for roundings.
    """
    if rows is None:
        found = vgg.features(x, {*style, *content})
        return {name: gram_matrix(found[name]) for name in style}, {name: found[name] for name in content}
    if rows < 2 or rows % 2:
        raise ValueError(f"a band has an even number of rows, not {rows}")
    grams: dict[str, Tensor] = {}
    features: dict[str, Tensor] = {}
    x = x.to(vgg.dtype, memory_format=torch.channels_last)
    blocks = vgg.blocks({*style, *content})
    for number, names in enumerate(blocks, start=1):
        layers = [VGG.layer(name) for name in names]
        block = _Block(
            vgg,
            names,
            [layer for layer in layers if layer in style],
            [layer for layer in layers if layer in content],
            pools=number < len(blocks),
        )
        results = iter(_Banded.apply(x, block, rows))  # type: ignore[no-untyped-call]
        size = x.shape[-2] * x.shape[-1]
        for layer in block.style:
            total = next(results)
            grams[layer] = total / (total.shape[0] * size)
        features |= {layer: next(results) for layer in block.content}
        if block.pools:
            x = next(results)
    return grams, features


class _Block(NamedTuple):
    """A block of the network, and what is wanted of it: sums of outer products, features, and its end, pooled."""

    vgg: VGG
    names: Sequence[str]
    style: Sequence[str]
    content: Sequence[str]
    pools: bool

    @property
    def pooled(self) -> int:
        """The place of the pooled end among the results."""
        return len(self.style) + len(self.content)

    def __call__(self, x: Tensor, first: int, last: int) -> list[Tensor]:
        """All that is wanted of rows `first` to `last` of a band that has more on either side."""
        found = {}
        for layer, features in self.vgg.convolved(x, self.names):
            x = features[:, :, first:last]
            if layer in self.style or layer in self.content:
                found[layer] = x
        results = [gram_sum(found[layer]) for layer in self.style] + [found[layer] for layer in self.content]
        if self.pools:
            results.append(F.max_pool2d(x, 2))
        return results


class _Band(NamedTuple):
    """Rows `taken` of the input, of which `first` to `last` are the band's own; `own` and `pooled`: the results'."""

    taken: slice
    first: int
    last: int
    own: slice
    pooled: slice


def _bands(height: int, rows: int, halo: int) -> Iterator[_Band]:
    starts = range(0, max(height - 1, 1), rows)  # a single last row belongs to the band before: nothing could be pooled
    for top in starts:
        bottom = height if top == starts[-1] else top + rows
        above = min(halo, top)
        taken = slice(top - above, min(bottom + halo, height))
        yield _Band(taken, above, above + bottom - top, slice(top, bottom), slice(top // 2, bottom // 2))


class _Banded(torch.autograd.Function):
    """A block, band by band: keeps its input alone."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, block: _Block, rows: int) -> tuple[Tensor, ...]:
        """What `_Block` gives, of all rows."""
        ctx.save_for_backward(x)
        ctx.block, ctx.rows = block, rows
        whole: list[Tensor] = []
        for band in _bands(x.shape[2], rows, len(block.names)):
            parts = block(x[:, :, band.taken], band.first, band.last)
            if not whole:
                whole = [_room(block, place, part, x.shape[2]) for place, part in enumerate(parts)]
            for place, part in enumerate(parts):
                share = _share(block, place, whole[place], band)
                share.add_(part) if place < len(block.style) else share.copy_(part)
        return tuple(whole)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        """Computes each band again, with what leads back."""
        (x,) = ctx.saved_tensors
        block: _Block = ctx.block
        result = torch.zeros_like(x)
        for band in _bands(x.shape[2], ctx.rows, len(block.names)):
            with torch.enable_grad():
                taken = x[:, :, band.taken].detach().requires_grad_(True)
                parts = block(taken, band.first, band.last)
            shares = [_share(block, place, gradient, band) for place, gradient in enumerate(gradients)]
            (found,) = torch.autograd.grad(parts, taken, shares)
            result[:, :, band.taken] += found
        return result, None, None


def _room(block: _Block, place: int, part: Tensor, height: int) -> Tensor:
    """Where a result of a block is put together: what one band gave of it, with room for all rows."""
    if place < len(block.style):
        return torch.zeros_like(part)
    shape = (*part.shape[:2], height // 2 if place == block.pooled else height, part.shape[3])
    return torch.empty(shape, dtype=part.dtype, device=part.device, memory_format=torch.channels_last)


def _share(block: _Block, place: int, whole: Tensor, band: _Band) -> Tensor:
    """What a band has to do with of a block's result, or of its gradient."""
    if place < len(block.style):
        return whole  # a sum over all bands
    return whole[:, :, band.pooled if place == block.pooled else band.own]
