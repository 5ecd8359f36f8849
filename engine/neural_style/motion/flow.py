"""Optical flow between two frames: the interface, and OpenCV's DIS and Farneback behind it."""

from collections.abc import Callable
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.float32]

#: DIS works on patches of 12 px: a frame with a shorter side has none to match.
_LEAST_SIDE = 24

#: Frame sizes that a DIS estimator keeps an object for; each holds some pictures.
_MOST_SIZES = 4

#: No flow to start from. Zeros are not the same: DIS takes them as a guess, and keeps guessing in later calls.
#: (Typed loosely because OpenCV's stubs do not know that None is allowed.)
_NO_GUESS: Any = None


class FlowEstimator(Protocol):
    """Estimates motion; `name` says what with (it is part of the key under which frames are kept)."""

    name: str

    def __call__(self, a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
        """The flow from a to b: float32 (H, W, 2), (right, down) in pixels, so that a[y, x] ≈ b[y + v, x + u].

        a, b: float32 (H, W, 3), sRGB in [0, 1], of one size. Raises ValueError where they are not.
        """
        ...


class DISFlow:
    """Dense Inverse Search (Kroeger et al. 2016), down to single pixels: good up to motions of about 50 px.

    OpenCV's preset "medium" stops at half the resolution, and its motion ends several pixels beside the edge of what
    moves. At the full one it follows the edge; larger patches keep it as calm inside as the preset is.

    A side under 24 px is padded by repeating the border, and the flow of so small a frame is only a rough one.
    One estimator belongs to one thread.
    """

    name = "dis"

    def __init__(self) -> None:
        self._by_size: dict[tuple[int, int], cv2.DISOpticalFlow] = {}

    def __call__(self, a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
        """The flow from a to b; see `FlowEstimator`."""
        check(a, b)
        height, width = a.shape[:2]
        (top, bottom), (left, right) = padding(height), padding(width)
        border = (top, bottom, left, right, cv2.BORDER_REPLICATE)
        grey_a, grey_b = (cv2.copyMakeBorder(_grey(frame), *border) for frame in (a, b))
        flow = self._of_size(grey_a.shape[0], grey_a.shape[1]).calc(grey_a, grey_b, _NO_GUESS)
        return np.ascontiguousarray(flow[top : top + height, left : left + width], dtype=np.float32)

    def _of_size(self, height: int, width: int) -> cv2.DISOpticalFlow:
        """OpenCV's object for frames of this size: one that has seen smaller frames is another one afterwards."""
        if (height, width) not in self._by_size:
            if len(self._by_size) == _MOST_SIZES:
                self._by_size.clear()
            estimator = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
            estimator.setFinestScale(0)
            estimator.setPatchSize(12)
            estimator.setPatchStride(4)
            estimator.setVariationalRefinementIterations(10)
            self._by_size[height, width] = estimator
        return self._by_size[height, width]


class FarnebackFlow:
    """Farneback 2003, polynomial expansion: to score a clip with another flow than it was painted with."""

    name = "farneback"

    def __call__(self, a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
        """The flow from a to b; see `FlowEstimator`."""
        check(a, b)
        flow = cv2.calcOpticalFlowFarneback(
            _grey(a),
            _grey(b),
            _NO_GUESS,
            pyr_scale=0.5,
            levels=5,
            winsize=15,
            iterations=3,
            poly_n=7,
            poly_sigma=1.5,
            flags=0,
        )
        return np.ascontiguousarray(flow, dtype=np.float32)


def _device_flow() -> FlowEstimator:
    """On the device that the engine computes on; imported here, since all of OpenCV's do without torch."""
    from neural_style.motion.device import DeviceFlow

    return DeviceFlow()


#: What a flow can be estimated with, by name.
FLOWS: dict[str, Callable[[], FlowEstimator]] = {
    DISFlow.name: DISFlow,
    FarnebackFlow.name: FarnebackFlow,
    "dis-torch": _device_flow,
}


def preferred(device: str) -> str:
    """The name of the flow for a kind of device: OpenCV's, unless that would be waited for.

    Of GPUs only CUDA's launch the device's flow as one graph; on others its many small operations take longer.
    """
    return "dis-torch" if device == "cuda" else DISFlow.name


def padding(side: int) -> tuple[int, int]:
    """How many pixels DIS needs before and after a side that is too short for it."""
    missing = max(0, _LEAST_SIDE - side)
    return missing // 2, missing - missing // 2


def check(a: NDArray[np.float32], b: NDArray[np.float32]) -> None:
    """Raise ValueError where these are not two frames of one size."""
    for name, frame in (("a", a), ("b", b)):
        if frame.dtype != np.float32 or frame.ndim != 3 or frame.shape[2] != 3 or frame.size == 0:
            raise ValueError(f"{name} is {frame.dtype} {frame.shape}; expected float32 (H, W, 3), not empty")
    if a.shape != b.shape:
        raise ValueError(f"a has shape {a.shape} and b {b.shape}; expected two frames of one size")


def in_levels(frame: NDArray[np.float32]) -> NDArray[np.float32]:
    """The frame in whole levels of 8 bits, (H, W, 3) in [0, 1]; NaN is black.

    Footage is in whole levels, so a source that went through another colour space and back, off by the last bit of a
    float, is the very same here: whatever decides between motions should look at this.
    """
    return np.asarray(_rounded(frame) / 255, np.float32)


def levels(frame: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The same as 8-bit integers, (H, W, 3)."""
    return _rounded(frame).astype(np.uint8)


def _rounded(frame: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.rint(np.clip(np.nan_to_num(frame), 0, 1) * 255), np.float32)


def _grey(frame: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The frame as 8-bit grey; outside [0, 1] it is clipped, NaN is black.

    By way of 8-bit colours: see `in_levels`.
    """
    return np.asarray(cv2.cvtColor(levels(frame), cv2.COLOR_RGB2GRAY), np.uint8)
