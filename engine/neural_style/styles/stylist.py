"""Paints single frames: T, the picture that a style's transformer network makes of a frame."""

from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from neural_style import weights
from neural_style.networks.johnson import read_johnson
from neural_style.networks.multistyle import MultistyleNetwork
from neural_style.pixels import Frame
from neural_style.styles.resolve import Multistyle, NetworkFile, resolve

#: The deviation, in sRGB, of the fixed noise that a seed other than 0 lays over the frame before the network.
SEED_NOISE = 0.02

#: Frames are continued by reflection to a multiple of this: every network halves them twice.
MULTIPLE = 4


class Stylist:
    """Holds the transformer networks on one device and paints single frames with them."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._networks: dict[str, nn.Module] = {}

    def paint(self, frame: Frame, style: str, seed: int = 0) -> Frame:
        """T: the frame (H, W, 3), sRGB in [0, 1], at least 32×32, painted in the style; the same shape.

        Styles of one network are blended inside it; where a blend needs several networks, their pictures are mixed.
        seed: 0 paints the frame itself; another number lays a faint noise over it first, always the same for the
        same number, from which the network makes other strokes.
        """
        height, width = frame.shape[:2]
        if seed:
            frame = np.clip(frame + SEED_NOISE * _noise(seed, height, width), 0, 1)
        x = torch.from_numpy(np.ascontiguousarray(frame)).to(self.device).permute(2, 0, 1)[None]
        x = F.pad(x, (0, -width % MULTIPLE, 0, -height % MULTIPLE), mode="reflect")
        with torch.inference_mode():
            picture = self._blended(x, style)
        return np.ascontiguousarray(picture[0, :, :height, :width].permute(1, 2, 0).float().cpu().numpy())

    def _blended(self, x: Tensor, style: str) -> Tensor:
        """The pictures that the style's networks make, mixed by share."""
        pictures: list[tuple[Tensor, float]] = []
        places: dict[int, float] = {}
        for found, share in resolve(style):
            match found.network:
                case Multistyle(index):
                    places[index] = places.get(index, 0.0) + share
                case NetworkFile() as file:
                    pictures.append((self._file(file)(x), share))
        if places:
            total = sum(places.values())
            pictures.append((self._multistyle(x, {place: share / total for place, share in places.items()}), total))
        if len(pictures) == 1:
            return pictures[0][0]
        return torch.stack([share * picture for picture, share in pictures]).sum(dim=0)

    def _multistyle(self, x: Tensor, places: dict[int, float]) -> Tensor:
        network = self._networks.get("multistyle26")
        if network is None:
            network = MultistyleNetwork.from_tensors(weights.tensors("multistyle26")).to(self.device)
            self._networks["multistyle26"] = network
        blend = torch.zeros(MultistyleNetwork.STYLES)
        for place, share in places.items():
            blend[place] = share
        return network(x, blend.to(self.device))  # type: ignore[no-any-return]

    def _file(self, file: NetworkFile) -> nn.Module:
        name = file.digest  # not the path: the file may be another one by now
        if name not in self._networks:
            self._networks[name] = read_johnson(file.path).to(self.device)
        return self._networks[name]


@lru_cache(maxsize=4)
def _noise(seed: int, height: int, width: int) -> Frame:
    """Normal noise of deviation 1, (H, W, 3), that the seed and the size alone determine."""
    return np.random.default_rng(seed).standard_normal((height, width, 3), dtype=np.float32)
