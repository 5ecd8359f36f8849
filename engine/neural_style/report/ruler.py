"""Measures clips that are small enough to lie in memory: the few figures that matter most."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from neural_style import motion
from neural_style.pixels import Frame
from neural_style.report.measures import contrast, sharpness
from neural_style.report.pairs import estimated


@dataclass(frozen=True)
class Measures:
    """Means over a clip. Each rewards something else: read them beside each other, never alone.

    warping_error: to the frame before, see `Pair.error`; a low one alone also comes from blur and from ghosts.
    contrast, sharpness: as in `measures`.
    """

    warping_error: float
    contrast: float
    sharpness: float


class Ruler:
    """Measures clips that are all painted from one source of one shot, whose motion is estimated once.

    The flow is Farneback's, which nothing is painted with.
    """

    def __init__(self, source: Sequence[Frame], flow: motion.FlowEstimator | None = None) -> None:
        """source: frames (H, W, 3), sRGB in [0, 1], in order; at least one."""
        flow = flow or motion.FarnebackFlow()
        self.length = len(source)
        self._pairs = [estimated(a, b, flow) for a, b in pairwise(source)]

    def measure(self, frames: Iterable[Frame]) -> Measures:
        """The measures of a clip with one frame for each of the source's, of the same size."""
        pictures = list(frames)
        if len(pictures) != self.length:
            raise ValueError(f"{len(pictures)} frames to measure against a source of {self.length}")
        errors = [pair.error(a, b) for pair, a, b in zip(self._pairs, pictures, pictures[1:], strict=False)]
        return Measures(
            warping_error=float(np.mean(errors)) if errors else 0.0,
            contrast=float(np.mean([contrast(picture) for picture in pictures])),
            sharpness=float(np.mean([sharpness(picture) for picture in pictures])),
        )
