"""How far a flow explains the colours that are seen, by the source's own frames."""

import cv2
import numpy as np

from neural_style.methods import Photometric
from neural_style.motion.flow import Frame, in_levels
from neural_style.motion.warp import warp

#: The squared length of a colour, in sRGB, under which it has no hue to speak of.
DARK = 0.02

#: The side of the neighbourhood: at an edge that the flow misses some pixels are alike by chance.
SIDE = 5

#: What differs by no more than this many times the frame's median is its grain, or a light that changed everywhere.
GRAIN = 2


def photometric_reliability(source: Frame, before: Frame, flow: Frame, allowed: Photometric) -> Frame:
    """How far a flow explains what is seen: (H, W) in [0, 1], small where the source changed along it.

    Forward–backward consistency trusts two flows that agree on a mistake; the colours of the source give it away. What
    only became lighter or darker by some factor may be the same thing in another light, and is trusted longer.
    source, before: (H, W, 3), sRGB in [0, 1]; flow: from source to before.
    """
    here, there = in_levels(source), warp(in_levels(before), flow)
    change: Frame = here - there
    mean: Frame = (here + there) * np.float32(0.5)
    # The part of the change that lies along the colour itself; where there is hardly any colour, none does.
    factor = _sum(change * mean) / (_sum(mean * mean) + DARK)
    lightness: Frame = np.asarray(cv2.merge([factor] * 3), np.float32) * mean
    exponent = np.asarray(_excess(lightness) / allowed.lightness**2, np.float32)
    exponent += _excess(change - lightness) / allowed.colour**2
    return np.asarray(np.exp(exponent / -2), np.float32)


def _sum(frame: Frame) -> Frame:
    """The sum of three channels: (H, W). By OpenCV, which is several times as fast at it as NumPy."""
    return np.asarray(cv2.transform(frame, np.ones((1, 3), np.float32)), np.float32)


def _excess(change: Frame) -> Frame:
    """The mean square of a change (H, W, 3) in a neighbourhood, as far as it stands out: (H, W), from 0."""
    squares = cv2.blur(_sum(np.square(change)) / 3, (SIDE, SIDE))
    return np.asarray(np.maximum(squares - GRAIN * np.median(squares), 0), np.float32)
