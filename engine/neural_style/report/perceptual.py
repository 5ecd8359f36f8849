"""Distances on the features of VGG-16: what a picture looks like, rather than what its pixels are."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from neural_style import losses, weights
from neural_style.methods import CONTENT_LAYER, STYLE_LAYERS
from neural_style.networks.vgg import VGG
from neural_style.pixels import Frame, to_vgg, with_area

#: The last layer of each block: where Zhang et al. 2018 look at VGG-16.
PERCEPTUAL_LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3")

#: Pictures of more pixels are made smaller first, or a frame in high definition would take gigabytes of features.
MOST_PIXELS = 640 * 640

_TINY = 1e-10

#: Gram matrices by layer.
Grams = dict[str, Tensor]


@dataclass(frozen=True)
class Look:
    """What VGG-16 sees in one picture.

    unit:    features (1, C, H, W) at `PERCEPTUAL_LAYERS`, each pixel's vector scaled to length 1.
    content: features at relu4_2. grams: Gram matrices at `STYLE_LAYERS`.
    """

    unit: tuple[Tensor, ...]
    content: Tensor
    grams: Grams


class Judge:
    """Holds VGG-16, always in float32, so that the figures are the same on every machine."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._vgg = VGG(weights.tensors("vgg16")).to(device)

    def look(self, picture: Frame) -> Look:
        """The features of a picture (H, W, 3), sRGB in [0, 1], at least 16×16."""
        layers = {CONTENT_LAYER, *STYLE_LAYERS, *PERCEPTUAL_LAYERS}
        with torch.inference_mode():
            found = self._vgg.features(to_vgg(_limited(picture), self.device), layers)
            return Look(
                tuple(_unit(found[layer]) for layer in PERCEPTUAL_LAYERS),
                found[CONTENT_LAYER],
                {layer: losses.gram_matrix(found[layer]) for layer in STYLE_LAYERS},
            )

    def unit(self, picture: Frame) -> tuple[Tensor, ...]:
        """`Look.unit` alone."""
        with torch.inference_mode():
            found = self._vgg.features(to_vgg(_limited(picture), self.device), PERCEPTUAL_LAYERS)
            return tuple(_unit(found[layer]) for layer in PERCEPTUAL_LAYERS)

    def grams(self, paintings: Sequence[tuple[Frame, float]], pixels: int) -> Grams:
        """The Gram matrices of paintings, blended by their shares, each scaled to an area of `pixels` first."""
        total: Grams = {}
        for painting, share in paintings:
            found = self.look(with_area(painting, min(pixels, MOST_PIXELS))).grams
            for layer, gram in found.items():
                total[layer] = total[layer] + share * gram if layer in total else share * gram
        return total


def perceptual_distance(a: Sequence[Tensor], b: Sequence[Tensor], where: NDArray[np.bool_] | None = None) -> float:
    """How different two pictures look, from 0 (the same) to 2: the mean over layers and pixels of |â − b̂|².

    a, b: `Look.unit` of two pictures; where: (H, W), the pixels that count, None for all. NaN where none do.

    Zhang et al. 2018 ("The Unreasonable Effectiveness of Deep Features as a Perceptual Metric"), eq. 1 with all
    channels' weights 1, which is twice the cosine distance of the features: their trained weights belong to another
    VGG-16. As a distance of features it is that of Johnson et al. 2016, section 3.2, made independent of how strong
    a layer's features are. Unlike theirs the layers are averaged, not summed, and masked: at each layer the mask
    is averaged over what a feature's pixel covers.
    """
    total = 0.0
    for one, other in zip(a, b, strict=True):
        apart = (one - other).square().sum(1)[0]
        if where is None:
            total += float(apart.mean())
            continue
        height, width = apart.shape
        mask = cv2.resize(where.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
        share = torch.from_numpy(np.asarray(mask, np.float32)).to(apart.device)
        if float(share.sum()) == 0:
            return float("nan")
        total += float((apart * share).sum() / share.sum())
    return total / len(a)


def carried_distance(judge: Judge, later: Look, picture: Frame, carried: Frame, where: NDArray[np.bool_]) -> float:
    """The perceptual distance of a picture (H, W, 3) and its predecessor moved along, where both show the same.

    later: the look of `picture`. Elsewhere the moved picture is filled in with this one, lest what it shows there
    reaches through the features' windows into the pixels that count.
    """
    return perceptual_distance(later.unit, judge.unit(np.where(where[..., None], carried, picture)), where)


def style_distance(a: Grams, b: Grams) -> float:
    """The sum over `STYLE_LAYERS` of the mean squared difference of Gram matrices: the objective's, without weight."""
    return float(sum(losses.style_loss(a[layer], b[layer]) for layer in STYLE_LAYERS))


def content_distance(a: Look, b: Look) -> float:
    """The mean squared difference of the features at relu4_2: the objective's content term, without weight."""
    return float(losses.content_loss(a.content, b.content))


def _unit(features: Tensor) -> Tensor:
    return features / (features.square().sum(1, keepdim=True) + _TINY).sqrt()


def _limited(picture: Frame) -> Frame:
    height, width = picture.shape[:2]
    return picture if height * width <= MOST_PIXELS else with_area(picture, MOST_PIXELS)
