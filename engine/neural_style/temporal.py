"""What earlier frames say about this one: their pictures along the flow, and how far each can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from neural_style import motion
from neural_style.cache import State
from neural_style.methods import Method, Photometric
from neural_style.pixels import Frame

#: With exact motion, how many times as much colours may differ as with an estimated one: they tell of no wrong flow
#: any more, but of highlights, and of all that a renderer has no vectors for.
_COLOUR = 2.0

#: The same for lightness. An estimated flow goes along with a shadow that passes, the vectors stay with what it passes
#: over: more shadows have to be found, or they smear.
_LIGHTNESS = 0.4

#: The squared length of a colour, in sRGB, under which it has no hue to speak of.
_DARK = 0.02


@dataclass(frozen=True)
class Carried:
    """An earlier frame brought to this one: its picture, warped, (H, W, 3), and its reliability, (H, W) in [0, 1].

    flow: what it was warped along, (H, W, 2), from this frame to the earlier one.
    """

    picture: Frame
    reliability: Frame
    flow: Frame


def carry(
    flow: motion.FlowEstimator,
    method: Method,
    source: Frame,
    earlier: Sequence[State],
    rendered: motion.Rendered | None = None,
) -> list[Carried]:
    """The earlier frames, the nearest first, brought to `source`; every pixel trusts the nearest that shows it.

    flow: of the kind that the method takes (`Painter.flow_for`).
    rendered: exact motion of this frame, where it is known. It takes the place of the flow to the frame before, if
    that one's is known too; motion to frames farther back stays estimated, since vectors that are chained lose a
    point just where it was hidden, and what was hidden is what those frames are looked at for.

    Long-term consistency as in Ruder et al. 2016, section 4.3: from an earlier frame's reliability those of the
    nearer ones, as already reduced, are taken away.
    """
    result: list[Carried] = []
    known = np.zeros(source.shape[:2], np.float32)
    for state in earlier:
        exact = _exact(method, source, state, rendered) if state is earlier[0] else None
        there, reliability = exact or _estimated(flow, method, source, state)
        reliability = np.maximum(reliability - known, 0)
        known = known + reliability
        picture = motion.warp(state.picture, there, kernel=method.warp)
        result.append(Carried(picture, reliability, there))
    return result


def _estimated(flow: motion.FlowEstimator, method: Method, source: Frame, state: State) -> tuple[Frame, Frame]:
    """The flow from `source` to an earlier frame by its pixels, and its reliability."""
    there = flow(source, state.source)
    back = flow(state.source, source)
    reliability = motion.reliability(there, back, motion_boundaries=method.motion_boundaries)
    if method.photometric:
        reliability = reliability * photometric_reliability(source, state.source, there, method.photometric)
    return there, reliability


def _exact(method: Method, source: Frame, state: State, rendered: motion.Rendered | None) -> tuple[Frame, Frame] | None:
    """The same as it was rendered; None where it was not, for both frames."""
    if rendered is None or state.after is None or not (rendered.before.any() or state.after.any()):
        return None  # vectors that are 0 everywhere say that nothing moves, or that there are none
    there, seen = motion.way_back(rendered, state.after, state.depth)
    reliability = seen.astype(np.float32)
    if method.photometric:
        allowed = Photometric(_LIGHTNESS * method.photometric.lightness, _COLOUR * method.photometric.colour)
        reliability = reliability * photometric_reliability(source, state.source, there, allowed)
    return there, reliability


def photometric_reliability(source: Frame, before: Frame, flow: Frame, allowed: Photometric) -> Frame:
    """How far a flow explains what is seen: (H, W) in [0, 1], small where the source changed along it.

    Forward–backward consistency trusts two flows that agree on a mistake; the colours of the source give it away. What
    only became lighter or darker by some factor may be the same thing in another light, and is trusted longer.
    source, before: (H, W, 3), sRGB in [0, 1]; flow: from source to before.
    """
    here, there = motion.in_levels(source), motion.warp(motion.in_levels(before), flow)
    change: Frame = here - there
    mean: Frame = (here + there) * np.float32(0.5)
    # The part of the change that lies along the colour itself; where there is hardly any colour, none does.
    factor = _sum(change * mean) / (_sum(mean * mean) + _DARK)
    lightness: Frame = np.asarray(cv2.merge([factor] * 3), np.float32) * mean
    exponent = np.asarray(_excess(lightness) / allowed.lightness**2, np.float32)
    exponent += _excess(change - lightness) / allowed.colour**2
    return np.asarray(np.exp(exponent / -2), np.float32)


def _sum(frame: Frame) -> Frame:
    """The sum of three channels: (H, W). By OpenCV, which is several times as fast at it as NumPy."""
    return np.asarray(cv2.transform(frame, np.ones((1, 3), np.float32)), np.float32)


def _excess(change: Frame) -> Frame:
    """The mean square of a change (H, W, 3) in a neighbourhood, as far as it stands out: (H, W), from 0."""
    # In a neighbourhood, since at an edge that the flow misses some pixels are alike by chance.
    squares = cv2.blur(_sum(np.square(change)) / 3, (5, 5))
    # What differs no more than most of the frame is its grain, or a light that changed everywhere.
    return np.asarray(np.maximum(squares - 2 * np.median(squares), 0), np.float32)
