"""From a style's name to the picture T that the transformer network makes of a frame."""

import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from neural_style import weights
from neural_style.door.catalogue import STYLES
from neural_style.door.errors import NeuralStyleError
from neural_style.networks.johnson import read_johnson
from neural_style.networks.multistyle import MultistyleNetwork
from neural_style.pixels import Frame

#: The deviation, in sRGB, of the fixed noise that a seed other than 0 lays over the frame before the network.
SEED_NOISE = 0.02

_INDEX = {entry.name: index for index, entry in enumerate(STYLES)}


def shares(style: str) -> dict[str, float]:
    """The styles of a name or blend (`NAME`, `NAME+NAME`, `NAME:SHARE+NAME:SHARE`) and their shares, of sum 1.

    Raises NeuralStyleError where a name is unknown or a share is not a positive number.
    """
    result: dict[str, float] = {}
    for part in style.split("+"):
        name, _, share = part.strip().partition(":")
        if name not in _INDEX:
            near = [known for known in _INDEX if name and (name in known or known in name)]
            raise NeuralStyleError(
                "unknown style",
                name or style,
                f"did you mean {near[0]}?" if near else "`neural-style styles` lists them",
            )
        try:
            value = float(share) if share else 1.0
        except ValueError:
            value = -1.0
        if not 0 < value < float("inf"):
            raise NeuralStyleError("a style's share must be a positive number", part.strip(), "write NAME:0.7")
        result[name] = result.get(name, 0.0) + value
    total = sum(result.values())
    return {name: value / total for name, value in result.items()}


def is_checkpoint(style: str) -> bool:
    """Whether a style is the path of a checkpoint rather than a name."""
    return style.endswith((".pth", ".model", ".pt"))


def check(style: str) -> None:
    """Raise NeuralStyleError where the style is unknown; fetches nothing."""
    if is_checkpoint(style):
        if not Path(style).is_file():
            raise NeuralStyleError("the style's checkpoint does not exist", style, "give the path of a .pth file")
    else:
        shares(style)


def digest(style: str) -> str:
    """Names all that a style depends on: the network's hash and the shares."""
    if is_checkpoint(style):
        check(style)
        return hashlib.sha256(Path(style).read_bytes()).hexdigest()
    blend = sorted(shares(style).items())
    return f"{weights.SOURCES['multistyle26'].sha256} {blend}"


class Stylist:
    """Holds the transformer networks on one device and paints single frames with them."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._networks: dict[str, nn.Module] = {}

    def paint(self, frame: Frame, style: str, seed: int = 0) -> Frame:
        """T: the frame (H, W, 3), sRGB in [0, 1], at least 32×32, painted in the style; the same shape.

        seed: 0 paints the frame itself; another number lays a faint noise over it first, always the same for the
        same number, from which the network makes other strokes.
        """
        height, width = frame.shape[:2]
        if seed:
            frame = np.clip(frame + SEED_NOISE * _noise(seed, height, width), 0, 1)
        x = torch.from_numpy(np.ascontiguousarray(frame)).to(self.device).permute(2, 0, 1)[None]
        multiple = MultistyleNetwork.MULTIPLE
        x = F.pad(x, (0, -width % multiple, 0, -height % multiple), mode="reflect")
        with torch.inference_mode():
            picture = self._run(x, style)
        return np.ascontiguousarray(picture[0, :, :height, :width].permute(1, 2, 0).float().cpu().numpy())

    def _run(self, x: Tensor, style: str) -> Tensor:
        if is_checkpoint(style):
            name = digest(style)  # not the path: the file may be another one by now
            if name not in self._networks:
                self._networks[name] = read_johnson(Path(style)).to(self.device)
            return self._networks[name](x)  # type: ignore[no-any-return]
        blend = torch.zeros(MultistyleNetwork.STYLES)
        for name, share in shares(style).items():
            blend[_INDEX[name]] = share
        network = self._networks.get("multistyle26")
        if network is None:
            network = MultistyleNetwork.from_tensors(weights.tensors("multistyle26")).to(self.device)
            self._networks["multistyle26"] = network
        return network(x, blend.to(self.device))  # type: ignore[no-any-return]


@lru_cache(maxsize=4)
def _noise(seed: int, height: int, width: int) -> Frame:
    """Normal noise of deviation 1, (H, W, 3), that the seed and the size alone determine."""
    return np.random.default_rng(seed).standard_normal((height, width, 3), dtype=np.float32)
