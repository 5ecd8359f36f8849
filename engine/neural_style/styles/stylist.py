"""Paints single frames: T, the picture that a style's transformer network makes of a frame."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from neural_style import weights
from neural_style.networks.arbitrary import STYLE_SIZE, ArbitraryNetwork, StylePredictor
from neural_style.networks.multistyle import MultistyleNetwork
from neural_style.networks.read import read_network
from neural_style.pixels import Frame, downloaded
from neural_style.styles.files import file_hash, read_picture
from neural_style.styles.resolve import Arbitrary, Multistyle, NetworkFile, resolve

_Key = TypeVar("_Key")

#: The deviation, in sRGB, of the fixed noise that a seed other than 0 lays over the frame before the network.
SEED_NOISE = 0.02

#: Frames are continued by reflection to a multiple of this: every network halves them twice.
MULTIPLE = 4

#: By how many pixels a frame is continued on all sides for the arbitrary-style network, whose own paddings, one after
#: the other, leave a seam at the border.
_MARGIN = 16


class Stylist:
    """Holds the transformer networks on one device and paints single frames with them."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._networks: dict[str, nn.Module] = {}
        self._bottlenecks: dict[str, Tensor] = {}

    def paint(self, frame: Frame, style: str, seed: int = 0) -> Frame:
        """T: the frame (H, W, 3), sRGB in [0, 1], at least 32×32, painted in the style; the same shape.

        Styles of the multistyle network are blended inside it, pictures inside the arbitrary-style network; where a
        blend needs several networks, the pictures that they make are mixed by share.
        seed: 0 paints the frame itself; another number lays a faint noise over it first, always the same for the
        same number, from which the network makes other strokes.
        """
        if seed:
            frame = np.clip(frame + SEED_NOISE * _noise(seed, frame.shape[0], frame.shape[1]), 0, 1)
        x = torch.from_numpy(np.ascontiguousarray(frame)).to(self.device).permute(2, 0, 1)[None].contiguous()
        with torch.inference_mode():
            picture = self._blended(x, style)
        return downloaded(picture)

    def _blended(self, x: Tensor, style: str) -> Tensor:
        """The pictures that the style's networks make of a frame (1, 3, H, W), mixed by share."""
        pictures: list[tuple[Tensor, float]] = []
        places: dict[int, float] = {}
        paintings: dict[Path, float] = {}
        for found, share in resolve(style):
            match found.network:
                case Multistyle(index):
                    places[index] = places.get(index, 0.0) + share
                case Arbitrary(picture):
                    paintings[picture] = paintings.get(picture, 0.0) + share
                case NetworkFile() as file:
                    pictures.append((_cut(self._file(file)(_continued(x)), x), share))
        if places:
            pictures.append((self._multistyle(x, _normalised(places)), sum(places.values())))
        if paintings:
            pictures.append((self._arbitrary(x, _normalised(paintings)), sum(paintings.values())))
        if len(pictures) == 1:
            return pictures[0][0]
        return torch.stack([share * picture for picture, share in pictures]).sum(dim=0)

    def _multistyle(self, x: Tensor, places: Mapping[int, float]) -> Tensor:
        network = self._networks.get("multistyle26")
        if network is None:
            network = MultistyleNetwork.from_tensors(weights.tensors("multistyle26")).to(self.device)
            self._networks["multistyle26"] = network
        blend = torch.zeros(MultistyleNetwork.STYLES)
        for place, share in places.items():
            blend[place] = share
        return _cut(network(_continued(x), blend.to(self.device)), x)

    def _arbitrary(self, x: Tensor, paintings: Mapping[Path, float]) -> Tensor:
        network = self._networks.get("arbitrary-transform")
        if network is None:
            network = ArbitraryNetwork.from_tensors(weights.tensors("arbitrary-transform")).to(self.device)
            self._networks["arbitrary-transform"] = network
        blend = torch.stack([share * self._bottleneck(path) for path, share in paintings.items()]).sum(dim=0)
        return _cut(network(_continued(x, _MARGIN), blend), x, _MARGIN)

    def _bottleneck(self, path: Path) -> Tensor:
        """What the predictor finds in a picture, (100,)."""
        name = file_hash(path)
        if name not in self._bottlenecks:
            network = self._networks.get("arbitrary-predict")
            if network is None:
                network = StylePredictor.from_tensors(weights.tensors("arbitrary-predict")).to(self.device)
                self._networks["arbitrary-predict"] = network
            picture = torch.from_numpy(style_picture(read_picture(path))).to(self.device)
            self._bottlenecks[name] = network(picture.permute(2, 0, 1)[None])[0]
        return self._bottlenecks[name]

    def _file(self, file: NetworkFile) -> nn.Module:
        name = file.digest  # not the path: the file may be another one by now
        if name not in self._networks:
            self._networks[name] = read_network(file.path).build().to(self.device)
        return self._networks[name]


def style_picture(picture: Frame) -> Frame:
    """A picture (H, W, 3) in the size that the predictor is shown it in.

    That has the area of the 256×256 pixels that it was trained with, the picture's own proportions as far as multiples
    of 32 allow, and so all of the picture: closer to the painting's Gram matrices than squashed to a square or cut.
    """
    height, width = picture.shape[:2]
    scale = STYLE_SIZE / (height * width) ** 0.5
    size = tuple(max(1, round(side * scale / 32)) * 32 for side in (width, height))
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(np.clip(cv2.resize(picture, size, interpolation=kind), 0, 1), np.float32)


def _normalised(parts: Mapping[_Key, float]) -> dict[_Key, float]:
    total = sum(parts.values())
    return {key: share / total for key, share in parts.items()}


def _continued(x: Tensor, margin: int = 0) -> Tensor:
    """A frame (1, 3, H, W) continued by reflection: by the margin on all sides, and on to a whole multiple."""
    height, width = x.shape[2:]
    right, below = margin + -width % MULTIPLE, margin + -height % MULTIPLE
    return F.pad(x, (margin, right, margin, below), mode="reflect")


def _cut(picture: Tensor, like: Tensor, margin: int = 0) -> Tensor:
    """What lies where the frame was before `_continued`."""
    height, width = like.shape[2:]
    return picture[:, :, margin : margin + height, margin : margin + width]


@lru_cache(maxsize=4)
def _noise(seed: int, height: int, width: int) -> Frame:
    """Normal noise of deviation 1, (H, W, 3), that the seed and the size alone determine."""
    return np.random.default_rng(seed).standard_normal((height, width, 3), dtype=np.float32)
