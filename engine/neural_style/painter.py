"""Paints one frame, given the one before: motion, transformer network, objective, solver."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np
import torch

from neural_style import device as devices
from neural_style import motion, weights
from neural_style.cache import State
from neural_style.door.errors import NeuralStyleError
from neural_style.methods import Method
from neural_style.networks.vgg import VGG, read_vgg19
from neural_style.objective import Objective, Previous, closed_form
from neural_style.pixels import Frame, from_vgg, to_vgg
from neural_style.solver import minimise
from neural_style.styles import Stylist


class Stopwatch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time that the block takes to the stage's."""
        start = perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - start


class Painter:
    """Owns the device and the networks. Painting is a function of what it is given; nothing is remembered."""

    def __init__(self, vgg19: Path | None = None, flow: str = "dis") -> None:
        """vgg19: a checkpoint to use in VGG-16's place; by default $NEURAL_STYLE_VGG19. flow: a name of `FLOWS`."""
        given = os.environ.get("NEURAL_STYLE_VGG19")
        self.device = devices.choose()
        self.flow = motion.FLOWS[flow]()
        self.stylist = Stylist(self.device)
        self._vgg19 = vgg19 or (Path(given) if given else None)
        if self._vgg19 and not self._vgg19.is_file():
            raise NeuralStyleError(
                "the VGG-19 checkpoint does not exist", str(self._vgg19), "give the path of a .pth file"
            )
        self._vgg_name = f"vgg19 {hashlib.sha256(self._vgg19.read_bytes()).hexdigest()}" if self._vgg19 else "vgg16"
        self._features: dict[torch.dtype, VGG] = {}

    def feature_dtype(self, method: Method) -> torch.dtype:
        """What the method's features are computed in on this device."""
        return torch.bfloat16 if method.bfloat16 and devices.bfloat16_is_fast(self.device) else torch.float32

    def features(self, method: Method) -> VGG:
        """The VGG network for this method, loaded at the first call."""
        dtype = self.feature_dtype(method)
        if dtype not in self._features:
            tensors = read_vgg19(self._vgg19) if self._vgg19 else weights.tensors("vgg16")
            self._features[dtype] = VGG(tensors, dtype).to(self.device)
        return self._features[dtype]

    def describe(self, method: Method) -> str:
        """Names all of the painter that a picture depends on, for the cache's key."""
        return f"{method} {self.flow.name} {self.device.type} {self.feature_dtype(method)} {self._vgg_name}"

    def paint(
        self, source: Frame, style: str, method: Method, seed: int = 0, previous: State | None = None
    ) -> tuple[State, dict[str, float]]:
        """The painted frame, and the seconds that each stage took.

        source: (H, W, 3), sRGB in [0, 1], at least 32×32; previous: the frame before, of the same size, or None
        where a shot starts.
        """
        watch = Stopwatch()
        with watch.stage("transformer"):
            painted = self.stylist.paint(source, style, seed)
        if previous is None or not method.follows_time:
            # A shot starts at T: the minimum of every term that there is then.
            return State(source, painted, painted), watch.seconds
        with watch.stage("motion"):
            flow = self.flow(source, previous.source)
            reverse = self.flow(previous.source, source)
            reliability = motion.reliability(flow, reverse, motion_boundaries=method.motion_boundaries)
            if method.photometric:
                reliability *= photometric_reliability(source, previous.source, flow, method.photometric)
            warped = motion.warp(previous.picture, flow, kernel=method.warp)
            target = painted
            if method.steadying:
                carried = motion.warp(previous.target, flow, kernel=method.warp)
                share = method.steadying * reliability[..., None]
                target = np.clip(painted + share * (carried - painted), 0, 1)
        with watch.stage("solver"):
            picture = self._solve(method, painted, target, warped, reliability)
        return State(source, picture, target), watch.seconds

    def _solve(self, method: Method, painted: Frame, target: Frame, warped: Frame, reliability: Frame) -> Frame:
        """The minimum of the method's objective, as far as its iterations go."""
        before = Previous(to_vgg(warped, self.device), torch.from_numpy(reliability).to(self.device)[None, None])
        goal = to_vgg(target, self.device)
        style_goal = goal if target is painted else to_vgg(painted, self.device)
        if method.start == "closed form":
            x = closed_form(method, goal, before)
        else:
            x = before.warped if method.start == "warped" else goal
        if method.iterations:
            objective = Objective(method, self.features(method), goal, style_goal, before)
            x = minimise(objective.gradient, x, method.iterations)
        return from_vgg(x)


def photometric_reliability(source: Frame, before: Frame, flow: Frame, deviation: float) -> Frame:
    """How far a flow explains what is seen: (H, W) in [0, 1], small where the source changed along it.

    Forward–backward consistency trusts two flows that agree on a mistake; the colours of the source give it away.
    source, before: (H, W, 3), sRGB in [0, 1]; flow: from source to before; deviation: of the normal curve.
    """
    # Blurred before it is squared: grain, and edges that are off by part of a pixel, cancel out in a neighbourhood.
    difference = cv2.blur(source - motion.warp(before, flow), (5, 5))
    return np.asarray(np.exp(np.square(difference).mean(axis=2) / (-2 * deviation**2)), np.float32)
