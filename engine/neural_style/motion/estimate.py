"""The motion from a frame to an earlier one, and how far it can be trusted, by the two frames' pixels."""

from typing import NamedTuple, Protocol

from neural_style.methods import Method
from neural_style.motion.flow import FlowEstimator, Frame
from neural_style.motion.photometric import photometric_reliability
from neural_style.motion.refine import EdgeFlow
from neural_style.motion.warp import reliability


class Motion(NamedTuple):
    """flow: (H, W, 2), from a frame to an earlier one; reliability: (H, W) in [0, 1]."""

    flow: Frame
    reliability: Frame


class MotionEstimator(Protocol):
    """Estimates the motion from a frame to an earlier one. Belongs to one thread."""

    def __call__(self, frame: Frame, earlier: Frame) -> Motion:
        """Both (H, W, 3), sRGB in [0, 1], of one size. Raises ValueError where they are not."""
        ...


class EstimatedMotion:
    """A method's motion by the flows there and back."""

    def __init__(self, flow: FlowEstimator, method: Method) -> None:
        self._flow: FlowEstimator = EdgeFlow(flow) if method.flow_to_edges else flow
        self._method = method

    def __call__(self, frame: Frame, earlier: Frame) -> Motion:
        """The motion from a frame to an earlier one; see `MotionEstimator`."""
        there, back = self._flow(frame, earlier), self._flow(earlier, frame)
        trust = reliability(there, back, motion_boundaries=self._method.motion_boundaries)
        if self._method.photometric:
            trust = trust * photometric_reliability(frame, earlier, there, self._method.photometric)
        return Motion(there, trust)


def estimator(flow: FlowEstimator, method: Method) -> MotionEstimator:
    """What estimates a method's motion with this flow: on the device, where the flow is estimated there."""
    of_its_own = getattr(flow, "motion", None)
    return of_its_own(method) if of_its_own else EstimatedMotion(flow, method)
