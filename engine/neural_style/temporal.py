"""What earlier frames say about this one: their pictures along the flow, and how far each can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from neural_style import motion
from neural_style.cache import State
from neural_style.methods import Method
from neural_style.pixels import Frame


@dataclass(frozen=True)
class Carried:
    """An earlier frame brought to this one: its picture, warped, (H, W, 3), and its reliability, (H, W) in [0, 1]."""

    picture: Frame
    reliability: Frame


def carry(flow: motion.FlowEstimator, method: Method, source: Frame, earlier: Sequence[State]) -> list[Carried]:
    """The earlier frames, the nearest first, brought to `source`; every pixel trusts the nearest that shows it.

    Long-term consistency as in Ruder et al. 2016, section 4.3: from an earlier frame's reliability those of the
    nearer ones, as already reduced, are taken away.
    """
    result: list[Carried] = []
    known = np.zeros(source.shape[:2], np.float32)
    for state in earlier:
        there = flow(source, state.source)
        back = flow(state.source, source)
        if method.flow_to_edges:
            there, back = motion.to_edges(there, source, state.source), motion.to_edges(back, state.source, source)
        reliability = motion.reliability(there, back, motion_boundaries=method.motion_boundaries)
        if method.photometric:
            reliability = reliability * photometric_reliability(source, state.source, there, method.photometric)
        reliability = np.maximum(reliability - known, 0)
        known = known + reliability
        picture = motion.warp(state.picture, there, kernel=method.warp)
        result.append(Carried(picture, reliability))
    return result


def photometric_reliability(source: Frame, before: Frame, flow: Frame, deviation: float) -> Frame:
    """How far a flow explains what is seen: (H, W) in [0, 1], small where the source changed along it.

    Forward–backward consistency trusts two flows that agree on a mistake; the colours of the source give it away.
    source, before: (H, W, 3), sRGB in [0, 1]; flow: from source to before; deviation: of the normal curve.
    """
    difference = np.square(motion.in_levels(source) - motion.warp(motion.in_levels(before), flow)).mean(axis=2)
    # In a neighbourhood, since at an edge that the flow misses some pixels are alike by chance.
    difference = cv2.blur(difference, (5, 5))
    # What differs no more than most of the frame is its grain, or a light that changed everywhere.
    excess = np.maximum(difference - 2 * np.median(difference), 0)
    return np.asarray(np.exp(excess / (-2 * deviation**2)), np.float32)
