"""The native kernels of the networks by the names that torch knows them under, so that it can trace and count them.

All take and give float32 pictures (N, C, H, W) on a processor, channels last in memory; what they give goes into `out`,
or stays where it is.
"""

from typing import Any

import torch
from torch import Tensor

from neural_style import native

_SCHEMAS = (
    "winograd(Tensor x, Tensor weights, Tensor? bias, Tensor? mask, bool rectify, str processor, Tensor(a!) out, *, "
    "bool reflected=False) -> ()",
    "pool(Tensor x, Tensor(a!) out) -> ()",
    "unpool(Tensor gradient, Tensor x, Tensor(a!) out) -> ()",
    "instance_norm_(Tensor(a!) x, Tensor weight, Tensor bias, Tensor? added, float epsilon, bool rectify) -> ()",
)


def _winograd(
    x: Tensor,
    weights: Tensor,
    bias: Tensor | None,
    mask: Tensor | None,
    rectify: bool,
    processor: str,
    out: Tensor,
    *,
    reflected: bool = False,
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
        reflected,
    )


def _pool(x: Tensor, out: Tensor) -> None:
    _kernels().pool(_array(x), _array(out), torch.get_num_threads())


def _unpool(gradient: Tensor, x: Tensor, out: Tensor) -> None:
    _kernels().unpool(_array(gradient), _array(x), _array(out), torch.get_num_threads())


def _instance_norm_(
    x: Tensor, weight: Tensor, bias: Tensor, added: Tensor | None, epsilon: float, rectify: bool
) -> None:
    _kernels().instance_norm(
        _array(x),
        weight.detach().numpy(),
        bias.detach().numpy(),
        None if added is None else _array(added),
        epsilon,
        rectify,
        torch.get_num_threads(),
    )


def _kernels() -> Any:
    assert native.module is not None, native.missing
    return native.module


def _array(picture: Tensor) -> Any:
    return picture.detach().permute(0, 2, 3, 1).numpy()


# It holds on to what it tells torch, as long as it is there.
_LIBRARY = torch.library.Library("neural_style", "DEF")  # type: ignore[no-untyped-call]
for _schema, _work in zip(_SCHEMAS, (_winograd, _pool, _unpool, _instance_norm_), strict=True):
    _LIBRARY.define(_schema)  # type: ignore[no-untyped-call]
    _LIBRARY.impl(_schema.partition("(")[0], _work, "CPU")  # type: ignore[no-untyped-call]

#: A convolution by 3×3 of x as far as the mask is above 0; weights: of `native.module.winograd_weights`; beyond its
#: border x is continued by zeros, or by reflection.
winograd = torch.ops.neural_style.winograd.default

#: Max pooling by 2×2, and its gradient.
pool = torch.ops.neural_style.pool.default
unpool = torch.ops.neural_style.unpool.default

#: Instance normalisation in place; added: comes to the result; rectify: whether ReLU follows.
instance_norm_ = torch.ops.neural_style.instance_norm_.default
