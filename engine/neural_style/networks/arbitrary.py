"""Magenta's arbitrary-style network: any picture as style, without training.

Ghiasi et al. 2017, "Exploring the structure of a real-time, arbitrary neural artistic stylization network": a
*predictor* sees the style's picture and says, in a *bottleneck* of 100 numbers, what the scales and shifts of a
transformer network's conditional instance normalisation must be. A mixture of bottlenecks is a mixture of styles, and
a mixture with the frame's own bottleneck weakens the style (section 3.4).

The weights are those of the version that was published for telephones: the predictor is a MobileNet V2 (Sandler et
al. 2018) distilled from the paper's Inception V3, the transformer a narrow one. There they are 8-bit integers, and so
are all activations; here the weights are numbers again and the activations float32, so nothing is rounded.
"""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from neural_style.networks.convolution import enlarged, reflected
from neural_style.networks.instance_norm import instance_norm_

#: How many numbers describe a style.
BOTTLENECK = 100

#: The height and width in pixels that the predictor was trained with.
STYLE_SIZE = 256

#: MobileNet V2's table 2: expansion, channels, blocks, stride of the first.
_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


class _Convolution(nn.Conv2d):
    """A convolution with zeros around, padded as TensorFlow's SAME does it for even sizes; ReLU6 but where told."""

    def __init__(
        self, inputs: int, outputs: int, size: int = 1, stride: int = 1, groups: int = 1, relu: bool = True
    ) -> None:
        super().__init__(inputs, outputs, size, stride, groups=groups)
        total = size - stride if size > 1 else 0
        self.around = (total // 2, total - total // 2) * 2
        self.relu = relu

    def forward(self, x: Tensor) -> Tensor:
        x = super().forward(F.pad(x, self.around))
        return F.relu6(x) if self.relu else x


class _Inverted(nn.Module):
    """MobileNet V2's inverted residual: widen, convolve each channel, project (Sandler et al. 2018, section 3.3)."""

    def __init__(self, inputs: int, outputs: int, expansion: int, stride: int) -> None:
        super().__init__()
        wide = inputs * expansion
        self.expand = _Convolution(inputs, wide) if expansion > 1 else None
        self.depthwise = _Convolution(wide, wide, 3, stride, groups=wide)
        self.project = _Convolution(wide, outputs, relu=False)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        wide = self.expand(x) if self.expand is not None else x
        out: Tensor = self.project(self.depthwise(wide))
        return x + out if self.adds else out


class StylePredictor(nn.Module):
    """A style's picture in, its bottleneck out."""

    def __init__(self) -> None:
        super().__init__()
        self.first = _Convolution(3, 32, 3, 2)
        blocks, inputs = [], 32
        for expansion, outputs, count, stride in _STAGES:
            for place in range(count):
                blocks.append(_Inverted(inputs, outputs, expansion, stride if place == 0 else 1))
                inputs = outputs
        self.blocks = nn.Sequential(*blocks)
        self.last = _Convolution(inputs, 1280)
        self.bottleneck = nn.Conv2d(1280, BOTTLENECK, 1)

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor]) -> "StylePredictor":
        """The network with the tensors of the file `arbitrary-predict`."""
        network = cls()
        network.load_state_dict(tensors)
        return network.requires_grad_(False).eval()

    def forward(self, picture: Tensor) -> Tensor:
        """picture: (N, 3, H, W), sRGB in [0, 1], H and W multiples of 32, best `STYLE_SIZE`; (N, 100) comes back."""
        x = self.last(self.blocks(self.first(picture)))
        out: Tensor = self.bottleneck(x.mean(dim=(2, 3), keepdim=True))
        return out.flatten(1)


class _Reflected(nn.Conv2d):
    """A convolution with reflection padding, after an optional ×2."""

    def __init__(
        self, inputs: int, outputs: int, size: int, stride: int = 1, bias: bool = True, upsample: bool = False
    ) -> None:
        super().__init__(inputs, outputs, size, stride, bias=bias)
        self.upsample = upsample

    def forward(self, x: Tensor) -> Tensor:
        if self.upsample:
            return enlarged(x, self.weight, self.bias)
        return reflected(x, self.weight, self.bias, self.stride[0])


class _StyledLayer(nn.Module):
    """A convolution with reflection padding, and instance normalisation whose scale and shift the bottleneck says."""

    def __init__(self, inputs: int, outputs: int, size: int, upsample: bool = False) -> None:
        super().__init__()
        self.conv = _Reflected(inputs, outputs, size, bias=False, upsample=upsample)
        self.gamma = nn.Linear(BOTTLENECK, outputs)
        self.beta = nn.Linear(BOTTLENECK, outputs)

    def forward(self, x: Tensor, bottleneck: Tensor, rectify: bool = False, added: Tensor | None = None) -> Tensor:
        """x: (1, C, H, W); bottleneck: (100,); rectify, added: as `instance_norm_` takes them."""
        scale, shift = self.gamma(bottleneck), self.beta(bottleneck)
        return instance_norm_(self.conv(x), scale, shift, rectify=rectify, added=added)


class _Residual(nn.ModuleList):
    """Two layers, a ReLU between them."""

    def forward(self, x: Tensor, bottleneck: Tensor) -> Tensor:
        """x: (1, C, H, W), to which what the layers make of it comes."""
        first, second = self
        out: Tensor = second(first(x, bottleneck, rectify=True), bottleneck, added=x)
        return out


class ArbitraryNetwork(nn.Module):
    """A frame and a style's bottleneck in, the painting out."""

    #: Height and width must be multiples of this.
    MULTIPLE = 4

    def __init__(self) -> None:
        super().__init__()
        self.contract = nn.ModuleList([_Reflected(3, 8, 9), _Reflected(8, 16, 3, 2), _Reflected(16, 32, 3, 2)])
        self.residual = nn.ModuleList(_Residual([_StyledLayer(32, 32, 3), _StyledLayer(32, 32, 3)]) for _ in range(5))
        self.expand = nn.ModuleList(
            [_StyledLayer(32, 16, 3, upsample=True), _StyledLayer(16, 8, 3, upsample=True), _StyledLayer(8, 3, 9)]
        )

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor]) -> "ArbitraryNetwork":
        """The network with the tensors of the file `arbitrary-transform`."""
        network = cls()
        network.load_state_dict(tensors)
        return network.requires_grad_(False).eval()

    def forward(self, image: Tensor, bottleneck: Tensor) -> Tensor:
        """image: (1, 3, H, W), sRGB in [0, 1], H and W multiples of four; bottleneck: (100,). The same shape back."""
        x = image
        for layer in self.contract:
            x = F.relu(layer(x))
        for pair in self.residual:
            x = pair(x, bottleneck)
        for layer in list(self.expand)[:2]:
            x = layer(x, bottleneck, rectify=True)
        return torch.sigmoid(self.expand[2](x, bottleneck))
