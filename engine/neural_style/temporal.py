"""What earlier frames say about this one: their pictures along the flow, and how far each can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Carried:
    """An earlier frame brought to this one: its picture, warped, (H, W, 3), and its reliability, (H, W) in [0, 1].

    flow: what it was warped along, (H, W, 2), from this frame to the earlier one.
    """

    picture: Frame
    reliability: Frame
    flow: Frame


def carry(
    estimate: motion.MotionEstimator,
    method: Method,
    source: Frame,
    earlier: Sequence[State],
    rendered: motion.Rendered | None = None,
) -> list[Carried]:
    """The earlier frames, the nearest first, brought to `source`; every pixel trusts the nearest that shows it.

    estimate: of the kind that the method takes (`motion.estimator`).
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
        there, reliability = exact or estimate(source, state.source)
        reliability = np.maximum(reliability - known, 0)
        known = known + reliability
        picture = motion.warp(state.picture, there, kernel=method.warp)
        result.append(Carried(picture, reliability, there))
    return result


def _exact(method: Method, source: Frame, state: State, rendered: motion.Rendered | None) -> motion.Motion | None:
    """The motion from `source` to the frame before as it was rendered; None where it was not, for both frames."""
    if rendered is None or state.after is None or not (rendered.before.any() or state.after.any()):
        return None  # vectors that are 0 everywhere say that nothing moves, or that there are none
    there, seen = motion.way_back(rendered, state.after, state.depth)
    reliability = seen.astype(np.float32)
    if method.photometric:
        allowed = Photometric(_LIGHTNESS * method.photometric.lightness, _COLOUR * method.photometric.colour)
        reliability = reliability * motion.photometric_reliability(source, state.source, there, allowed)
    return motion.Motion(there, reliability)
