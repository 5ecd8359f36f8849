"""Motion between two frames of the source, for scoring: estimated with another flow than painting, or exact."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from neural_style import motion
from neural_style.pixels import Frame
from neural_style.truth import TruthClip

#: Frames between two that are asked for whether something was hidden in them: all, ten frames apart.
_MOST_BETWEEN = 9


@dataclass(frozen=True)
class Pair:
    """The motion from a later frame to an earlier one.

    flow:    float32 (H, W, 2), pixels, (right, down), from the later frame to the earlier.
    visible: (H, W), which pixels of the later frame the earlier one shows too.
    """

    flow: Frame
    visible: NDArray[np.bool_]

    def carried(self, earlier: Frame, kernel: motion.Kernel = "bilinear") -> Frame:
        """The earlier picture (H, W, 3), moved to where the later frame is."""
        return motion.warp(earlier, self.flow, kernel=kernel)

    def error(self, earlier: Frame, later: Frame, where: NDArray[np.bool_] | None = None) -> float:
        """The warping error: the mean squared difference of the later picture and the earlier one moved along.

        Over all channels and the pixels that both show, or those `where` of them; 0 where there are none.
        Lai et al. 2018, section 4.1, as a mean over channels too; sRGB in [0, 1].
        """
        seen = self.visible if where is None else self.visible & where
        difference = (later - self.carried(earlier))[seen]
        return float(np.square(difference).mean()) if difference.size else 0.0


class PairSource(Protocol):
    """Tells the motion between frames of one clip; `name` says how it is known, `exact` whether it is the truth."""

    name: str
    exact: bool

    def pair(self, later: tuple[int, Frame], earlier: tuple[int, Frame]) -> Pair:
        """The motion between two frames, each given by its place in the clip and its pixels (H, W, 3)."""
        ...

    def hidden_between(self, later: int, earlier: int) -> NDArray[np.bool_] | None:
        """(H, W): which pixels of the later frame were hidden in a frame between the two; None where not known."""
        ...


class EstimatedPairs:
    """Motion from optical flow, by default Farneback's, which nothing is painted with unless it is asked for."""

    exact = False

    def __init__(self, flow: motion.FlowEstimator | None = None) -> None:
        self.flow = flow or motion.FarnebackFlow()
        self.name = f"{self.flow.name} optical flow"

    def pair(self, later: tuple[int, Frame], earlier: tuple[int, Frame]) -> Pair:
        """See `PairSource`."""
        return estimated(earlier[1], later[1], self.flow)

    def hidden_between(self, later: int, earlier: int) -> NDArray[np.bool_] | None:
        """None: an estimate of what was hidden is no ground to judge on."""
        return None


def estimated(earlier: Frame, later: Frame, flow: Callable[[Frame, Frame], Frame]) -> Pair:
    """The pair of two frames (H, W, 3), with a flow estimated in both directions."""
    back, forth = flow(later, earlier), flow(earlier, later)
    return Pair(back, visible(back, forth))


def visible(flow: Frame, reverse: Frame) -> NDArray[np.bool_]:
    """(H, W): where a flow and its reverse agree and stay inside the frame (Sundaram et al. 2010, eq. 5)."""
    height, width = flow.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    to_x, to_y = x + flow[..., 0], y + flow[..., 1]
    inside = (to_x >= 0) & (to_x <= width - 1) & (to_y >= 0) & (to_y <= height - 1)
    back = motion.warp(reverse, flow)
    apart = np.square(flow + back).sum(-1)
    allowed = 0.01 * (np.square(flow).sum(-1) + np.square(back).sum(-1)) + 0.5
    result: NDArray[np.bool_] = inside & (apart < allowed)
    return result


class TruthPairs:
    """Motion that is known: that of a truth clip, exact to a hundredth of a pixel, visibility to half a pixel."""

    exact = True

    def __init__(self, clip: TruthClip) -> None:
        self.clip = clip
        self.name = "ground truth"

    def pair(self, later: tuple[int, Frame], earlier: tuple[int, Frame]) -> Pair:
        """See `PairSource`; only the places count."""
        found = self.clip.motion(later[0], earlier[0])
        return Pair(found.flow, found.visible)

    def hidden_between(self, later: int, earlier: int) -> NDArray[np.bool_] | None:
        """See `PairSource`; looks at `_MOST_BETWEEN` frames at most, evenly spaced."""
        between = range(earlier + 1, later)
        places = sorted({between[round(n)] for n in np.linspace(0, len(between) - 1, _MOST_BETWEEN)} if between else ())
        hidden = np.zeros(self.clip.size, bool)
        for place in places:
            hidden |= ~self.clip.motion(later, place).visible
        return hidden
