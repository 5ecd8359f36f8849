"""The one objective that every method minimises: a weighted sum of the terms of `losses`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from neural_style import losses
from neural_style.methods import CONTENT_LAYER, STYLE_LAYERS, Method
from neural_style.networks.passes import grams_and_features
from neural_style.networks.room import Room
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

    def __init__(
        self,
        method: Method,
        vgg: VGG,
        targets: Targets,
        previous: Sequence[Previous] = (),
        rows: int | None = None,
    ) -> None:
        """method: the weights; previous: what the temporal term holds to, one term for each.

        rows: of features that are computed at a time, where memory is short; see `networks.passes`.
        """
        self.method = method
        self._look = partial(grams_and_features, vgg, rows=rows, room=Room())
        self.target = targets.pixel
        self.previous = tuple(previous) if method.temporal else ()
        self._style_layers = STYLE_LAYERS if method.style else ()
        self._content_layers = (CONTENT_LAYER,) if method.content else ()
        with torch.no_grad():
            found: dict[str, Tensor] = {}
            if isinstance(targets.style, Tensor):
                both = self._content_layers if targets.style is targets.content else ()
                self.grams, found = self._seen(targets.style, self._style_layers, both)
            else:
                self.grams = targets.style
            if self._content_layers and not found:
                _, found = self._seen(targets.content, (), self._content_layers)
            self.content = found.get(CONTENT_LAYER)
            if self._style_layers:
                self._style = losses.StyleTargets([self.grams[layer] for layer in self._style_layers])

    def _seen(self, x: Tensor, style: Sequence[str], content: Sequence[str]) -> tuple[Grams, dict[str, Tensor]]:
        """The Gram matrices and the features of these layers; of none, nothing."""
        return self._look(x, style, content) if style or content else ({}, {})

    def terms(self, x: Tensor) -> dict[str, Tensor]:
        """Each term's weighted value at x (1, 3, H, W). Total variation is kept apart: see `evaluate`."""
        method = self.method
        grams, features = self._seen(x, self._style_layers, self._content_layers)
        values: dict[str, Tensor] = {}
        if self.content is not None:
            values["content"] = method.content * losses.content_loss(features[CONTENT_LAYER], self.content)
        if method.style:
            values["style"] = method.style * losses.style_losses(list(grams.values()), self._style)
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


def gram_matrices(vgg: VGG, picture: Tensor, rows: int | None = None) -> Grams:
    """The style of a picture (1, 3, H, W) in VGG space: its Gram matrices; rows: as `Objective` takes them."""
    with torch.no_grad():
        return grams_and_features(vgg, picture, STYLE_LAYERS, (), rows)[0]


def known_curvature(method: Method, count: int, previous: Sequence[Previous]) -> Tensor | None:
    """The diagonal of the pixel and temporal terms' Hessian, (1, 1, H, W), and a guess at that of the others.

    That is w + 2t/N·Σ c, with the weights of `closed_form`. The network's terms have no diagonal to speak of, but bend
    the objective along what the solver is after: `_UNKNOWN` of the temporal term's 2t/N, everywhere. Without an earlier
    picture it is one number, of no dimension. None where the method does not ask for it.

    count: the values of the picture, N.
    """
    if not (method.preconditioned and method.temporal):
        return None
    hold, carry = _stiffness(method, count)
    if not previous:
        return torch.tensor(hold + carry * _UNKNOWN, dtype=torch.float64)
    reliable = torch.stack([earlier.reliability for earlier in previous]).sum(0)
    return hold + carry * (reliable + _UNKNOWN)


def closed_form(method: Method, target: Tensor, previous: Sequence[Previous]) -> Tensor:
    """The picture that minimises the pixel and temporal terms alone.

    With w/2·Σ(x − T)² and t/N·Σ c·(x − p)² every pixel is the mean of T and the warped earlier pictures p,
    weighted by w and 2tc/N; where nothing is reliable it is T, so nothing wrong is carried on.
    """
    if not previous or not method.temporal:
        return target
    hold, carry = _stiffness(method, target.numel())
    total, picture = torch.full_like(target[:, :1], hold), hold * target
    for earlier in previous:
        trust = carry * earlier.reliability
        picture = picture + trust * earlier.warped
        total = total + trust
    return picture / total


def _stiffness(method: Method, count: int) -> tuple[float, float]:
    """How strongly a value of a picture of N (`count`) is held to T, w, and to a reliable earlier picture, 2t/N."""
    return method.pixel_weight(count), 2 * method.temporal / count
