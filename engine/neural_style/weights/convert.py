"""Reads fetched files into named tensors; every reader is a safe one that runs no code from the file."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from neural_style.weights import ncnn

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


def _convolutions(path: Path) -> dict[str, tuple[Tensor, Tensor]]:
    """Weight (OIHW) and bias of every convolution of an 8-bit ONNX file, as float32, by the weight's name.

    Such a file holds integers, and nodes `DequantizeLinear` that make (integer - zero point) * scale of them.
    """
    graph = onnx.load(path).graph
    found = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    values: dict[str, Tensor] = {}
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in found:
            stored, scale, zero = (found[name] for name in node.input)
            shape = (-1,) + (1,) * (stored.ndim - 1)  # one scale for each output channel, or one for all
            value = (stored.astype(np.float32) - zero.reshape(shape)) * scale.reshape(shape)
            values[node.output[0]] = torch.from_numpy(value.astype(np.float32))
    result = {}
    for node in graph.node:
        if node.op_type == "Conv":
            _, weight, bias = node.input
            result[weight.removesuffix("_dequant")] = values[weight], values[bias]
    return result


def arbitrary_predict(path: Path) -> dict[str, Tensor]:
    """Magenta's style predictor, with the names of `networks.arbitrary.StylePredictor`."""
    result = {}
    for name, (weight, bias) in _convolutions(path).items():
        name = re.sub(r"expanded_conv(_(\d+))?/", lambda match: f"blocks.{match[2] or 0}.", name)
        for old, new in (
            ("MobilenetV2/", ""),
            ("mobilenet_conv/Conv/weights", "bottleneck"),
            ("Conv_1/weights", "last"),
            ("Conv/weights", "first"),
            ("/depthwise_weights", ""),
            ("/weights", ""),
        ):
            name = name.replace(old, new)
        result[f"{name}.weight"], result[f"{name}.bias"] = weight, bias
    return result


def arbitrary_transform(path: Path) -> dict[str, Tensor]:
    """Magenta's transformer network, with the names of `networks.arbitrary.ArbitraryNetwork`."""
    result = {}
    for name, (weight, bias) in _convolutions(path).items():
        numbers = [str(int(number) - 1) for number in re.findall(r"(?:conv|residual)(\d)", name)]
        place = ".".join([*re.findall("contract|residual|expand", name)[:1], *numbers])
        if name.startswith("style_params"):
            # The bottleneck's linear maps: the first is the shift, the second the scale of the normalisation.
            place += ".gamma" if "/Conv_1/" in name else ".beta"
            weight = weight.flatten(1)
        elif not place.startswith("contract"):
            # The normalisation that follows would take a bias away again; the file's are zeros.
            result[f"{place}.conv.weight"] = weight
            continue
        result[f"{place}.weight"], result[f"{place}.bias"] = weight, bias
    return result


#: By the source's name; a source that is not here is kept as it is.
CONVERTERS: dict[str, Callable[[Path], dict[str, Tensor]]] = {
    "multistyle26": multistyle,
    "vgg16": vgg16,
    "arbitrary-predict": arbitrary_predict,
    "arbitrary-transform": arbitrary_transform,
    "waifu2x-photo": ncnn.waifu2x,
    "waifu2x-anime": ncnn.waifu2x,
}
