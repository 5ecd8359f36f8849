"""Optical flow that is already there when it is asked for: a thread of its own estimates what is expected."""

import numpy as np
from numpy.typing import NDArray

from neural_style.ahead import Ahead
from neural_style.motion.flow import FlowEstimator

Array = NDArray[np.float32]


class AheadFlow(Ahead[Array]):
    """A flow estimator like the one inside it, with the same flow, that can begin before it is asked; see `Ahead`.

    One thread alone calls the estimator inside: those of OpenCV belong to one, and those that run on a device would
    only get in each other's way.

    most: flows that are kept waiting at most.
    """

    def __init__(self, estimator: FlowEstimator, most: int = 16) -> None:
        super().__init__(estimator, most, "flow")
        self.name = estimator.name

    def expect(self, a: Array, b: Array) -> None:
        """Begin with the flow from a to b and with that from b to a; neither array may change from now on."""
        self.begin(a, b)
        self.begin(b, a)

    def __call__(self, a: Array, b: Array) -> Array:
        """The flow from a to b; see `FlowEstimator`."""
        return self.ask(a, b)
