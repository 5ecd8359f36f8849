"""Instance normalisation (Ulyanov et al. 2016), by that of torch's normalisations which is fast and exact.

`F.instance_norm` takes six times as long as `F.group_norm` with a group for each channel. With channels last, though,
torch's sums depend on the number of threads, and of a nearly flat frame all digits are lost; so channels come first.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

EPSILON = 1e-5


def instance_norm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: float = EPSILON) -> Tensor:
    """x (N, C, H, W), of more than one pixel, with mean 0 and variance 1 in each channel, scaled and shifted: (C,)."""
    return F.group_norm(x.contiguous(), x.shape[1], weight, bias, epsilon)


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
