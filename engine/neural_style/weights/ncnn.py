"""Reads the weights of an ncnn model (`.bin`), layer after layer, with nothing but NumPy.

The file holds, for each layer in the order of the network, four bytes that name the number format, the weights, and
the biases as float32. Shapes and names are not in it: the network that it was made for knows them.
(ncnn's wiki, "param and model file structure".)
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from neural_style.networks.upconv7 import UpConv7

#: What the four bytes before weights in float16 and in float32 say.
_HALF, _SINGLE = 0x01306B47, 0


class _Bytes:
    """A file's bytes, taken one after another."""

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()
        self._place = 0

    def take(self, dtype: type[np.generic], count: int) -> np.ndarray:
        """The next numbers. Raises ValueError where the file ends before."""
        found = np.frombuffer(self._data, np.dtype(dtype).newbyteorder("<"), count, self._place)
        self._place += found.nbytes + -found.nbytes % 4  # what follows begins at a multiple of four bytes
        return found

    @property
    def is_empty(self) -> bool:
        return self._place == len(self._data)


def state(path: Path, layers: Iterable[tuple[str, nn.Conv2d | nn.ConvTranspose2d]]) -> dict[str, Tensor]:
    """The state dict, float32, of convolutions given by name in the order of the file.

    Raises ValueError where the file's length or number format is another than theirs.
    """
    data = _Bytes(path)
    result = {}
    for name, layer in layers:
        kind = int(data.take(np.uint32, 1)[0])
        if kind not in (_HALF, _SINGLE):
            raise ValueError(f"{path.name}: weights of an unknown number format, {kind:#x}")
        # A transposed convolution is stored output channels first too; torch has its inputs first.
        shape = (layer.out_channels, layer.in_channels, *layer.kernel_size)
        count = int(np.prod(shape))
        weight = data.take(np.float16 if kind == _HALF else np.float32, count).astype(np.float32).reshape(shape)
        if isinstance(layer, nn.ConvTranspose2d):
            weight = weight.swapaxes(0, 1)
        result[f"{name}.weight"] = torch.from_numpy(np.ascontiguousarray(weight))
        result[f"{name}.bias"] = torch.from_numpy(data.take(np.float32, layer.out_channels).astype(np.float32))
    if not data.is_empty:
        raise ValueError(f"{path.name}: more weights than the network has")
    return result


def waifu2x(path: Path) -> dict[str, Tensor]:
    """The tensors of `networks.upconv7`."""
    kinds = (nn.Conv2d, nn.ConvTranspose2d)
    layers = [(name, module) for name, module in UpConv7().named_modules() if isinstance(module, kinds)]
    return state(path, layers)
