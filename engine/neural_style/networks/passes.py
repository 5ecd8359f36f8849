"""Passes through a VGG network and back: Gram matrices and features of a picture, and the gradient that leads to it.

Written out, since autograd keeps and adds up more than is needed: gradients are added where they are made, ReLU's is
taken where it is read, and all of it is in memory that is used again.

For frames that the device cannot hold at once, by bands of rows. A network's memory is in the features that wait for
the way back, most of them in its first two blocks. There only what a block hands to the next one waits; in between,
each band of rows is computed when it is needed, and again on the way back: a third more arithmetic. A band takes along
as many rows on either side as the block has convolutions, whose outermost results are thrown away, so it is exactly
what the whole frame would give there, and there are no seams. (Chen et al. 2016, "Training deep nets with sublinear
memory cost", section 3, for the second computation.)
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from neural_style.losses import flattened, gram_sum
from neural_style.networks.pooling import pool, unpool
from neural_style.networks.room import Room
from neural_style.networks.vgg import VGG


def grams_and_features(
    vgg: VGG,
    x: Tensor,
    style: Collection[str],
    content: Collection[str],
    rows: int | None = None,
    room: Room | None = None,
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The Gram matrices (C, C) of some layers, and the features (1, C, H, W) of others, of x (1, 3, H, W), VGG space.

    rows: of a block's own pixels that are computed at a time, an even number; None for all. The values and gradients
    are the same, but for roundings. room: memory to use; the gradient of one picture has to be asked for before another
    picture is looked at in the same room.
    """
    if rows is not None and (rows < 2 or rows % 2):
        raise ValueError(f"a band has an even number of rows, not {rows}")
    grams: dict[str, Tensor] = {}
    features: dict[str, Tensor] = {}
    room = room or Room()
    x = x.to(vgg.dtype, memory_format=torch.channels_last)
    blocks = vgg.blocks({*style, *content})
    for number, names in enumerate(blocks, start=1):
        layers = [VGG.layer(name) for name in names]
        block = _Block(
            vgg,
            names,
            layers,
            [layer for layer in layers if layer in style],
            [layer for layer in layers if layer in content],
            pools=number < len(blocks),
        )
        results = iter(_Pass.apply(x, block, rows, room))  # type: ignore[no-untyped-call]
        size = x.shape[-2] * x.shape[-1]
        for layer in block.style:
            total = next(results)
            grams[layer] = total / (total.shape[0] * size)
        features |= {layer: next(results) for layer in block.content}
        if block.pools:
            x = next(results)
    return grams, features


class _Band(NamedTuple):
    """Rows `taken` of the input, of which `first` to `last` are the band's own; `own` and `pooled`: the results'."""

    taken: slice
    first: int
    last: int
    own: slice
    pooled: slice

    def of(self, features: Tensor) -> Tensor:
        """The band's own rows of what was computed of the rows taken."""
        return features[:, :, self.first : self.last]


class _Block(NamedTuple):
    """A block of the network, and what is wanted of it: sums of outer products, features, and its end, pooled."""

    vgg: VGG
    names: Sequence[str]
    layers: Sequence[str]
    style: Sequence[str]
    content: Sequence[str]
    pools: bool

    @property
    def pooled(self) -> int:
        """The place of the pooled end among the results."""
        return len(self.style) + len(self.content)

    def there(self, x: Tensor, room: Room, keep: str = "") -> list[Tensor]:
        """The features of all layers; keep: where they have to last, a word of their own in the room."""
        found = []
        for place, name in enumerate(self.names):
            x = self.vgg.convolution(name).there(x, room, f"{keep} features {place}")
            found.append(x)
        return found

    def results(self, features: Sequence[Tensor], band: _Band, room: Room, keep: str = "") -> list[Tensor]:
        """All that is wanted of a band's own rows."""
        own = {layer: band.of(found) for layer, found in zip(self.layers, features, strict=True)}
        results = [gram_sum(own[layer]) for layer in self.style]
        results += [own[layer].clone() for layer in self.content]  # for the room's memory is used again
        if self.pools:
            results.append(pool(band.of(features[-1]), room, f"{keep} pooled"))
        return results

    def back(self, features: Sequence[Tensor], band: _Band, gradients: Sequence[Tensor], room: Room) -> Tensor:
        """The gradient of the rows taken, given those of the results; in the room it is `onward`."""
        of_sums = dict(zip(self.style, gradients, strict=False))
        of_features = dict(zip(self.content, gradients[len(self.style) :], strict=False))
        last = features[-1]
        gradient = self._pooled_back(last, band, gradients[-1], room) if self.pools else None
        here, there = "gradient", "other gradient"
        for place in reversed(range(len(self.names))):
            layer, found = self.layers[place], features[place]
            if gradient is None:
                gradient = room.tensor(here, last.shape, last).zero_()
            own = band.of(gradient)
            if layer in of_sums:
                both = (of_sums[layer] + of_sums[layer].T).to(found.dtype)
                flattened(own).addmm_(flattened(band.of(found)), both)
            if layer in of_features:
                own.add_(of_features[layer])
            convolution = self.vgg.convolution(self.names[place])
            gradient = convolution.back(gradient, found, room, there if place else "onward")
            here, there = there, here
        assert gradient is not None
        return gradient

    def _pooled_back(self, last: Tensor, band: _Band, gradient: Tensor, room: Room) -> Tensor:
        """The gradient of the last layer, given that of its pooled rows: nothing for rows that are not the band's."""
        if band.last - band.first == last.shape[2]:
            return unpool(gradient, last, room, "gradient")
        own = unpool(gradient, band.of(last), room, "other gradient")
        whole = room.tensor("gradient", last.shape, last).zero_()
        band.of(whole).copy_(own)
        return whole


class _Pass(torch.autograd.Function):
    """A block there and back, whole or by bands: of these it keeps its input alone."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, block: _Block, rows: int | None, room: Room) -> tuple[Tensor, ...]:
        """What `_Block.results` gives, of all rows."""
        ctx.block, ctx.rows, ctx.room = block, rows, room
        if rows is None:
            ctx.height = x.shape[2]
            ctx.features = block.there(x, room, block.names[0])
            return tuple(block.results(ctx.features, _all(x.shape[2]), room, block.names[0]))
        ctx.save_for_backward(x)
        whole: list[Tensor] = []
        for band in _bands(x.shape[2], rows, len(block.names)):
            parts = block.results(block.there(x[:, :, band.taken], room), band, room)
            if not whole:
                whole = [_put_together(block, place, part, x.shape[2]) for place, part in enumerate(parts)]
            for place, part in enumerate(parts):
                share = _share(block, place, whole[place], band)
                share.add_(part) if place < len(block.style) else share.copy_(part)
        return tuple(whole)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        """Computes each band again, with what leads back."""
        block: _Block = ctx.block
        if ctx.rows is None:
            return block.back(ctx.features, _all(ctx.height), gradients, ctx.room), None, None, None
        (x,) = ctx.saved_tensors
        result = torch.zeros_like(x)
        for band in _bands(x.shape[2], ctx.rows, len(block.names)):
            features = block.there(x[:, :, band.taken], ctx.room)
            shares = [_share(block, place, gradient, band) for place, gradient in enumerate(gradients)]
            result[:, :, band.taken] += block.back(features, band, shares, ctx.room)
        return result, None, None, None


def _all(height: int) -> _Band:
    return _Band(slice(0, height), 0, height, slice(0, height), slice(0, height // 2))


def _bands(height: int, rows: int, halo: int) -> Iterator[_Band]:
    starts = range(0, max(height - 1, 1), rows)  # a single last row belongs to the band before: nothing could be pooled
    for top in starts:
        bottom = height if top == starts[-1] else top + rows
        above = min(halo, top)
        taken = slice(top - above, min(bottom + halo, height))
        yield _Band(taken, above, above + bottom - top, slice(top, bottom), slice(top // 2, bottom // 2))


def _put_together(block: _Block, place: int, part: Tensor, height: int) -> Tensor:
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
