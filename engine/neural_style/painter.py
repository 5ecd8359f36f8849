"""Paints one frame, given earlier ones: motion, transformer network, objective, solver."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from neural_style import device as devices
from neural_style import memory, motion, styles, upscale, weights
from neural_style.cache import State
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Settings
from neural_style.graphs import Graphs
from neural_style.methods import Method, Start
from neural_style.motion.ahead import AheadMotion
from neural_style.networks.vgg import VGG, read_vgg19
from neural_style.objective import Grams, Previous, Targets, closed_form, gram_matrices
from neural_style.pixels import Frame, from_vgg, to_vgg, with_area
from neural_style.solve import solve
from neural_style.styles import AheadStylist, Stylist
from neural_style.temporal import Carried, carry
from neural_style.upscale import Upscaler

#: The deviation of the noise that a picture may start from, in VGG space: all but the mean colour, as in the
#: implementations of Gatys et al. and Ruder et al.
NOISE = 0.001

#: Paintings whose Gram matrices are kept.
_MOST_PAINTINGS = 8


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


class Painted(NamedTuple):
    """A painted frame, the seconds that each stage took, and what earlier frames said about it, the nearest first."""

    state: State
    seconds: dict[str, float]
    carried: list[Carried]


class Painter:
    """Owns the device and the networks. Painting is a function of what it is given; no frame is remembered."""

    def __init__(
        self, vgg19: Path | None = None, flow: str | None = None, upscaler: str = upscale.DEFAULT_NETWORK
    ) -> None:
        """vgg19: a checkpoint to use in VGG-16's place; by default $NEURAL_STYLE_VGG19.

        flow: a name of `FLOWS`, by default `motion.preferred`; upscaler: one of `upscale.NETWORKS`.
        """
        given = os.environ.get("NEURAL_STYLE_VGG19")
        self.device = devices.choose()
        self.flow: motion.FlowEstimator = motion.FLOWS[flow or motion.preferred(self.device.type)]()
        self.stylist = Stylist(self.device)
        #: What has begun with the motion and with T that will be asked for: see `foresight`.
        self.ahead_motion: AheadMotion | None = None
        self.ahead_stylist: AheadStylist | None = None
        self._upscaler = upscaler
        self._vgg19 = vgg19 or (Path(given) if given else None)
        if self._vgg19 and not self._vgg19.is_file():
            raise NeuralStyleError(
                "the VGG-19 checkpoint does not exist", str(self._vgg19), "give the path of a .pth file"
            )
        self._vgg_name = f"vgg19 {hashlib.sha256(self._vgg19.read_bytes()).hexdigest()}" if self._vgg19 else "vgg16"
        self._graphs = Graphs()
        self._features: dict[torch.dtype, VGG] = {}
        self._paintings: dict[tuple[str, int, torch.dtype], Grams] = {}

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

    @cached_property
    def upscaler(self) -> Upscaler:
        """Super-resolution, loaded at the first use."""
        return Upscaler(self._upscaler, self.device)

    def describe(self, method: Method) -> str:
        """Names all of the painter that a picture depends on, for the cache's key."""
        return f"{method} {self.flow.name} {self.device.type} {self.feature_dtype(method)} {self._vgg_name}"

    def paint(
        self,
        source: Frame,
        settings: Settings,
        method: Method,
        earlier: Sequence[State] = (),
        rendered: motion.Rendered | None = None,
    ) -> Painted:
        """Paint a frame.

        source: (H, W, 3), sRGB in [0, 1], at least 32×32; settings: of which style, painting and seed count here;
        earlier: frames of the same size at the method's distances, the nearest first; none where a shot starts;
        rendered: its exact motion, where that is known.
        """
        watch = Stopwatch()
        painted = source  # stands in where T is not asked for
        if method.uses_transformer:
            with watch.stage("transformer"):
                painted = (self.ahead_stylist or self.stylist).paint(source, settings.style, settings.seed)
        with watch.stage("motion"):
            carried = self.carried(source, method, earlier, rendered)
        with watch.stage("solver"):
            start, iterations = method.first_start, method.first_iterations
            if carried:
                start, iterations = method.start, method.iterations
            if not iterations and start == "transformer":
                return Painted(_state(source, painted, rendered), watch.seconds, carried)  # no tensor rounds it
            before = [self.previous(c.picture, c.reliability) for c in carried]
            goal = to_vgg(painted, self.device)
            x = self._start(start, method, source, goal, before, settings.seed)
            picture = from_vgg(self.optimise(settings, method, source, goal, x, before, iterations))
        return Painted(_state(source, picture, rendered), watch.seconds, carried)

    def carried(
        self, source: Frame, method: Method, earlier: Sequence[State], rendered: motion.Rendered | None = None
    ) -> list[Carried]:
        """What earlier frames say about this one; see `paint`."""
        if not (earlier and method.follows_time):
            return []
        return carry(self.motion_for(method), method, source, earlier, rendered)

    def motion_for(self, method: Method) -> motion.MotionEstimator:
        """What estimates the motion that a method follows."""
        return self.ahead_motion.by(method) if self.ahead_motion else motion.estimator(self.flow, method)

    def previous(self, picture: Frame, reliability: Frame) -> Previous:
        """A warped picture (H, W, 3) and its reliability (H, W), as the objective takes them."""
        return Previous(to_vgg(picture, self.device), torch.from_numpy(reliability).to(self.device)[None, None])

    def optimise(
        self,
        settings: Settings,
        method: Method,
        source: Frame,
        goal: Tensor,
        start: Tensor,
        previous: Sequence[Previous],
        iterations: int,
    ) -> Tensor:
        """The minimum of the method's objective, as far as `iterations` go from `start`, (1, 3, H, W) in VGG space.

        goal: T, in VGG space, too, or anything of its size where the method holds to nothing of T's.
        """
        if not iterations:
            return start
        style = self._painting(settings, method, source) if method.uses_painting else goal
        content = to_vgg(source, self.device) if method.content_from == "frame" else goal
        targets, vgg = Targets(goal, content, style), self.features(method)

        def work(rows: int | None) -> Tensor:
            return solve(self._graphs, vgg, method, targets, previous, start, iterations, rows)

        height, width = start.shape[-2:]
        rows = memory.rows(height, width, iterations, vgg.dtype, self.device)
        return memory.within(rows, height, work, self._graphs.clear)

    def _start(
        self, start: Start, method: Method, source: Frame, goal: Tensor, before: Sequence[Previous], seed: int
    ) -> Tensor:
        """The picture to start from, (1, 3, H, W) in VGG space."""
        if start == "frame":
            return to_vgg(source, self.device)
        if start == "noise":
            return self.noise(source, seed)
        if start == "warped" and before:
            return before[0].warped
        return closed_form(method, goal, before) if start == "closed form" else goal

    def noise(self, like: Frame, seed: int) -> Tensor:
        """The noise that a picture of a frame's size may start from; the same for the same seed."""
        noise = np.random.default_rng(seed).standard_normal((1, 3, *like.shape[:2]), dtype=np.float32)
        return torch.from_numpy(NOISE * noise).to(self.device)

    def _painting(self, settings: Settings, method: Method, source: Frame) -> Grams:
        """The Gram matrices of the style's painting at the frame's area; of several, their mean by share."""
        key = (
            styles.painting_digest(settings.style, settings.painting),
            source.shape[0] * source.shape[1],
            self.feature_dtype(method),
        )
        if key not in self._paintings:
            if len(self._paintings) >= _MOST_PAINTINGS:
                del self._paintings[next(iter(self._paintings))]
            self._paintings[key] = self._mean_grams(settings, method, key[1])
        return self._paintings[key]

    def _mean_grams(self, settings: Settings, method: Method, area: int) -> Grams:
        vgg, mean = self.features(method), dict[str, Tensor]()
        for picture, share in styles.paintings(settings.style, settings.painting):
            picture = with_area(picture, area)
            height, width = picture.shape[:2]
            rows = memory.rows(height, width, 0, vgg.dtype, self.device)
            grams = gram_matrices(vgg, to_vgg(picture, self.device), rows)
            for layer, gram in grams.items():
                mean[layer] = mean.get(layer, 0) + share * gram
        return mean


def _state(source: Frame, picture: Frame, rendered: motion.Rendered | None) -> State:
    """What a painted frame leaves to the next."""
    if rendered is None:
        return State(source, picture)
    return State(source, picture, after=rendered.after, depth=rendered.depth)
