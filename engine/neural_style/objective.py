"""The one objective that every method minimises: a weighted sum of the terms of `losses`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from neural_style import losses
from neural_style.methods import CONTENT_LAYER, STYLE_LAYERS, Method
from neural_style.networks.vgg import VGG

#: The curvature that is not known, as a share of the temporal term's: of 0.15 to 1, what needs the fewest iterations.
_UNKNOWN = 0.3

#: Gram matrices by layer.
Grams = Mapping[str, Tensor]


@dataclass(frozen=True)
class Targets:
    """What the terms hold to; pictures are (1, 3, H, W) in VGG space.

    pixel, content: pictures of the frame's size; style: a picture of any size, or its Gram matrices.
    """

    pixel: Tensor
    content: Tensor
    style: Tensor | Grams


@dataclass(frozen=True)
class Previous:
    """An earlier picture, warped to this frame (1, 3, H, W, VGG space), and its reliability (1, 1, H, W)."""

    warped: Tensor
    reliability: Tensor


class Objective:
    """E(x) for one frame: its terms' values, and their gradient.

    All targets are computed once, when it is made. A term of weight 0 is not there.
    """

    def __init__(self, method: Method, vgg: VGG, targets: Targets, previous: Sequence[Previous] = ()) -> None:
        """method: the weights; previous: what the temporal term holds to, one term for each."""
        self.method = method
        self.vgg = vgg
        self.target = targets.pixel
        self.previous = tuple(previous) if method.temporal else ()
        style_layers = STYLE_LAYERS if method.style else ()
        content_layers = (CONTENT_LAYER,) if method.content else ()
        self.layers = (*content_layers, *style_layers)
        with torch.no_grad():
            found: dict[str, Tensor] = {}
            if isinstance(targets.style, Tensor):
                both = self.layers if targets.style is targets.content else style_layers
                found = vgg.features(targets.style, both)
                self.grams: Grams = {layer: losses.gram_matrix(found[layer]) for layer in style_layers}
            else:
                self.grams = targets.style
            if content_layers and CONTENT_LAYER not in found:
                found = vgg.features(targets.content, content_layers)
            self.content = found.get(CONTENT_LAYER)
            if style_layers:
                self._style = losses.StyleTargets([self.grams[layer] for layer in style_layers])

    def terms(self, x: Tensor) -> dict[str, Tensor]:
        """Each term's weighted value at x (1, 3, H, W). Total variation is kept apart: see `evaluate`."""
        method = self.method
        features = self.vgg.features(x, self.layers)
        values: dict[str, Tensor] = {}
        if self.content is not None:
            values["content"] = method.content * losses.content_loss(features[CONTENT_LAYER], self.content)
        if method.style:
            grams = [losses.gram_matrix(features[layer]) for layer in STYLE_LAYERS]
            values["style"] = method.style * losses.style_losses(grams, self._style)
        if method.pixel:
            values["pixel"] = method.pixel_weight(x.numel()) * losses.pixel_loss(x, self.target)
        if self.previous:
            values["temporal"] = (
                method.temporal
                * torch.stack(
                    [losses.temporal_loss(x, earlier.warped, earlier.reliability) for earlier in self.previous]
                ).sum()
            )
        return values

    def value(self, x: Tensor) -> float:
        """E(x) as the reference reports it: without total variation, which only its gradient knows."""
        with torch.no_grad():
            return float(sum(self.terms(x).values()))

    def evaluate(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """E(x), a scalar without total variation, and ∂E/∂x with it, of the shape and dtype of x."""
        x = x.detach().requires_grad_(True)
        value = torch.stack(list(self.terms(x).values())).sum()
        total = value
        if self.method.total_variation:
            total = total + self.method.total_variation * losses.total_variation(x)
        (gradient,) = torch.autograd.grad(total, x)
        return value.detach(), gradient


def gram_matrices(vgg: VGG, picture: Tensor) -> Grams:
    """The style of a picture (1, 3, H, W) in VGG space: its Gram matrices."""
    with torch.no_grad():
        features = vgg.features(picture, STYLE_LAYERS)
        return {layer: losses.gram_matrix(features[layer]) for layer in STYLE_LAYERS}


def known_curvature(method: Method, count: int, previous: Sequence[Previous]) -> Tensor | None:
    """The diagonal of the pixel and temporal terms' Hessian, (1, 1, H, W), and a guess at that of the others.

    That is w + 2t/N·Σ c, with the weights of `closed_form`. The network's terms have no diagonal to speak of, but bend
    the objective along what the solver is after: `_UNKNOWN` of the temporal term's 2t/N, everywhere. None where the
    method does not ask for it, or nothing differs from pixel to pixel.

    count: the values of the picture, N.
    """
    if not (method.preconditioned and method.temporal and previous):
        return None
    hold = 2 * method.temporal / count
    reliable = torch.stack([earlier.reliability for earlier in previous]).sum(0)
    return method.pixel_weight(count) + hold * (reliable + _UNKNOWN)


def closed_form(method: Method, target: Tensor, previous: Sequence[Previous]) -> Tensor:
    """The picture that minimises the pixel and temporal terms alone.

    With w/2·Σ(x − T)² and t/N·Σ c·(x − p)² every pixel is the mean of T and the warped earlier pictures p,
    weighted by w and 2tc/N; where nothing is reliable it is T, so nothing wrong is carried on.
    """
    if not previous or not method.temporal:
        return target
    hold = method.pixel_weight(target.numel())
    total, picture = torch.full_like(target[:, :1], hold), hold * target
    for earlier in previous:
        carry = 2 * method.temporal / target.numel() * earlier.reliability
        picture = picture + carry * earlier.warped
        total = total + carry
    return picture / total
