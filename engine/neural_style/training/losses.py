"""Johnson's losses of a batch of painted crops, and the loss of stability."""

from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from neural_style import losses
from neural_style.networks.vgg import MEANS_BGR, VGG
from neural_style.training.photos import Batch
from neural_style.training.recipe import STYLE_LAYERS, Recipe

#: The range of grey levels that Johnson's losses are taken in (the reference's transformer network: the same).
SCALE = 255.0


class PerceptualLoss:
    """The weighted terms of Johnson et al. 2016, section 3, for one painting, whose Gram matrices are taken once."""

    def __init__(self, recipe: Recipe, vgg: VGG, painting: Tensor) -> None:
        """painting: (1, 3, H, W), sRGB in [0, 1], on the device that computes, at the size of its strokes."""
        self.recipe = recipe
        self.vgg = vgg
        with torch.no_grad():
            found = vgg.features(in_vgg_space(painting), STYLE_LAYERS)
            self.grams = {layer: losses.gram_matrix(found[layer]) for layer in STYLE_LAYERS}

    def terms(self, batch: Batch, painted: Tensor, moved: Tensor | None) -> dict[str, Tensor]:
        """Each term's weighted value, the mean over the batch.

        painted, moved: (N, 3, S, S), what the network makes of the batch's crops and its moved crops.
        """
        recipe = self.recipe
        layer = recipe.content_layer
        count = len(painted)
        x = in_vgg_space(painted)
        found = self.vgg.features(x, {*STYLE_LAYERS, layer})
        with torch.no_grad():
            content = self.vgg.features(in_vgg_space(batch.crops), [layer])[layer]
        style = [
            losses.style_loss(losses.gram_matrix(found[name][i : i + 1]), self.grams[name])
            for name in STYLE_LAYERS
            for i in range(count)
        ]
        values = {
            "content": recipe.content * losses.content_loss(found[layer], content),
            "style": recipe.style / count * torch.stack(style).sum(),
            "tv": recipe.tv / count * losses.total_variation(x),
        }
        if moved is not None and batch.grid is not None:
            inside = (batch.grid.abs() <= 1).all(-1)[:, None].float()
            followed = F.grid_sample(x, batch.grid, "bicubic", "border", align_corners=True)
            values["stability"] = recipe.stability * losses.temporal_loss(in_vgg_space(moved), followed, inside)
        return values


def in_vgg_space(x: Tensor) -> Tensor:
    """Pictures (N, 3, H, W), sRGB in [0, 1], as BGR in 0 … 255 minus the ImageNet means, float32."""
    return x.float().flip(1) * SCALE - _means(x.device)


@cache
def _means(device: torch.device) -> Tensor:
    """Kept: to send them anew for every batch would make a GPU's queue run dry."""
    return torch.tensor(MEANS_BGR, device=device).view(1, 3, 1, 1)
