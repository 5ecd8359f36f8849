"""The native kernels of the networks by the names that torch knows them under, so that it can trace and count them.

All take and give float32 pictures (N, C, H, W) on a processor, channels last in memory; what they give goes into `out`.
"""

from typing import Any

import torch
from torch import Tensor

from neural_style import native

_SCHEMAS = (
    "winograd(Tensor x, Tensor weights, Tensor? bias, Tensor? mask, bool rectify, str processor, Tensor(a!) out) -> ()",
    "pool(Tensor x, Tensor(a!) out) -> ()",
    "unpool(Tensor gradient, Tensor x, Tensor(a!) out) -> ()",
)


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


# It holds on to what it tells torch, as long as it is there.
_LIBRARY = torch.library.Library("neural_style", "DEF")  # type: ignore[no-untyped-call]
for _schema, _work in zip(_SCHEMAS, (_winograd, _pool, _unpool), strict=True):
    _LIBRARY.define(_schema)  # type: ignore[no-untyped-call]
    _LIBRARY.impl(_schema.partition("(")[0], _work, "CPU")  # type: ignore[no-untyped-call]

#: A convolution by 3×3 of x as far as the mask is above 0; weights: of `native.module.winograd_weights`.
winograd = torch.ops.neural_style.winograd.default

#: Max pooling by 2×2, and its gradient.
pool = torch.ops.neural_style.pool.default
unpool = torch.ops.neural_style.unpool.default
