"""Known movements for training stability: small smooth flows, and pictures moved along them.

A network that paints a moved picture as it paints the picture, only moved, does not flicker (Gupta et al. 2017,
"Characterizing and Improving Stability in Neural Style Transfer", section 4; ReCoNet, Gao et al. 2018, section 3.3).
Two frames of a video are not needed for it: a flow that was made up is known exactly, and the noise over the moved
picture stands for the rest (Zheng et al. 2016, "Improving the Robustness of Deep Neural Networks via Stability
Training", section 3).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from neural_style.pixels import Frame

#: What a movement is made of, each drawn evenly between minus and plus this: shift and bend as shares of the side,
#: the turn in radians, the zoom as a logarithm.
SHIFT, BEND, TURN, ZOOM = 0.03, 0.01, 0.05, 0.05


def random_flow(size: int, random: np.random.Generator) -> NDArray[np.float32]:
    """Where every pixel of the moved picture comes from, as (size, size, 2) pixels right and down from itself."""
    turn, zoom = random.uniform(-TURN, TURN), np.exp(random.uniform(-ZOOM, ZOOM))
    matrix = zoom * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    y, x = np.mgrid[:size, :size].astype(np.float32) - (size - 1) / 2
    place = np.stack((x, y), -1)
    coarse = random.uniform(-BEND, BEND, (4, 4, 2)).astype(np.float32) * size
    bend = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
    shift = random.uniform(-SHIFT, SHIFT, 2) * size
    flow: NDArray[np.float32] = (place @ matrix.T - place + shift + bend).astype(np.float32)
    return flow


def move(picture: Frame, flow: NDArray[np.float32]) -> Frame:
    """The picture (H, W, 3) moved along the flow, mirrored where it would come from outside."""
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    moved = cv2.remap(picture, x + flow[..., 0], y + flow[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return np.clip(moved, 0, 1)


def grid_of(flow: NDArray[np.float32]) -> NDArray[np.float32]:
    """The places that a flow (H, W, 2) comes from, as torch's `grid_sample(align_corners=True)` takes them."""
    height, width = flow.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    place = np.stack((x, y), -1) + flow
    grid: NDArray[np.float32] = (2 * place / np.array([width - 1, height - 1]) - 1).astype(np.float32)
    return grid
