"""Big pictures: super-resolution of what was painted, ×2 with a waifu2x network, ×4 with the same one twice.

The network sees one picture at a time; that the film holds still is the painting's doing, which does already.
"""

from collections.abc import Iterator
from itertools import pairwise, product

import numpy as np
import torch

from neural_style import device as devices
from neural_style import weights
from neural_style.networks.upconv7 import UpConv7
from neural_style.pixels import Frame

#: How many times a picture can be enlarged; 1 leaves it as it is.
FACTORS = (1, 2, 4)

#: The networks, by name: trained on photographs, and on drawings.
NETWORKS = ("photo", "anime")

#: On painted frames the sharper of the two, with less of the grain that transformer networks leave.
DEFAULT_NETWORK = "anime"

#: The longest side of a tile: 0.1 GB of memory, whatever the picture's size.
TILE = 256

#: Where even that is too much for a GPU that others fill: tiles are halved down to this.
_LEAST_TILE = 32


def needed(factor: int, width: int, wanted: int) -> int:
    """The least factor, `factor` at most, that makes a picture at least as wide as it is wanted, in pixels."""
    return next((each for each in FACTORS if each == factor or each * width >= wanted), factor)


class Upscaler:
    """Enlarges pictures on one device, tile after tile: the same pictures whatever the tiles are."""

    def __init__(
        self, network: str = DEFAULT_NETWORK, device: torch.device | None = None, tile: int | None = TILE
    ) -> None:
        """network: one of `NETWORKS`, fetched where it is not kept; tile: the longest side, None for no tiles."""
        name = f"waifu2x-{network}"
        self.device = device or devices.choose()
        self.tile = tile
        #: Names all that a picture of it depends on, for the cache's key.
        self.name = f"{name} {weights.SOURCES[name].sha256} {self.device.type}"
        network_ = UpConv7.from_tensors(weights.tensors(name)).to(self.device)
        # Channels last, as the pictures are anyway: up to a quarter faster on a processor.
        self._network = network_.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def __call__(self, picture: Frame, factor: int = 2) -> Frame:
        """The picture (H, W, 3), sRGB in [0, 1], of any size, enlarged: (factor·H, factor·W, 3), in [0, 1].

        factor: one of `FACTORS`.
        """
        if factor not in FACTORS:
            raise ValueError(f"a picture is enlarged {FACTORS} times, not {factor}")
        for _ in range(factor.bit_length() - 1):
            picture = self._twice(picture)
        return picture

    def _twice(self, picture: Frame) -> Frame:
        tile = self.tile or max(picture.shape[:2])
        while True:
            try:
                return self._tiled(picture, tile)
            except torch.OutOfMemoryError:
                if tile <= _LEAST_TILE:
                    raise
                tile = max(_LEAST_TILE, min(tile, *picture.shape[:2]) // 2)

    def _tiled(self, picture: Frame, tile: int) -> Frame:
        height, width = picture.shape[:2]
        border = UpConv7.BORDER
        # Repeating the outermost pixels is how the network was trained.
        wide = np.pad(picture, ((border, border), (border, border), (0, 0)), mode="edge")
        result = np.empty((2 * height, 2 * width, 3), np.float32)
        for (top, bottom), (left, right) in product(_parts(height, tile), _parts(width, tile)):
            # In the continued picture a tile and all that its pixels depend on begins at the tile's own place.
            part = wide[top : bottom + 2 * border, left : right + 2 * border]
            result[2 * top : 2 * bottom, 2 * left : 2 * right] = self._run(part)
        return result

    def _run(self, part: Frame) -> Frame:
        x = torch.from_numpy(np.ascontiguousarray(part)).to(self.device)
        with torch.inference_mode():
            # A picture as NumPy has it is, seen as (1, 3, H, W), already in the order channels last.
            y = self._network(x.permute(2, 0, 1)[None])[0].permute(1, 2, 0).clamp(0, 1)
        found: Frame = y.float().cpu().numpy()
        return found


def _parts(length: int, most: int) -> Iterator[tuple[int, int]]:
    """A length in parts of at most `most`, all about as long: their begins and ends."""
    count = -(-length // most)
    ends = [length * i // count for i in range(count + 1)]
    return pairwise(ends)
