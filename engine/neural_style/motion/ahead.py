"""Motion that is already there when it is asked for: a thread of its own estimates what is expected."""

import torch

from neural_style.ahead import Ahead
from neural_style.motion.estimate import Motion, MotionEstimator
from neural_style.motion.flow import Frame


class AheadMotion(Ahead[Motion]):
    """Estimates motion like the estimator inside it, the same, and can begin before it is asked; see `Ahead`.

    One thread alone calls the estimator inside: those of OpenCV belong to one, and those that run on a device would
    only get in each other's way.

    most: motions that are kept waiting at most; device: what the engine computes on.
    """

    def __init__(self, estimator: MotionEstimator, most: int = 8, device: torch.device | None = None) -> None:
        super().__init__(estimator, most, "motion", device)

    def expect(self, frame: Frame, earlier: Frame) -> None:
        """Begin with the motion from a frame to an earlier one; neither array may change from now on."""
        self.begin(frame, earlier)

    def __call__(self, frame: Frame, earlier: Frame) -> Motion:
        """The motion from a frame to an earlier one; see `MotionEstimator`."""
        return self.ask(frame, earlier)
