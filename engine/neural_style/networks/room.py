"""Memory that is used again, evaluation after evaluation.

On a processor every large tensor is fresh memory of the system's, which has to be made empty first: at 1920×1080 that
took as long as computing did. On a GPU torch keeps memory for the next tensor anyway.
"""

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor


class Room:
    """Gives tensors by name. One of a name that was given before is in the same memory, and takes the other's place."""

    def __init__(self) -> None:
        self._kept: dict[str, Tensor] = {}

    def tensor(self, name: str, shape: Sequence[int], like: Tensor) -> Tensor:
        """A tensor (N, C, H, W) of any values, channels last in memory; like: one of the same format and device."""
        count, (images, channels, height, width) = prod(shape), shape
        memory = self._kept.get(name)
        if memory is None or memory.numel() < count or memory.dtype != like.dtype or memory.device != like.device:
            memory = torch.empty(count, dtype=like.dtype, device=like.device)
            if like.device.type == "cpu":
                self._kept[name] = memory
        return memory[:count].view(images, height, width, channels).permute(0, 3, 1, 2)
