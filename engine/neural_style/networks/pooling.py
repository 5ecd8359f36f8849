"""Max pooling by 2×2, and the way back: by the native kernels on a processor, else by torch.

Which of four values was the largest is looked at again on the way back, rather than kept as numbers of eight bytes.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from neural_style.networks import kernels, rectified
from neural_style.networks.room import Room


def pool(x: Tensor, room: Room, name: str) -> Tensor:
    """x (N, C, H, W), channels last, at half the height and width; name: of the result in the room."""
    if not _native_takes(x):
        return F.max_pool2d(x, 2)
    images, channels, height, width = x.shape
    out = room.tensor(name, (images, channels, height // 2, width // 2), x)
    kernels.pool(x, out)
    return out


def unpool(gradient: Tensor, x: Tensor, room: Room, name: str) -> Tensor:
    """The gradient of x, given that of `pool`'s result; name: of the result in the room."""
    if not _native_takes(x):
        _, places = F.max_pool2d(x, 2, return_indices=True)
        back = torch.ops.aten.max_pool2d_with_indices_backward.default
        result: Tensor = back(gradient, x, [2, 2], [2, 2], [0, 0], [1, 1], False, places)
        return result
    out = room.tensor(name, x.shape, x)
    kernels.unpool(gradient, x, out)
    return out


def _native_takes(x: Tensor) -> bool:
    return x.device.type == "cpu" and x.dtype == torch.float32 and bool(rectified.processor())
