"""The device's flow and motion behind the interfaces that OpenCV's have: frames in and out are NumPy arrays."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from neural_style import device as devices
from neural_style.graphs import Graphs
from neural_style.methods import Method
from neural_style.motion import torch_backend
from neural_style.motion.device import inverse_search
from neural_style.motion.device.edges import to_edges
from neural_style.motion.device.photometric import photometric_reliability
from neural_style.motion.estimate import Motion, MotionEstimator
from neural_style.motion.flow import Frame, check, levels, padding
from neural_style.pixels import LUMA, downloaded

#: Pixels of a frame up to which both its flows are estimated at once; it takes some 800 bytes a pixel then.
_MOST_PIXELS = 1 << 21


class DeviceFlow:
    """Dense inverse search (Kroeger et al. 2016) on a device.

    The patches and the energy are those of OpenCV's, the flow is a little nearer to the truth (docs/measurements.md).
    It is for GPUs, which do it beside the solver; a processor takes several times as long as with OpenCV's. One
    estimator belongs to one thread.
    """

    name = "dis-torch"

    def __init__(self, device: torch.device | None = None) -> None:
        """device: the engine's by default."""
        self.device = device or devices.choose()
        self.graphs = Graphs(most=2)

    @torch.no_grad()
    def __call__(self, a: Frame, b: Frame) -> Frame:
        """The flow from a to b; see `FlowEstimator`."""
        (flow,) = self.graphs.run("flow", lambda pair: (_flow(pair[:1], pair[1:]),), [uploaded(a, b, self.device)])
        return downloaded(flow)

    def motion(self, method: Method) -> MotionEstimator:
        """What estimates a method's motion in one go on the device."""
        return DeviceMotion(self, method)


class DeviceMotion:
    """A method's motion on a device: both flows at once, and all that follows from them, with no host in between.

    The same as `EstimatedMotion` with a `DeviceFlow`, but for roundings, and for pixels that leave the frame.
    """

    def __init__(self, flow: DeviceFlow, method: Method) -> None:
        self._flow, self._method = flow, method

    @torch.no_grad()
    def __call__(self, frame: Frame, earlier: Frame) -> Motion:
        """The motion from a frame to an earlier one; see `MotionEstimator`."""
        method = self._method
        key = method.flow_to_edges, method.motion_boundaries, method.photometric
        flow, trust = self._flow.graphs.run(key, self._estimated, [uploaded(frame, earlier, self._flow.device)])
        return Motion(downloaded(flow[None]), trust.cpu().numpy())

    def _estimated(self, pair: Tensor) -> tuple[Tensor, Tensor]:
        """The flow (2, H, W) from the first of two frames of 8 bits, (2, 3, H, W), to the second; its reliability."""
        method = self._method
        frames = pair.float() / 255
        # There and back at once, where that fits well.
        ways = [(0, 2)] if pair[0, 0].numel() <= _MOST_PIXELS else [(0, 1), (1, 2)]
        flows = torch.cat([self._flows(pair, frames, slice(*way)) for way in ways])
        on, back = (flow.permute(1, 2, 0).contiguous() for flow in flows)
        trust = torch_backend.reliability(on, back, method.motion_boundaries)
        if method.photometric:
            trust = trust * photometric_reliability(frames[:1], frames[1:], flows[:1], method.photometric)[0, 0]
        return flows[0], trust

    def _flows(self, pair: Tensor, frames: Tensor, these: slice) -> Tensor:
        """Of the flows there and back these, (B, 2, H, W)."""
        flows = _flow(pair[these], pair.flip(0)[these])
        return to_edges(flows, frames[these], frames.flip(0)[these]) if self._method.flow_to_edges else flows


def uploaded(a: Frame, b: Frame, device: torch.device) -> Tensor:
    """Two frames in whole levels, (2, 3, H, W) of 8 bits, on the device. Raises ValueError where they do not fit."""
    check(a, b)
    pair = torch.from_numpy(np.stack((levels(a), levels(b)))).to(device)
    return pair.permute(0, 3, 1, 2).contiguous()


def _flow(a: Tensor, b: Tensor) -> Tensor:
    """The flow (B, 2, H, W) from frames of 8 bits, (B, 3, H, W), to others."""
    height, width = a.shape[-2:]
    top, left = padding(height)[0], padding(width)[0]
    flow = inverse_search.flow(_greys(a), _greys(b))
    return flow[..., top : top + height, left : left + width]


def _greys(frames: Tensor) -> Tensor:
    """Frames of 8 bits as greys in 0 … 255, (B, 1, H, W), padded where they are too small."""
    red, green, blue = frames.float().chunk(3, dim=1)
    grey = (LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue).round()
    (left, right), (top, bottom) = (padding(side) for side in (frames.shape[3], frames.shape[2]))
    return F.pad(grey, (left, right, top, bottom), mode="replicate")
