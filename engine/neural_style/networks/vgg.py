"""VGG-16 and VGG-19 as feature extractors, up to relu5_1.

Simonyan and Zisserman 2015, in the Caffe convention of every paper of this field: input BGR in 0 … 256
(or 255) minus the ImageNet means, max pooling, features after the ReLU ("relu4_2").
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from neural_style.door.errors import NeuralStyleError
from neural_style.networks.rectified import RectifiedConvolution

#: How many convolutions each block has.
BLOCKS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}

#: ImageNet means, BGR in 0 … 255, of the Caffe models.
MEANS_BGR = (103.939, 116.779, 123.68)

#: torchvision's published VGG-19 takes RGB in 0 … 1, normalised by these.
_TORCHVISION_MEAN = (0.485, 0.456, 0.406)
_TORCHVISION_STD = (0.229, 0.224, 0.225)

#: How the hash of the published Caffe model's file begins, which is also in its name.
_CAFFE_SHA256 = "d01eb7cb"


class VGG(nn.Module):
    """The convolutions of a VGG network; `dtype` is what they are computed in."""

    def __init__(self, tensors: Mapping[str, Tensor], dtype: torch.dtype = torch.float32) -> None:
        """`tensors`: `conv{block}_{n}.weight` (OIHW) and `.bias`."""
        super().__init__()
        self.dtype = dtype
        self.convolutions = sorted({name.removesuffix(".weight") for name in tensors if name.endswith(".weight")})
        for name in self.convolutions:
            weight = tensors[f"{name}.weight"].to(dtype).contiguous(memory_format=torch.channels_last)
            self.register_buffer(f"{name}_weight", weight)
            self.register_buffer(f"{name}_bias", tensors[f"{name}.bias"].to(dtype))
        self._made: dict[str, RectifiedConvolution] = {}

    def features(self, x: Tensor, layers: Iterable[str]) -> dict[str, Tensor]:
        """The features of `x` (1, 3, H, W), in VGG space, after each ReLU named in `layers`, as `dtype`.

        Stops at the deepest layer asked for. H and W of at least 16.
        """
        wanted = set(layers)
        found: dict[str, Tensor] = {}
        x = x.to(self.dtype, memory_format=torch.channels_last)
        for number, names in enumerate(self.blocks(wanted)):
            if number:
                x = F.max_pool2d(x, 2)
            for layer, features in self.convolved(x, names):
                x = features
                if layer in wanted:
                    found[layer] = x
        return found

    def blocks(self, layers: Iterable[str]) -> list[list[str]]:
        """The convolutions up to the deepest of some layers, by block; between two blocks features are pooled.

        Raises ValueError where there is no such layer.
        """
        convolutions = {name.replace("relu", "conv") for name in layers}
        if unknown := sorted(convolutions - set(self.convolutions)):
            raise ValueError(f"no such layer: {unknown[0].replace('conv', 'relu')}")
        names = self.convolutions[: self.convolutions.index(max(convolutions)) + 1]
        return [list(block) for _, block in groupby(names, lambda name: name[4])]

    def convolved(self, x: Tensor, names: Iterable[str]) -> Iterator[tuple[str, Tensor]]:
        """Convolve features with one convolution after the other: each layer's name, and its features after ReLU."""
        for name in names:
            x = self.convolution(name)(x)
            yield self.layer(name), x

    def convolution(self, name: str) -> RectifiedConvolution:
        """One of `convolutions`, with its ReLU."""
        weight = getattr(self, f"{name}_weight")
        if name not in self._made or self._made[name].weight is not weight:  # which has gone to another device
            self._made[name] = RectifiedConvolution(weight, getattr(self, f"{name}_bias"))
        return self._made[name]

    @staticmethod
    def layer(convolution: str) -> str:
        """The name of the features that a convolution (conv4_2) leads to (relu4_2)."""
        return convolution.replace("conv", "relu")


def read_vgg19(path: Path) -> dict[str, Tensor]:
    """VGG-19's convolutions from a checkpoint, as `VGG` takes them.

    Takes the Caffe model as a state dict (vgg19-d01eb7cb.pth, known by its hash); any other VGG-19 state dict
    is taken to follow torchvision's published one (vgg19-dcbb9e9d.pth: RGB in 0 … 1, normalised by mean and
    deviation) and is rewritten for the Caffe convention. Both name their tensors `features.N.weight`.
    Raises NeuralStyleError where the file is no VGG-19.
    """
    mend = "give torchvision's vgg19-dcbb9e9d.pth or the Caffe model vgg19-d01eb7cb.pth"
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        caffe = hashlib.sha256(path.read_bytes()).hexdigest().startswith(_CAFFE_SHA256)
    except FileNotFoundError as error:
        raise NeuralStyleError("the VGG-19 checkpoint does not exist", str(path), mend) from error
    except Exception as error:  # torch raises many kinds for a file that is no checkpoint
        raise NeuralStyleError("the VGG-19 checkpoint cannot be read", str(path), mend) from error
    result: dict[str, Tensor] = {}
    for name, shape, index in _convolutions("vgg19"):
        weight, bias = (
            state.get(f"features.{index}.{kind}") if isinstance(state, Mapping) else None for kind in ("weight", "bias")
        )
        if not isinstance(weight, Tensor) or not isinstance(bias, Tensor) or weight.shape != shape:
            raise NeuralStyleError("not a VGG-19 checkpoint", str(path), mend)
        result[f"{name}.weight"], result[f"{name}.bias"] = weight.float(), bias.float()
    return result if caffe else _to_caffe_convention(result)


def _convolutions(network: str) -> Iterator[tuple[str, tuple[int, int, int, int], int]]:
    """Name, weight's shape, and place in a published `features` sequence, of every convolution in order."""
    index, inputs = 0, 3
    for block, (count, outputs) in enumerate(zip(BLOCKS[network], (64, 128, 256, 512, 512), strict=True), start=1):
        for conv in range(1, count + 1):
            yield f"conv{block}_{conv}", (outputs, inputs, 3, 3), index
            index, inputs = index + 2, outputs  # a ReLU follows every convolution
        index += 1  # a pooling ends every block


def _to_caffe_convention(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A network for normalised RGB, rewritten for BGR in 0 … 255 minus the Caffe means.

    A ReLU network is homogeneous: scaling its input and all its biases by s scales its features by s. Here
    s is the mean deviation in grey levels, so the features, and with them the weights of the losses, keep the
    scale that the papers' Caffe models have.
    """
    std = 255 * torch.tensor(_TORCHVISION_STD)
    scale = std.mean()
    result = {name: t * scale if name.endswith(".bias") else t for name, t in tensors.items()}
    weight = tensors["conv1_1.weight"] * (scale / std).view(1, 3, 1, 1)
    # The two conventions' means differ by less than half a grey level; what is left goes into the bias.
    shift = torch.tensor(MEANS_BGR[::-1]) - 255 * torch.tensor(_TORCHVISION_MEAN)
    result["conv1_1.bias"] = result["conv1_1.bias"] + (weight * shift.view(1, 3, 1, 1)).sum(dim=(1, 2, 3))
    result["conv1_1.weight"] = weight.flip(1).contiguous()
    return result
