"""The 26 styles' transformer network, with conditional instance normalisation.

Dumoulin et al. 2017, "A Learned Representation for Artistic Style": one network, and per style only the
scale and shift of every normalisation. A mixture of styles is a mixture of those scales and shifts (section 3.3).
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from neural_style.networks.convolution import enlarged, reflected
from neural_style.networks.instance_norm import instance_norm_


class ConditionalInstanceNorm(nn.Module):
    """Instance normalisation whose scale and shift are chosen by style: `gamma`, `beta` of (styles, channels)."""

    def __init__(self, styles: int, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(styles, channels))
        self.beta = nn.Parameter(torch.zeros(styles, channels))

    def forward(self, x: Tensor, shares: Tensor, rectify: bool = False, added: Tensor | None = None) -> Tensor:
        """x: (N, C, H, W), given away; shares: (styles,), of sum 1; rectify, added: as `instance_norm_` takes them."""
        return instance_norm_(x, shares @ self.gamma, shares @ self.beta, rectify=rectify, added=added)


class Layer(nn.Module):
    """Reflection padding, convolution without bias, conditional instance normalisation; after an optional ×2."""

    def __init__(
        self, styles: int, inputs: int, outputs: int, size: int, stride: int = 1, upsample: bool = False
    ) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.empty(outputs, inputs, size, size))
        self.norm = ConditionalInstanceNorm(styles, outputs)
        self.stride = stride
        self.upsample = upsample

    def forward(self, x: Tensor, shares: Tensor, rectify: bool = False, added: Tensor | None = None) -> Tensor:
        """x: (N, C, H, W); rectify, added: as `instance_norm_` takes them."""
        x = enlarged(x, self.w) if self.upsample else reflected(x, self.w, stride=self.stride)
        out: Tensor = self.norm(x, shares, rectify, added)
        return out


class Residual(nn.ModuleList):
    """Two layers, a ReLU between them; their names in the file are their numbers, hence a list."""

    def forward(self, x: Tensor, shares: Tensor) -> Tensor:
        """x: (N, C, H, W), to which what the layers make of it comes."""
        first, second = self
        out: Tensor = second(first(x, shares, rectify=True), shares, added=x)
        return out


class MultistyleNetwork(nn.Module):
    """A frame and the shares of 26 styles in, the painting out."""

    STYLES = 26
    #: Height and width must be multiples of this.
    MULTIPLE = 4

    def __init__(self) -> None:
        super().__init__()
        n = self.STYLES
        self.contract = nn.ModuleList([Layer(n, 3, 32, 9), Layer(n, 32, 32, 3, 2), Layer(n, 32, 32, 3, 2)])
        self.res = nn.ModuleList(Residual([Layer(n, 32, 32, 3), Layer(n, 32, 32, 3)]) for _ in range(6))
        self.expand = nn.ModuleList(
            [Layer(n, 32, 8, 3, upsample=True), Layer(n, 8, 4, 3, upsample=True), Layer(n, 4, 3, 9)]
        )

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor]) -> "MultistyleNetwork":
        """The network with the tensors of the file `multistyle26`."""
        network = cls()
        network.load_state_dict(tensors)
        return network.requires_grad_(False).eval()

    def forward(self, image: Tensor, shares: Tensor) -> Tensor:
        """image: (N, 3, H, W), sRGB in [0, 1], H and W multiples of four; shares: (26,). The same shape back."""
        x = image
        for layer in self.contract:
            x = layer(x, shares, rectify=True)
        for pair in self.res:
            x = pair(x, shares)
        for layer in list(self.expand)[:2]:
            x = layer(x, shares, rectify=True)
        return torch.sigmoid(self.expand[2](x, shares))
