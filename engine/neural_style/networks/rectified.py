"""A convolution by 3×3 and the ReLU behind it, there and back: by the native kernels on a processor, else by torch.

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
from torch.nn.grad import conv2d_input

from neural_style import native
from neural_style.networks import kernels
from neural_style.networks.room import Room

#: Forbids the native kernels (0), to see what they do.
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
        self._processor = processor() if weight.device.type == "cpu" and weight.dtype == torch.float32 else ""
        outputs, inputs = weight.shape[:2]
        #: Whether the native kernels take it. On the way back outputs are what goes in.
        self.is_native = bool(self._processor) and all(
            native.module.winograd_takes(self._processor, *channels)  # type: ignore[union-attr]
            for channels in ((inputs, outputs), (outputs, inputs))
        )

    def __call__(self, x: Tensor) -> Tensor:
        """(N, I, H, W) to (N, O, H, W), channels last in memory, with a gradient for x; the weights stay."""
        if self.is_native:
            result: Tensor = _ThereAndBack.apply(x, self)  # type: ignore[no-untyped-call]
            return result
        return F.relu(F.conv2d(x, self.weight, self.bias, padding=1), inplace=True)

    def there(self, x: Tensor, room: Room, name: str) -> Tensor:
        """The same without a gradient; name: of the result in the room."""
        if not self.is_native:
            return F.conv2d(x, self.weight, self.bias, padding=1).relu_()
        out = room.tensor(name, (x.shape[0], self.weight.shape[0], *x.shape[2:]), x)
        kernels.winograd(x, self._weight_there, self.bias, None, True, self._processor, out)
        return out

    def back(self, gradient: Tensor, result: Tensor, room: Room, name: str) -> Tensor:
        """The gradient of x, given that of the result, which may be overwritten; name: in the room, of another."""
        shape = (result.shape[0], self.weight.shape[1], *result.shape[2:])
        if not self.is_native:
            gradient = torch.ops.aten.threshold_backward.grad_input(gradient, result, 0, grad_input=gradient)
            found: Tensor = conv2d_input(shape, self.weight, gradient, padding=1)  # type: ignore[no-untyped-call]
            return found
        out = room.tensor(name, shape, gradient)
        kernels.winograd(gradient, self._weight_back, None, result, False, self._processor, out)
        return out

    @cached_property
    def _weight_there(self) -> Tensor:
        """The weights as the native kernels take them."""
        return self._ordered(self.weight)

    @cached_property
    def _weight_back(self) -> Tensor:
        """Those of the gradient: each kernel the other way round, from what came out to what went in."""
        return self._ordered(self.weight.flip(2, 3).transpose(0, 1))

    def _ordered(self, weight: Tensor) -> Tensor:
        assert native.module is not None
        return torch.from_numpy(native.module.winograd_weights(weight.contiguous().numpy(), self._processor))


class _ThereAndBack(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, convolution: RectifiedConvolution) -> Tensor:
        """See `RectifiedConvolution`."""
        result = convolution.there(x, Room(), "result")
        ctx.save_for_backward(result)
        ctx.convolution = convolution
        return result

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """Of x alone."""
        (result,) = ctx.saved_tensors
        return ctx.convolution.back(gradients[0], result, Room(), "gradient"), None
