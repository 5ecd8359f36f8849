"""A convolution by 3×3 of a picture continued by reflection, by the native kernels (`native/winograd.cpp`).

The order in which they read the weights is made at the first call, and lasts as long as the weights do.
"""

import torch
from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary

from neural_style import native
from neural_style.networks import kernels, rectified

#: Of each weight: how often it had been changed, for which processor, and in the kernels' order.
_ordered: WeakTensorKeyDictionary = WeakTensorKeyDictionary()


def convolved(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor | None:
    """x (N, I, H, W), float32 on a processor, by weight (O, I, 3, 3), plus bias (O,): (N, O, H, W), H and W at least 2.

    Channels last in memory, without a gradient. None where no kernel takes so many channels.
    """
    outputs, inputs = weight.shape[:2]
    if not (processor := _processor(inputs, outputs)):
        return None
    out = torch.empty((len(x), outputs, *x.shape[2:]), memory_format=torch.channels_last)
    bias = None if bias is None else bias.detach()
    kernels.winograd(x, _in_order(weight, processor), bias, None, False, processor, out, reflected=True)
    return out


def _processor(inputs: int, outputs: int) -> str:
    """The fastest kind of kernel that takes so many channels here; empty where none does."""
    if not rectified.processor():
        return ""
    assert native.module is not None
    kinds: list[str] = native.module.winograd_processors()
    return next((kind for kind in kinds if native.module.winograd_takes(kind, inputs, outputs)), "")


def _in_order(weight: Tensor, processor: str) -> Tensor:
    # What was made in inference mode counts no changes, and cannot be changed but there.
    state = (0 if weight.is_inference() else weight._version, processor)
    kept = _ordered.get(weight)  # type: ignore[no-untyped-call]
    if kept is None or kept[0] != state:
        assert native.module is not None
        ordered = native.module.winograd_weights(weight.detach().contiguous().numpy(), processor)
        kept = _ordered[weight] = (state, torch.from_numpy(ordered))
    found: Tensor = kept[1]
    return found
