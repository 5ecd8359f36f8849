"""How far colours let a flow be trusted, in torch: what `neural_style.motion.photometric` does, and says why."""

import torch
from torch import Tensor

from neural_style.methods import Photometric
from neural_style.motion.device.pictures import along, mean_around, median
from neural_style.motion.photometric import DARK, GRAIN, SIDE


def photometric_reliability(here: Tensor, there: Tensor, flow: Tensor, allowed: Photometric) -> Tensor:
    """How far a flow explains what is seen: (B, 1, H, W) in [0, 1].

    here, there: (B, 3, H, W), sRGB in whole levels (`neural_style.motion.in_levels`); flow: (B, 2, H, W), from here.
    """
    warped = along(there, flow)
    change, mean = here - warped, (here + warped) / 2
    factor = (change * mean).sum(1, keepdim=True) / (mean.square().sum(1, keepdim=True) + DARK)
    lightness = factor * mean
    exponent = _excess(lightness) / allowed.lightness**2 + _excess(change - lightness) / allowed.colour**2
    return torch.exp(exponent / -2)


def _excess(change: Tensor) -> Tensor:
    """The mean square of a change (B, 3, H, W) in a neighbourhood, as far as it stands out: (B, 1, H, W), from 0."""
    squares = mean_around(change.square().mean(1, keepdim=True), SIDE)
    return (squares - GRAIN * median(squares)).clamp(min=0)
