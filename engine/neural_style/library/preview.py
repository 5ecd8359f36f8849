"""The preview of a style: one photo, painted with it, which also tells whether the network paints at all.

`photo.jpg` beside this file is a frame of Big Buck Bunny, © 2008 Blender Foundation, peach.blender.org, CC BY 3.0.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from neural_style.door.errors import NeuralStyleError
from neural_style.pixels import Frame
from neural_style.styles.files import read_picture

PHOTO = Path(__file__).with_name("photo.jpg")

#: A picture whose values deviate less than this, in sRGB, is one colour.
_FLAT = 0.01

#: Height and width of a second, small frame: multiples of four and of no higher power of two, narrower than what
#: Johnson's own networks pad.
_SMALL = (36, 44)


def paint_preview(network: nn.Module) -> Frame:
    """The photo painted by a network, (216, 384, 3), sRGB in [0, 1].

    network: (1, 3, H, W) in, sRGB in [0, 1], H and W multiples of four; the same out.
    Raises NeuralStyleError where it does not paint: another size comes back, no numbers, or a single colour.
    """
    photo = read_picture(PHOTO)
    for frame in (photo[: _SMALL[0], : _SMALL[1]], photo):
        picture = _run(network, frame)
        if picture.shape != frame.shape:
            raise NeuralStyleError(
                "the network's picture has another size than the frame",
                f"{picture.shape[1]}×{picture.shape[0]} for {frame.shape[1]}×{frame.shape[0]}",
                "give a network that keeps the size",
            )
        if not np.isfinite(picture).all():
            raise NeuralStyleError("the network paints no numbers", "", "give a network whose weights are whole")
    if picture.std() < _FLAT:
        raise NeuralStyleError("the network paints everything in one colour", "", "give a network that is trained")
    return picture


def _run(network: nn.Module, frame: Frame) -> Frame:
    x = torch.from_numpy(np.ascontiguousarray(frame)).permute(2, 0, 1)[None]
    try:
        with torch.inference_mode():
            picture = network(x)
    except RuntimeError as error:
        raise NeuralStyleError(
            f"the network cannot paint a frame ({str(error).splitlines()[0]})", "", "give a transformer network"
        ) from error
    return np.ascontiguousarray(picture[0].permute(1, 2, 0).float().numpy())
