"""A convolution by 3×3 and the ReLU behind it, both ways: by the native kernels on a processor, else by torch's.

The native ones need a quarter of the multiplications (Winograd's minimal filtering, `native/winograd.cpp`), and do what
ReLU and its gradient do where a value is written or read anyway. Their roundings are up to ten times torch's own in
float32, which the network's gradient does not show (docs/measurements.md, "The convolutions").
"""

import os
from functools import cached_property
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from neural_style import native

#: Forbids the native convolutions (0), to see what they do.
VARIABLE = "NEURAL_STYLE_WINOGRAD"


def processor() -> str:
    """The kind of processor that the native convolutions are made for here; empty where there are none."""
    if os.environ.get(VARIABLE) == "0":
        return ""
    kinds: list[str] = getattr(native.module, "winograd_processors", list)()
    return kinds[0] if kinds else ""


class RectifiedConvolution:
    """relu(x ∗ weight + bias), of the size of x, with zeros beyond the border."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        """weight: (O, I, 3, 3); bias: (O,); on one device, in one format."""
        self.weight, self.bias = weight, bias
        self.processor = processor() if weight.device.type == "cpu" and weight.dtype == torch.float32 else ""
        outputs, inputs = weight.shape[:2]
        # On the way back outputs are what is taken in.
        #: Whether the native kernels take it.
        self.is_native = bool(self.processor) and all(
            native.module.winograd_takes(self.processor, *channels)  # type: ignore[union-attr]
            for channels in ((inputs, outputs), (outputs, inputs))
        )

    def __call__(self, x: Tensor) -> Tensor:
        """(N, I, H, W) to (N, O, H, W), channels last in memory."""
        if self.is_native:
            result: Tensor = _Native.apply(x, self)  # type: ignore[no-untyped-call]
            return result
        return F.relu(F.conv2d(x, self.weight, self.bias, padding=1), inplace=True)

    @cached_property
    def there(self) -> Tensor:
        """The weights as the native kernels take them."""
        return self._ordered(self.weight)

    @cached_property
    def back(self) -> Tensor:
        """Those of the gradient: each kernel the other way round, from what came out to what went in."""
        return self._ordered(self.weight.flip(2, 3).transpose(0, 1))

    def _ordered(self, weight: Tensor) -> Tensor:
        assert native.module is not None
        return torch.from_numpy(native.module.winograd_weights(weight.contiguous().numpy(), self.processor))


class _Native(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, convolution: RectifiedConvolution) -> Tensor:
        """See `RectifiedConvolution`."""
        result: Tensor = _winograd(x, convolution.there, convolution.bias, None, True, convolution.processor)
        ctx.save_for_backward(result)
        ctx.convolution = convolution
        return result

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """Only the picture has a gradient; the weights stay."""
        (result,) = ctx.saved_tensors
        return _winograd(gradients[0], ctx.convolution.back, None, result, False, ctx.convolution.processor), None


@torch.library.custom_op(  # so that torch can trace it
    "neural_style::winograd",
    mutates_args=(),
    schema="(Tensor x, Tensor weights, Tensor? bias, Tensor? mask, bool rectify, str processor) -> Tensor",
)
def _winograd(
    x: Tensor, weights: Tensor, bias: Tensor | None, mask: Tensor | None, rectify: bool, processor: str
) -> Tensor:
    """x (N, I, H, W), as far as the mask is above 0, convolved."""
    assert native.module is not None
    result = native.module.winograd(
        x.permute(0, 2, 3, 1).numpy(),
        weights.numpy(),
        None if bias is None else bias.numpy(),
        None if mask is None else mask.permute(0, 2, 3, 1).numpy(),
        rectify,
        torch.get_num_threads(),
        processor,
    )
    return torch.from_numpy(result).permute(0, 3, 1, 2)
