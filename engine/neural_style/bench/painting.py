"""Whole frames: the plain port, `fast`, `steady`, and `steady`'s solver with the port's objective, in turns."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from neural_style import motion, weights
from neural_style.bench import floor
from neural_style.bench.plain_port import PlainPort
from neural_style.bench.timing import Spread, Taken, in_turns, taken
from neural_style.cache import State
from neural_style.door.messages import Settings
from neural_style.methods import METHODS, Method
from neural_style.objective import Objective, Previous, Targets, closed_form, known_curvature
from neural_style.painter import Painter
from neural_style.pixels import Frame, from_vgg, to_vgg
from neural_style.solver import minimise

PORT, FAST, REACHED, STEADY = "plain port", "fast", "steady's solver, to the port's objective", "steady"


class _EnoughError(Exception):
    """The objective is reached."""


class Painting:
    """Times frames of one size. Each round is one frame of a clip, painted by all from the same frame before."""

    def __init__(self, painter: Painter, style: str, frames: Sequence[Frame], port_iterations: int) -> None:
        """frames: at least two, (H, W, 3), sRGB in [0, 1]."""
        self.painter, self.settings, self.frames = painter, Settings(style=style), frames
        self.port = PlainPort(weights.tensors("vgg16"), painter.device)
        self.fast = replace(METHODS["fast"], iterations=port_iterations)
        # The port's terms, with what makes `steady` quick: its start and its solver.
        steady = METHODS["steady"]
        self.reaching = replace(self.fast, name=REACHED, start=steady.start, preconditioned=steady.preconditioned)
        self.steady = replace(steady, iterations=min(steady.iterations, port_iterations))
        self.height, self.width = frames[0].shape[:2]
        self.memory: dict[str, float] = {}

    def measure(self, rounds: int) -> dict[str, Any]:
        """All there is to tell, for JSON, but for the floor's seconds, for which the rates are yet to come."""
        painter, style = self.painter, self.settings.style
        before = State(self.frames[0], painter.stylist.paint(self.frames[0], style))
        self._warm(before)
        found: list[dict[str, Any]] = []
        for turn in tqdm(range(rounds), f"painting at {self.width}×{self.height}", leave=False):
            source = self.frames[1 + turn % (len(self.frames) - 1)]
            line, picture = self._round(source, before, backwards=bool(turn % 2))
            found.append(line)
            before = State(source, picture)
        return {
            "size": [self.width, self.height],
            "port's iterations": self.fast.iterations,
            "rounds": found,
            "peak memory of the device, MB": self.memory,
        }

    def iterations(self, reached: int) -> dict[str, int]:
        """Each candidate's iterations. reached: those that the port's objective takes."""
        port = self.fast.iterations
        return {PORT: port, FAST: port, REACHED: reached, STEADY: self.steady.iterations}

    def work(self, iterations: dict[str, int]) -> dict[str, list[floor.Work]]:
        """What each candidate has to compute at least, and the transformer network."""
        found = {}
        for name, method in ((PORT, self.fast), (FAST, self.fast), (REACHED, self.reaching), (STEADY, self.steady)):
            dtype = torch.float32 if name == PORT else self.painter.feature_dtype(method)
            found[name] = floor.solve(method, self.height, self.width, iterations[name], dtype)
        found["transformer"] = floor.counted(lambda: self.painter.stylist.paint(self.frames[0], self.settings.style))
        return found

    def _warm(self, before: State) -> None:
        """Run everything shortly, lest the first frame pays for what happens once."""
        for method in (self.fast, self.steady, self.reaching):
            self.painter.paint(self.frames[1], self.settings, method.adjusted(iterations=2), [before])
        mask = torch.ones(self.height, self.width).numpy()
        self._ported(before.picture, before.picture, mask, iterations=2)

    def _round(self, source: Frame, before: State, backwards: bool) -> tuple[dict[str, Any], Frame]:
        """One frame by all of them: what it took, and `fast`'s picture."""
        painted = self.painter.stylist.paint(source, self.settings.style)
        (carried,) = self.painter.carried(source, self.fast, [before])
        port: list[Frame] = []
        seconds: dict[str, dict[str, float]] = {}
        pictures: dict[str, Frame] = {}

        def by_port() -> None:
            port.append(self._ported(painted, carried.picture, carried.reliability))

        def by(method: Method) -> None:
            done = self.painter.paint(source, self.settings, method, [before])
            pictures[method.name], seconds[method.name] = done.state.picture, done.seconds

        whole = {PORT: self._timed(PORT, by_port)}
        previous = [self.painter.previous(carried.picture, carried.reliability)]
        judge = self._judge(painted, previous)
        wanted, reached = judge(port[0]), self._iterations(painted, previous, judge, judge(port[0]))
        methods = [self.fast, self.steady]
        if reached is not None:
            methods.append(replace(self.reaching, iterations=reached))
        for method in methods[::-1] if backwards else methods:
            whole[method.name] = self._timed(method.name, partial(by, method))
        prepared = seconds[FAST]["transformer"] + seconds[FAST]["motion"]
        line: dict[str, Any] = {
            "solver": {name: stages["solver"] for name, stages in seconds.items()} | {PORT: whole[PORT].clock},
            "frame": {name: took.clock for name, took in whole.items()} | {PORT: prepared + whole[PORT].clock},
            "processor": {name: took.processor for name, took in whole.items()},
            "stages": seconds,
            "iterations to the port's objective": reached,
            "objective": {PORT: wanted, FAST: judge(pictures[FAST])},
        }
        if reached is not None:
            line["objective"][REACHED] = judge(pictures[REACHED])
        return line, pictures[FAST]

    def _ported(self, painted: Frame, warped: Frame, reliability: Frame, iterations: int = 0) -> Frame:
        """The port's picture. The engine asks cuDNN for the same numbers at every run; the port, like anyone, not."""
        kept, torch.backends.cudnn.deterministic = torch.backends.cudnn.deterministic, False
        try:
            return self.port.paint(painted, warped, reliability, iterations or self.fast.iterations)
        finally:
            torch.backends.cudnn.deterministic = kept

    def _timed(self, name: str, work: Callable[[], object]) -> Taken:
        """What some work takes; notes the most memory that the device needed for it."""
        device = self.painter.device
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)
        found = taken(work, device)
        if device.type == "cuda":
            peak = torch.cuda.max_memory_allocated(device) / 2**20
            self.memory[name] = max(peak, self.memory.get(name, 0.0))
        return found

    def _judge(self, painted: Frame, previous: list[Previous]) -> Callable[[Frame], float]:
        """The port's objective at a picture, as it can be shown: clipped to [0, 1]."""
        goal = to_vgg(painted, self.painter.device)
        features = self.painter.features(replace(self.fast, bfloat16=False))  # the port's
        objective = Objective(self.fast, features, Targets(goal, goal, goal), previous)
        return lambda picture: objective.value(to_vgg(picture, self.painter.device))

    def _iterations(
        self, painted: Frame, previous: list[Previous], judge: Callable[[Frame], float], wanted: float
    ) -> int | None:
        """After how many iterations `steady`'s start and solver are at or below the port's objective; None: never."""
        goal = to_vgg(painted, self.painter.device)
        features = self.painter.features(self.reaching)
        objective = Objective(self.reaching, features, Targets(goal, goal, goal), previous)
        count = -1

        def evaluate(x: Tensor) -> tuple[Tensor, Tensor]:
            nonlocal count
            count += 1
            if count and judge(from_vgg(x)) <= wanted:
                raise _EnoughError
            return objective.evaluate(x)

        limit = 2 * self.fast.iterations
        try:
            start = closed_form(self.reaching, goal, previous)
            curvature = known_curvature(self.reaching, start.numel(), previous)
            last = minimise(evaluate, start, limit, curvature=curvature)
        except _EnoughError:
            return count
        return limit if judge(from_vgg(last)) <= wanted else None


def ratios(rounds: Sequence[dict[str, Any]], kind: str) -> dict[str, Spread]:
    """Each candidate's time as a share of the port's, over the rounds in which it has one.

    kind: `solver` or `frame`, by the clock; `processor`, the processor's time: the port's for its solver alone, the
    others' for the whole frame.
    """
    found = {}
    for name in (FAST, REACHED, STEADY):
        values = [line[kind][name] / line[kind][PORT] for line in rounds if name in line[kind]]
        if values:
            found[name] = Spread.of(values)
    return found


def flow_rows(frames: Sequence[Frame], rounds: int) -> dict[str, list[float]]:
    """The seconds of each flow, and of moving one to the edges, between the first two frames, in turns."""
    a, b = frames[:2]
    estimators = {name: make() for name, make in motion.FLOWS.items()}
    there = estimators["dis"](a, b)
    work: dict[str, Callable[[], object]] = {name: partial(flow, a, b) for name, flow in estimators.items()}
    work["to the edges"] = lambda: motion.to_edges(there, a, b)
    return in_turns(work, rounds, torch.device("cpu"))
