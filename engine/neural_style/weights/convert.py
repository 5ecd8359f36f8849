"""Reads fetched files into named tensors; every reader is a safe one that runs no code from the file."""

from collections.abc import Callable
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

#: VGG-16's convolutions as (block, convolution), in order.
_VGG16 = [(block, conv) for block, count in enumerate((2, 2, 3, 3, 3), start=1) for conv in range(1, count + 1)]


def _initialisers(path: Path) -> dict[str, Tensor]:
    """All initialisers of an ONNX file, by name, as float32."""
    graph = onnx.load(path).graph
    return {item.name: torch.from_numpy(numpy_helper.to_array(item).copy()) for item in graph.initializer}


def multistyle(path: Path) -> dict[str, Tensor]:
    """The 26 styles' network; its ONNX names are already those of `networks.multistyle`."""
    return _initialisers(path)


def vgg16(path: Path) -> dict[str, Tensor]:
    """VGG-16's convolutions as `conv{block}_{n}.weight` (OIHW) and `.bias`; input BGR minus the Caffe means."""
    found = _initialisers(path)
    result = {}
    for block, conv in _VGG16:
        name = f"functional_1/block{block}_conv{conv}_1"
        result[f"conv{block}_{conv}.weight"] = found[f"{name}/convolution/ReadVariableOp:0"].contiguous()
        result[f"conv{block}_{conv}.bias"] = found[f"{name}/Squeeze:0"].contiguous()
    return result


#: By the source's name; a source that is not here is kept as it is.
CONVERTERS: dict[str, Callable[[Path], dict[str, Tensor]]] = {"multistyle26": multistyle, "vgg16": vgg16}
