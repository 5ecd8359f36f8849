"""Johnson's network out of an ONNX file: the ONNX model zoo's fast-neural-style (mosaic, candy, rain-princess, udnie,
pointilism), and any other export of the PyTorch examples' network.

Such a file is made for frames of one size, 224×224 in the zoo. Its weights hold at any size, so they are lifted into
`networks.johnson`. Names differ from export to export; what tells the layers apart is how they follow one another.
"""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from neural_style.door.errors import NeuralStyleError
from neural_style.networks.stored import StoredNetwork

#: Nodes that leave a picture as it is; a clip to 0 … 255 at the end is the network's own.
_TRANSPARENT = ("Identity", "Dropout", "Cast", "Clip")

_NORM_EPSILON = 1e-5


def read_onnx(path: Path) -> StoredNetwork:
    """The network of an ONNX file. Raises NeuralStyleError where it is not an export of the examples' network."""
    mend = "give an export of PyTorch's fast_neural_style example, such as the ONNX model zoo's"
    try:
        # What a file says lies in other files is never opened.
        graph = onnx.load_model(path, format="protobuf", load_external_data=False).graph
    except OSError as error:
        raise NeuralStyleError(f"the network's file cannot be read ({error.strerror})", str(path), mend) from error
    except Exception as error:  # protobuf raises kinds of its own for what is no ONNX file
        raise NeuralStyleError("not an ONNX file, or a damaged one", str(path), mend) from error
    try:
        return StoredNetwork("johnson", _Walk(graph).network())
    except (ValueError, TypeError) as error:
        raise NeuralStyleError(
            f"not the transformer network that can be lifted out of an ONNX file ({error})", str(path), mend
        ) from error


class _Walk:
    """Goes from a graph's output up to its input, layer by layer. Raises ValueError where another layer comes."""

    def __init__(self, graph: Any) -> None:
        self._made_by = {output: node for node in graph.node for output in node.output}
        self._constants = {tensor.name: tensor for tensor in graph.initializer}
        self._inputs = {value.name for value in graph.input} - self._constants.keys()
        for node in graph.node:
            if node.op_type == "Constant" and "value" in (attributes := _attributes(node)):
                self._constants[node.output[0]] = attributes["value"]
        if not graph.output:
            raise ValueError("it has no output")
        self._at = graph.output[0].name
        self._tensors: dict[str, torch.Tensor] = {}

    def network(self) -> dict[str, torch.Tensor]:
        """The state dict of `JohnsonNetwork`."""
        self._convolution("deconv3", 9)
        for convolution, norm in (("deconv2", "in5"), ("deconv1", "in4")):
            self._take("Relu")
            self._norm(norm)
            self._convolution(convolution, 3)
            self._twice()
        for number in range(5, 0, -1):
            self._residual(f"res{number}")
        for convolution, norm, size, stride in (("conv3", "in3", 3, 2), ("conv2", "in2", 3, 2), ("conv1", "in1", 9, 1)):
            self._take("Relu")
            self._norm(norm)
            self._convolution(convolution, size, stride)
        if self._source(self._at) not in self._inputs:
            raise ValueError("something comes before the first convolution")
        return self._tensors

    def _source(self, name: str) -> str:
        """The value that a value is, once nodes that leave it as it is are taken away."""
        for _ in range(len(self._made_by)):
            node = self._made_by.get(name)
            if node is None or node.op_type not in _TRANSPARENT:
                break
            name = node.input[0]
        return name

    def _take(self, *kinds: str) -> Any:
        """The node here, of one of these kinds; and on to what it takes."""
        node = self._made_by.get(self._source(self._at))
        if node is None or node.op_type not in kinds:
            raise ValueError(f"{'the input' if node is None else node.op_type} where {kinds[0]} should be")
        self._at = node.input[0]
        return node

    def _convolution(self, name: str, size: int, stride: int = 1) -> None:
        node = self._take("Conv")
        attributes = _attributes(node)
        weight = self._array(node.input[1])
        wanted = {
            "kernel_shape": [size, size], "strides": [stride, stride], "dilations": [1, 1], "pads": [0] * 4, "group": 1,
            "auto_pad": b"NOTSET",
        }  # fmt: skip
        for key, value in attributes.items():
            if key in wanted and value != wanted[key]:
                raise ValueError(f"a convolution with {key} {value} where {wanted[key]} should be")
        if weight.shape[2:] != (size, size) or attributes.get("strides", [1, 1]) != wanted["strides"]:
            raise ValueError(f"another convolution than {name} should be")
        bias = self._array(node.input[2]) if len(node.input) > 2 else np.zeros(len(weight), np.float32)
        self._keep(f"{name}.conv2d", weight, bias)
        pad = self._take("Pad")
        attributes = _attributes(pad)
        if attributes.get("mode") != b"reflect":
            raise ValueError("a border that is not a reflection")
        border = [0, 0, size // 2, size // 2] * 2
        if attributes.get("pads", border) != border:
            raise ValueError(f"a border of {attributes['pads']}")

    def _norm(self, name: str) -> None:
        node = self._take("InstanceNormalization")
        if abs(_attributes(node).get("epsilon", _NORM_EPSILON) - _NORM_EPSILON) > 1e-7:
            raise ValueError("a normalisation with another epsilon")
        self._keep(name, self._array(node.input[1]), self._array(node.input[2]))

    def _twice(self) -> None:
        node = self._take("Upsample", "Resize")
        attributes = _attributes(node)
        if attributes.get("mode", b"nearest") != b"nearest":
            raise ValueError("an enlargement that is not nearest neighbour")
        scales = attributes.get("scales") or [
            attributes.get("height_scale", 2.0), attributes.get("width_scale", 2.0),
        ]  # fmt: skip
        for name in node.input[1:]:
            given = self._constants.get(self._source(name))
            if given is not None and given.data_type == onnx.TensorProto.FLOAT:
                scales = self._array(name).tolist() or scales
        if scales[-2:] != [2.0, 2.0]:
            raise ValueError(f"an enlargement by {scales}")

    def _residual(self, name: str) -> None:
        sources = [self._source(value) for value in self._take("Add").input]
        kinds = [node.op_type if (node := self._made_by.get(value)) is not None else "" for value in sources]
        if kinds.count("InstanceNormalization") != 1:
            raise ValueError("a sum that is no residual block's")
        self._at = sources.pop(kinds.index("InstanceNormalization"))
        self._norm(f"{name}.in2")
        self._convolution(f"{name}.conv2", 3)
        self._take("Relu")
        self._norm(f"{name}.in1")
        self._convolution(f"{name}.conv1", 3)
        if self._source(self._at) != sources[0]:
            raise ValueError("a skip that begins elsewhere than its block")

    def _keep(self, name: str, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        self._tensors[f"{name}.weight"] = torch.from_numpy(weight)
        self._tensors[f"{name}.bias"] = torch.from_numpy(bias)

    def _array(self, name: str) -> NDArray[np.float32]:
        """A constant of the graph: an initialiser, or what a Constant node gives."""
        tensor = self._constants.get(self._source(name))
        if tensor is None or tensor.data_location == onnx.TensorProto.EXTERNAL:
            raise ValueError("weights that are not in the file")
        return np.array(numpy_helper.to_array(tensor), np.float32)


def _attributes(node: Any) -> dict[str, Any]:
    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
