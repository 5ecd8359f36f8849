"""What all of the device's motion does with pictures: derivatives, windows, and sampling along a flow."""

import torch
import torch.nn.functional as F
from torch import Tensor


def gradient(x: Tensor) -> tuple[Tensor, Tensor]:
    """Central differences to the right and downwards, a step; the border is repeated."""
    around = F.pad(x, (1, 1, 1, 1), mode="replicate")
    across = around[..., 1:-1, 2:] - around[..., 1:-1, :-2]
    down = around[..., 2:, 1:-1] - around[..., :-2, 1:-1]
    return across / 2, down / 2


def unit(side: int) -> float:
    """What a pixel is in the units of grids, in which a side goes from -1 to 1."""
    return 2 / max(1, side - 1)


def at_grid(picture: Tensor, grid: Tensor) -> Tensor:
    """The picture (B, C, H, W) at the places of a grid (B, M, N, 2), bilinearly: (B, C, M, N).

    The grid's values are (right, down) from -1, the first pixel, to 1, the last; beyond, the border is repeated.
    """
    return F.grid_sample(picture, grid, mode="bilinear", padding_mode="border", align_corners=True)


def along(picture: Tensor, flow: Tensor) -> Tensor:
    """The picture sampled along a flow of its size, bilinearly; beyond the border it is repeated."""
    height, width = picture.shape[-2:]
    x = torch.arange(width, dtype=picture.dtype, device=picture.device) + flow[:, 0]
    y = torch.arange(height, dtype=picture.dtype, device=picture.device)[:, None] + flow[:, 1]
    return at_grid(picture, torch.stack((x * unit(width) - 1, y * unit(height) - 1), dim=-1))


def shifted(picture: Tensor, right: int, down: int) -> Tensor:
    """The picture moved by whole pixels; the border is repeated."""
    height, width = picture.shape[-2:]
    x = (torch.arange(width, device=picture.device) - right).clamp(0, width - 1)
    y = (torch.arange(height, device=picture.device) - down).clamp(0, height - 1)
    return picture[..., y[:, None], x]


def mean_around(picture: Tensor, side: int) -> Tensor:
    """The mean of a square of an odd side around every pixel, mirrored at the border without the edge itself."""
    half = side // 2
    height, width = picture.shape[-2:]
    tall, wide = _mirrored(height, half, picture), _mirrored(width, half, picture)
    return F.avg_pool2d(picture[..., tall[:, None], wide], side, stride=1)


def median(picture: Tensor) -> Tensor:
    """The median of each picture (B, 1, H, W): (B, 1, 1, 1), between the two middle values where they are even."""
    values = picture.flatten(1).sort().values
    count = values.shape[1]
    middle = (values[:, (count - 1) // 2] + values[:, count // 2]) / 2
    return middle.view(-1, 1, 1, 1)


def _mirrored(count: int, by: int, like: Tensor) -> Tensor:
    """Where each of `count` values and `by` more on either side is found: c b | a b c | b a, as often as needed."""
    place = torch.arange(-by, count + by, device=like.device)
    period = max(1, 2 * count - 2)
    place = place % period
    return torch.minimum(place, period - place)
