"""Every change of size, range and colour space that a frame goes through in the engine, in one place.

A frame is float32 (H, W, 3), RGB, display-referred sRGB, row 0 at the top. It is in [0, 1] unless it is a
*source*, which may hold a render's values beyond 1 (and negative ones), and even values that are no numbers.
"""

from collections.abc import Callable

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from neural_style.networks.vgg import MEANS_BGR

Frame = NDArray[np.float32]

#: The reference scales [0, 1] by 256 where it optimises (its transformer network's losses: by 255).
VGG_SCALE = 256.0

#: The share of R, G and B in BT.601's luma.
LUMA = (0.299, 0.587, 0.114)

#: Frames are painted at this height and width at least: the networks need room for their paddings and poolings.
LEAST_SIDE = 32


def to_vgg(frame: Frame, device: torch.device | None = None) -> Tensor:
    """A frame as (1, 3, H, W) in VGG space: BGR, 0 … 256 minus the ImageNet means."""
    red, green, blue = torch.from_numpy(np.ascontiguousarray(frame)).to(device).unbind(-1)
    x = torch.stack((blue, green, red))[None]
    return x.mul_(VGG_SCALE).sub_(_means(x))


def from_vgg(x: Tensor) -> Frame:
    """The frame in a tensor (1, 3, H, W) in VGG space, clipped to [0, 1]."""
    blue, green, red = ((x + _means(x)) / VGG_SCALE).clamp(0, 1)[0]
    frame: Frame = torch.stack((red, green, blue), -1).float().cpu().numpy()
    return frame


def downloaded(x: Tensor) -> Frame:
    """A tensor (1, C, H, W) as an array (H, W, C). Turned on the device, which is faster at it than the processor."""
    array: Frame = x[0].permute(1, 2, 0).float().contiguous().cpu().numpy()
    return array


def _means(like: Tensor) -> Tensor:
    return torch.tensor(MEANS_BGR, dtype=like.dtype, device=like.device).view(1, 3, 1, 1)


def working_size(height: int, width: int, working_width: int) -> tuple[int, int]:
    """The (height, width) to paint at: the source's, or `working_width` wide where that is less and not 0."""
    if not 0 < working_width < width:
        return height, width
    return max(1, round(height * working_width / width)), working_width


def with_area(picture: Frame, area: int) -> Frame:
    """A picture scaled to about `area` pixels, its proportions kept: (H, W, 3), sRGB in [0, 1], a side ≥ 32."""
    height, width = picture.shape[:2]
    scale = (area / (height * width)) ** 0.5
    size = max(LEAST_SIDE, round(height * scale)), max(LEAST_SIDE, round(width * scale))
    return np.clip(scaled(picture, size), 0, 1)


def to_working(source: Frame, working_width: int) -> Frame:
    """The source as it is painted: whole numbers of pixels smaller, clipped to [0, 1], never under 32×32.

    A source smaller than that is continued by mirroring; `from_working` cuts it off again.
    """
    height, width = working_size(source.shape[0], source.shape[1], working_width)
    if not np.isfinite(source).all():
        source = np.nan_to_num(source, nan=0.0, posinf=1.0, neginf=0.0)
    frame: Frame = np.clip(source, 0, 1)
    if (height, width) != source.shape[:2]:
        frame = np.asarray(cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    missing = max(0, LEAST_SIDE - height), max(0, LEAST_SIDE - width)
    if any(missing):
        frame = np.pad(frame, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="symmetric")
    return np.ascontiguousarray(frame, dtype=np.float32)


def from_working(
    picture: Frame,
    source: Frame,
    working_width: int,
    style_weight: float,
    original_colours: bool = False,
    size: tuple[int, int] | None = None,
    enlarge: Callable[[Frame], Frame] | None = None,
    mask: Frame | None = None,
) -> Frame:
    """The picture at the size that is wanted, mixed with the source: weight 0 gives the source, 1 the picture.

    mask: (H, W) of the source's size, what the weight is multiplied by at each pixel, clipped to [0, 1].
    size: height and width, by default the source's; the source is scaled to it too. enlarge: makes the picture, at the
    working size, larger by other means than scaling, which does the rest.
    """
    height, width = working_size(source.shape[0], source.shape[1], working_width)
    size = size or source.shape[:2]
    source = scaled(source, size)
    if style_weight == 0:
        return source
    picture = picture[:height, :width]
    if enlarge is not None:
        picture = enlarge(picture)
    if picture.shape[:2] != size:
        picture = np.clip(scaled(picture, size), 0, 1)
    if original_colours:
        picture = with_colours_of(picture, source)
    if style_weight == 1 and mask is None:
        return np.ascontiguousarray(picture)
    share: Frame | np.float32 = np.float32(style_weight)
    if mask is not None:
        here = np.clip(scaled(np.clip(np.nan_to_num(mask), 0, 1), size), 0, 1)
        share = share * here[..., None]
    mixed: Frame = (1 - share) * source + share * picture
    return mixed


def nearest(plane: Frame, size: tuple[int, int]) -> Frame:
    """A plane (H, W, …) at another height and width, whose every value is one that was there: no edge is blended."""
    height, width = plane.shape[:2]
    if (height, width) == size:
        return plane
    rows, columns = (
        ((np.arange(new) + 0.5) * (old / new)).astype(np.intp) for old, new in zip((height, width), size, strict=True)
    )
    return np.ascontiguousarray(plane[rows[:, None], columns])


def plane_to_working(plane: Frame, working_width: int) -> Frame:
    """A plane (H, W, …) that belongs to a source, at the size of `to_working`; its values stay as they are."""
    size = working_size(plane.shape[0], plane.shape[1], working_width)
    missing = [(0, max(0, LEAST_SIDE - side)) for side in size]
    return np.pad(nearest(plane, size), (*missing, *[(0, 0)] * (plane.ndim - 2)), mode="edge")


def motion_to_working(vectors: Frame, working_width: int) -> Frame:
    """The same for motion, (H, W, 2) in pixels, (right, down): its values are in the smaller picture's pixels."""
    height, width = vectors.shape[:2]
    working = working_size(height, width, working_width)
    return plane_to_working(vectors, working_width) * np.array([working[1] / width, working[0] / height], np.float32)


def scaled(frame: Frame, size: tuple[int, int]) -> Frame:
    """A frame (H, W, 3) at another height and width; cubic where that is larger, which may leave [0, 1] at edges."""
    height, width = size
    if frame.shape[:2] == size:
        return frame
    kernel = cv2.INTER_AREA if height * width < frame.shape[0] * frame.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(frame, (width, height), interpolation=kernel), np.float32)


def with_colours_of(picture: Frame, source: Frame) -> Frame:
    """The picture's lightness with the source's colours: (H, W, 3), sRGB in [0, 1].

    Luminance-only transfer (Gatys et al. 2016, "Preserving Color in Neural Artistic Style Transfer", section 4):
    adding one value to all channels moves the luma of BT.601 and leaves both colour differences.
    """
    source = np.clip(np.nan_to_num(source, nan=0.0, posinf=1.0, neginf=0.0), 0, 1)
    result: Frame = np.clip(source + ((picture - source) @ np.array(LUMA, np.float32))[..., None], 0, 1)
    return result
