"""Warp and reliability as one would write them with OpenCV's `remap` and NumPy: the yardstick for the kernels.

The same definitions as `motion.warp` and `motion.reliability`, but for OpenCV's positions, which are rounded to 1/32 of
a pixel.
"""

import cv2
import numpy as np

from neural_style.motion import Kernel
from neural_style.pixels import Frame

_INTERPOLATIONS = {"bilinear": cv2.INTER_LINEAR, "lanczos4": cv2.INTER_LANCZOS4}


def warp(image: Frame, flow: Frame, kernel: Kernel = "bilinear") -> Frame:
    """The image (H, W, C) sampled along a flow (H, W, 2) in pixels; see `motion.warp`."""
    x, y = _targets(flow)
    height, width = flow.shape[:2]
    moved = cv2.remap(image, x, y, _INTERPOLATIONS[kernel], borderMode=cv2.BORDER_REPLICATE)
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    return np.where(inside[..., None], moved, image)


def reliability(flow: Frame, reverse: Frame, motion_boundaries: bool = True) -> Frame:
    """How far a flow can be trusted, (H, W) in [0, 1], given the reverse flow; see `motion.reliability`."""
    x, y = _targets(flow)
    height, width = flow.shape[:2]
    back = cv2.remap(reverse, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    length = np.square(flow).sum(axis=2)
    apart = np.square(flow + back).sum(axis=2)
    codes = np.where(apart < 0.01 * (length + np.square(back).sum(axis=2)) + 0.5, 1, -1).astype(np.float32)
    if motion_boundaries:
        padded = np.pad(flow, ((1, 1), (1, 1), (0, 0)), mode="symmetric")
        across = 0.5 * (padded[1:-1, 2:] - padded[1:-1, :-2])
        along = 0.5 * (padded[2:, 1:-1] - padded[:-2, 1:-1])
        gradient = (np.square(across) + np.square(along)).sum(axis=2)
        codes[(codes > 0) & (gradient > 0.01 * length + 0.002)] = 0
    codes[(x < 0) | (x >= width - 1) | (y < 0) | (y >= height - 1)] = 0
    smooth = cv2.GaussianBlur(codes, (5, 5), 0.8, borderType=cv2.BORDER_REFLECT)
    return np.asarray(np.clip(smooth, 0, 1), np.float32)


def _targets(flow: Frame) -> tuple[Frame, Frame]:
    """Where each pixel goes: x and y, each (H, W)."""
    height, width = flow.shape[:2]
    x = np.arange(width, dtype=np.float32)[None] + flow[..., 0]
    y = np.arange(height, dtype=np.float32)[:, None] + flow[..., 1]
    return x, y
