"""The waifu2x network `upconv_7`: a picture in, the same picture twice as large out.

waifu2x (nagadomi, 2015–2018) carries SRCNN (Dong et al. 2014, "Learning a Deep Convolutional Network for Image
Super-Resolution") on: six convolutions without padding, and a transposed one that doubles the size.
"""

from collections.abc import Mapping

import torch.nn.functional as F
from torch import Tensor, nn


class UpConv7(nn.Module):
    """Every output pixel depends on the 7 input pixels around its place and on nothing else, so tiles fit exactly."""

    #: Pixels that the picture must be continued by on every side.
    BORDER = 7
    CHANNELS = (3, 16, 32, 64, 128, 128, 256)
    LEAK = 0.1

    def __init__(self) -> None:
        super().__init__()
        pairs = zip(self.CHANNELS, self.CHANNELS[1:], strict=False)
        self.layers = nn.ModuleList(nn.Conv2d(inputs, outputs, 3) for inputs, outputs in pairs)
        self.up = nn.ConvTranspose2d(self.CHANNELS[-1], 3, 4, stride=2, padding=3)

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor]) -> "UpConv7":
        """The network with the tensors of one of the files `waifu2x-…`."""
        network = cls()
        network.load_state_dict(tensors)
        return network.requires_grad_(False).eval()

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, 3, H + 14, W + 14), sRGB in [0, 1]; (N, 3, 2H, 2W), a little beyond [0, 1] at edges."""
        for layer in self.layers:
            x = F.leaky_relu_(layer(x), self.LEAK)
        result: Tensor = self.up(x)
        return result
