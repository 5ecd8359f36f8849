"""Motion that is already there when it is asked for: a thread of its own estimates what is expected."""

from dataclasses import replace
from functools import partial

import torch

from neural_style.ahead import Ahead
from neural_style.methods import Method
from neural_style.motion.estimate import Motion, MotionEstimator, estimator
from neural_style.motion.flow import FlowEstimator, Frame


class AheadMotion(Ahead[Motion]):
    """Estimates methods' motion by a flow, the same as without it, and can begin before it is asked; see `Ahead`.

    One thread alone calls the flow inside: those of OpenCV belong to one, and those that run on a device would only
    get in each other's way.

    most: motions that are kept waiting at most; device: what the engine computes on.
    """

    def __init__(self, flow: FlowEstimator, most: int = 8, device: torch.device | None = None) -> None:
        super().__init__(partial(_motion, flow), most, "motion", device)

    def expect(self, method: Method, frame: Frame, earlier: Frame) -> None:
        """Begin with a method's motion from a frame to an earlier one; neither array may change from now on."""
        self.begin(_of_motion(method), frame, earlier)

    def by(self, method: Method) -> MotionEstimator:
        """What gives a method's motion."""
        return partial(self.ask, _of_motion(method))


def _motion(flow: FlowEstimator, method: Method, frame: Frame, earlier: Frame) -> Motion:
    return estimator(flow, method)(frame, earlier)


def _of_motion(method: Method) -> Method:
    """The method without what its motion does not depend on, and what keyframes may change from frame to frame."""
    return replace(method, temporal=0.0, iterations=0, first_iterations=0)
