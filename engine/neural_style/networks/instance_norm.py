"""Instance normalisation (Ulyanov et al. 2016), by what is fast and exact: the native kernel, or one of torch's.

The native one does what follows in a network besides, ReLU or a residual block's sum, where a value is written anyway,
and keeps channels last, in which a processor convolves fastest. It takes no memory: large tensors are fresh pages of
the system's, which cost more than what is computed in them (docs/measurements.md, "The convolutions").

Of torch's, `F.instance_norm` takes six times as long as `F.group_norm` with a group for each channel. With channels
last, though, torch's sums depend on the number of threads, and of a nearly flat frame all digits are lost; so there
channels come first.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.jit import is_tracing  # type: ignore[attr-defined]
from torch.utils._python_dispatch import is_in_torch_dispatch_mode

from neural_style.networks import kernels, rectified

EPSILON = 1e-5

#: The native kernel takes as many channels at a time; with fewer, torch is faster.
_VECTOR = 8


def is_native(x: Tensor, channels: int) -> bool:
    """Whether the native kernel takes what is computed from x with so many channels, which then should lie last.

    It knows no gradient, and what looks on (an export to ONNX, a count of the operations) does not know it.
    """
    return (
        x.device.type == "cpu"
        and x.dtype == torch.float32
        and channels % _VECTOR == 0
        and not torch.is_grad_enabled()
        and not is_tracing()  # type: ignore[no-untyped-call]
        and not is_in_torch_dispatch_mode()
        and bool(rectified.processor())
    )


def instance_norm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: float = EPSILON) -> Tensor:
    """x (N, C, H, W), of more than one pixel, with mean 0 and variance 1 in each channel, scaled and shifted: (C,)."""
    return F.group_norm(x.contiguous(), x.shape[1], weight, bias, epsilon)


def instance_norm_(
    x: Tensor,
    weight: Tensor,
    bias: Tensor,
    epsilon: float = EPSILON,
    rectify: bool = False,
    added: Tensor | None = None,
) -> Tensor:
    """The same of an x that nobody needs afterwards: it may be overwritten. The result may be x.

    added: of x's shape, comes to the result; rectify: whether ReLU follows, after that.
    """
    if is_native(x, x.shape[1]):
        x = x.contiguous(memory_format=torch.channels_last)
        added = None if added is None else added.contiguous(memory_format=torch.channels_last)
        kernels.instance_norm_(x, weight.contiguous(), bias.contiguous(), added, epsilon, rectify)
        return x
    out = instance_norm(x, weight, bias, epsilon)
    if added is not None:
        out = added + out
    return F.relu(out) if rectify else out


class InstanceNorm(nn.Module):
    """The same as a layer; its parameters are named as those of `nn.InstanceNorm2d(affine=True)`."""

    def __init__(self, channels: int, epsilon: float = EPSILON) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W)."""
        return instance_norm(x, self.weight, self.bias, self.epsilon)

    def of_given(self, x: Tensor, rectify: bool = False, added: Tensor | None = None) -> Tensor:
        """The same as `instance_norm_`."""
        return instance_norm_(x, self.weight, self.bias, self.epsilon, rectify, added)
