"""The terms of the objective as short pure functions on tensors in VGG space (BGR, 0 … 256 minus the means)."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


def pixel_loss(x: Tensor, target: Tensor) -> Tensor:
    """Half the sum of squared differences: the reference's pixel loss."""
    return 0.5 * (x - target).square().sum()


def content_loss(features: Tensor, target: Tensor) -> Tensor:
    """The mean squared difference of features (Gatys et al. 2016, section 2.1, as a mean)."""
    return (_single(features) - _single(target)).square().mean()


def gram_matrix(features: Tensor) -> Tensor:
    """F Fᵀ / (C·H·W) of features (1, C, H, W): (C, C), float32 at least (Gatys et al. 2016, section 2.2)."""
    return gram_sum(features) / features[0].numel()


def gram_sum(features: Tensor) -> Tensor:
    """F Fᵀ of features (1, C, H, W): a Gram matrix that is yet to be divided, so that those of parts can be added."""
    product: Tensor = _Gram.apply(flattened(features))  # type: ignore[no-untyped-call]
    return product


def flattened(features: Tensor) -> Tensor:
    """Features (1, C, H, W) as (pixels, C): in the order of memory, so that channels-last ones are not copied."""
    return features.permute(0, 2, 3, 1).reshape(-1, features.shape[1])


class _Gram(torch.autograd.Function):
    """FᵀF of F (pixels, channels), in float32 at least.

    The gradient, F·(D + Dᵀ), is one product, of which autograd would make two. Of bfloat16 features it is one of
    bfloat16, as all that comes before it on the way back.
    """

    @staticmethod
    def forward(ctx: Any, flat: Tensor) -> Tensor:
        """(channels, channels)."""
        ctx.save_for_backward(flat)
        if flat.is_cuda and flat.dtype == torch.bfloat16:
            # The same sums of the same products, by the units that multiply bfloat16 and add in float32.
            return torch.mm(flat.T, flat, out_dtype=torch.float32)
        flat = _single(flat)
        return flat.T @ flat

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        """Of what follows from the matrix, with respect to F."""
        (flat,) = ctx.saved_tensors
        (gradient,) = gradients
        product: Tensor = flat @ (gradient + gradient.T).to(flat.dtype)
        return product


def style_loss(gram: Tensor, target: Tensor) -> Tensor:
    """The mean squared difference of two Gram matrices."""
    return (gram - target).square().mean()


class StyleTargets:
    """Gram matrices of several layers, laid out so that all of them are compared at once."""

    def __init__(self, grams: Sequence[Tensor]) -> None:
        self.values = torch.cat([gram.flatten() for gram in grams])
        self.shares = torch.cat([torch.full_like(gram.flatten(), 1 / gram.numel()) for gram in grams])


def style_losses(grams: Sequence[Tensor], targets: StyleTargets) -> Tensor:
    """The sum of `style_loss` over all layers, in a few operations on the device in place of some for each."""
    difference = torch.cat([gram.flatten() for gram in grams]) - targets.values
    return (difference.square() * targets.shares).sum()


def temporal_loss(x: Tensor, warped: Tensor, reliability: Tensor) -> Tensor:
    """The mean of c·(x − warped)² over all pixels and channels (Ruder et al. 2016, section 5.2).

    x, warped: (1, 3, H, W); reliability: (1, 1, H, W) in [0, 1].
    """
    return (reliability * (x - warped).square()).mean()


def total_variation(x: Tensor) -> Tensor:
    """Half the sum of squared differences to the right and lower neighbours, without the last row and column.

    Its gradient is what the reference adds (as jcjohnson's neural-style does); the loss value leaves it out.
    """
    here = x[..., :-1, :-1]
    return 0.5 * ((here - x[..., :-1, 1:]).square().sum() + (here - x[..., 1:, :-1]).square().sum())


def _single(x: Tensor) -> Tensor:
    """In float32 at least: sums over thousands of bfloat16 values would lose what they are compared for."""
    return x if x.dtype == torch.float64 else x.float()
