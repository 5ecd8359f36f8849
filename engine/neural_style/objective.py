"""The one objective that every method minimises: a weighted sum of the terms of `losses`."""

from dataclasses import dataclass

import torch
from torch import Tensor

from neural_style import losses
from neural_style.methods import CONTENT_LAYER, STYLE_LAYERS, Method
from neural_style.networks.vgg import VGG


@dataclass(frozen=True)
class Previous:
    """The previous picture, warped to this frame (1, 3, H, W, VGG space), and its reliability (1, 1, H, W)."""

    warped: Tensor
    reliability: Tensor


class Objective:
    """E(x) for one frame: its terms' values, and their gradient.

    All targets are computed once, when it is made.
    """

    def __init__(
        self, method: Method, vgg: VGG, target: Tensor, style_target: Tensor, previous: Previous | None = None
    ) -> None:
        """method: weights; target, style_target: (1, 3, H, W) in VGG space, for pixel and content, and for style."""
        self.method = method
        self.vgg = vgg
        self.target = target
        self.previous = previous if method.temporal else None
        self.layers = (CONTENT_LAYER, *STYLE_LAYERS)
        with torch.no_grad():
            found = vgg.features(style_target, self.layers)
            self.grams = {layer: losses.gram_matrix(found[layer]) for layer in STYLE_LAYERS}
            if target is not style_target:
                found = vgg.features(target, [CONTENT_LAYER])
            self.content = found[CONTENT_LAYER]

    def terms(self, x: Tensor) -> dict[str, Tensor]:
        """Each term's weighted value at x (1, 3, H, W). Total variation is kept apart: see `gradient`."""
        method = self.method
        features = self.vgg.features(x, self.layers)
        values = {
            "content": method.content * losses.content_loss(features[CONTENT_LAYER], self.content),
            "style": method.style
            * torch.stack(
                [losses.style_loss(losses.gram_matrix(features[layer]), self.grams[layer]) for layer in STYLE_LAYERS]
            ).sum(),
            "pixel": method.pixel_weight(x.numel()) * losses.pixel_loss(x, self.target),
        }
        if self.previous is not None:
            values["temporal"] = method.temporal * losses.temporal_loss(
                x, self.previous.warped, self.previous.reliability
            )
        return values

    def value(self, x: Tensor) -> float:
        """E(x) as the reference reports it: without total variation, which only its gradient knows."""
        with torch.no_grad():
            return float(sum(self.terms(x).values()))

    def gradient(self, x: Tensor) -> Tensor:
        """∂E/∂x at x, total variation included; the same shape and dtype as x."""
        x = x.detach().requires_grad_(True)
        total = torch.stack(list(self.terms(x).values())).sum()
        if self.method.total_variation:
            total = total + self.method.total_variation * losses.total_variation(x)
        (gradient,) = torch.autograd.grad(total, x)
        return gradient


def closed_form(method: Method, target: Tensor, previous: Previous | None) -> Tensor:
    """The picture that minimises the pixel and temporal terms alone.

    With w/2·Σ(x − T)² and t/N·Σ c·(x − p)² every pixel is the mean of T and the warped previous picture p,
    weighted by w and 2tc/N; where nothing is reliable it is T, so nothing wrong is carried on.
    """
    if previous is None or not method.temporal:
        return target
    hold = method.pixel_weight(target.numel())
    carry = 2 * method.temporal / target.numel() * previous.reliability
    return (hold * target + carry * previous.warped) / (hold + carry)
