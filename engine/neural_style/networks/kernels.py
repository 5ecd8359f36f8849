"""The native kernels of the networks by the names that torch knows them under, so that it can trace and count them.

All take and give float32 pictures (N, C, H, W) on a processor, channels last in memory; what they give goes into `out`.
"""

from typing import Any

import torch
from torch import Tensor

from neural_style import native

_LIBRARY = torch.library.Library("neural_style", "DEF")
_LIBRARY.define(
    "winograd(Tensor x, Tensor weights, Tensor? bias, Tensor? mask, bool rectify, str processor, Tensor(a!) out) -> ()"
)
_LIBRARY.define("pool(Tensor x, Tensor(a!) out) -> ()")
_LIBRARY.define("unpool(Tensor gradient, Tensor x, Tensor(a!) out) -> ()")


def _winograd(
    x: Tensor, weights: Tensor, bias: Tensor | None, mask: Tensor | None, rectify: bool, processor: str, out: Tensor
) -> None:
    _kernels().winograd(
        _array(x),
        weights.numpy(),
        None if bias is None else bias.numpy(),
        None if mask is None else _array(mask),
        _array(out),
        rectify,
        torch.get_num_threads(),
        processor,
    )


def _pool(x: Tensor, out: Tensor) -> None:
    _kernels().pool(_array(x), _array(out), torch.get_num_threads())


def _unpool(gradient: Tensor, x: Tensor, out: Tensor) -> None:
    _kernels().unpool(_array(gradient), _array(x), _array(out), torch.get_num_threads())


def _kernels() -> Any:
    assert native.module is not None, native.missing
    return native.module


def _array(picture: Tensor) -> Any:
    return picture.detach().permute(0, 2, 3, 1).numpy()


_LIBRARY.impl("winograd", _winograd, "CPU")
_LIBRARY.impl("pool", _pool, "CPU")
_LIBRARY.impl("unpool", _unpool, "CPU")

#: A convolution by 3×3 of x as far as the mask is above 0; weights: of `native.module.winograd_weights`.
winograd = torch.ops.neural_style.winograd.default

#: Max pooling by 2×2, and its gradient.
pool = torch.ops.neural_style.pool.default
unpool = torch.ops.neural_style.unpool.default
