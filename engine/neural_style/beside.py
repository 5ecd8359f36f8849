"""What comes along with a frame and goes back with its picture, beside the pixels: see `door.planes`."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from neural_style.motion import Rendered
from neural_style.pixels import Frame, motion_to_working, plane_to_working, scaled

#: The speed that has the full colour in a picture of the flow, as a share of the frame's width in a frame's time: at
#: 24 frames a second something crosses the picture in a second and a half.
FULL_SPEED = 1 / 36


@dataclass(frozen=True)
class Beside:
    """What comes along with a source of (H, W); all float32, row 0 at the top, None where it does not come.

    mask:    (H, W), how much of the painting is seen, times the style weight; clipped to [0, 1].
    vectors: (H, W, 4), exact motion in pixels, (right, down) to the frame before, then to the frame after.
    depth:   (H, W), the distance from the camera.
    """

    mask: Frame | None = None
    vectors: Frame | None = None
    depth: Frame | None = None

    def rendered(self, working_width: int) -> Rendered | None:
        """The exact motion, and the depth, at the size that is painted at; None where no vectors came."""
        if self.vectors is None:
            return None
        vectors = np.nan_to_num(self.vectors, nan=0.0, posinf=0.0, neginf=0.0)
        before, after = (motion_to_working(vectors[..., at : at + 2], working_width) for at in (0, 2))
        depth = self.depth
        if depth is not None:
            depth = plane_to_working(np.nan_to_num(depth, nan=np.inf, posinf=np.inf), working_width)
        return Rendered(before, after, depth)


def flow_picture(flow: Frame) -> Frame:
    """A flow (H, W, 2) in pixels as a picture (H, W, 3), sRGB in [0, 1], to be looked at.

    As in the colour code of Baker et al. 2007 ("A Database and Evaluation Methodology for Optical Flow"): the hue says
    where to, the saturation how fast, and what stands still is white. Its wheel is that of HSV, with red to the right,
    green-yellow down and cyan to the left, so that a Hue node can read it; the speed does not depend on what else
    moves, and its square root is taken, lest all that is slow looks white.
    """
    speed = np.hypot(flow[..., 0], flow[..., 1])
    angle = np.degrees(np.arctan2(flow[..., 1], flow[..., 0])) % 360
    saturation = np.sqrt(np.minimum(speed / (FULL_SPEED * flow.shape[1]), 1))
    hsv = np.dstack((angle, saturation, np.ones_like(speed))).astype(np.float32)
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.float32)


def seen(names: Sequence[str], flow: Frame, reliability: Frame, size: tuple[int, int]) -> dict[str, Frame]:
    """The planes of `door.planes.OUTPUTS` of these names, at height and width `size`.

    flow: (H, W, 2), from the frame to the one before; reliability: (H, W) in [0, 1], both 0 where the frame was
    painted by itself; both at the size that was painted at.
    """
    found: dict[str, Frame] = {}
    if "flow" in names:
        found["flow"] = np.clip(scaled(flow_picture(-flow), size), 0, 1)  # it is told the other way than artists see it
    if "reliability" in names:
        found["reliability"] = np.clip(scaled(reliability, size), 0, 1)
    return found
