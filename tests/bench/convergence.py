"""How many iterations the starts and solvers take: the objective after each, as shares of the reference's after 30.

    .envs/engine/bin/python tests/bench/convergence.py [--width 240] [--iterations 12]

Four pairs of frames, of both clips and three styles. The frame before is the network's picture; the objective is that
of `fast`, and `steady`'s own, whose reference is its plain solver after ten iterations.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import torch

import clips
from neural_style import video
from neural_style.cache import State
from neural_style.methods import METHODS, Method
from neural_style.objective import Objective, Previous, Targets, closed_form, known_curvature
from neural_style.painter import Painter
from neural_style.pixels import to_vgg
from neural_style.solver import minimise

#: Clip, the first frame of the pair, style.
PAIRS = (
    ("big-buck-bunny", 0, "starry-night"),
    ("big-buck-bunny", 60, "de-stijl"),
    ("bikes", 30, "starry-night"),
    ("bikes", 100, "woodblock-wave"),
)


def path(objective: Objective, start: torch.Tensor, iterations: int, curvature: torch.Tensor | None) -> list[float]:
    """The objective at the start and after each iteration."""
    values: list[float] = []

    def evaluate(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        value, gradient = objective.evaluate(x)
        values.append(float(value))
        return value, gradient

    values.append(objective.value(minimise(evaluate, start, iterations, curvature=curvature)))
    return values


def shares(objective: Objective, goal: torch.Tensor, previous: Sequence[Previous], iterations: int) -> dict[str, list]:
    """The paths by name, as shares of the reference's end."""
    method = objective.method
    start = closed_form(method, goal, previous)
    known = known_curvature(replace(method, preconditioned=True), start.numel(), previous)
    if method.start == "warped":
        found = {"warped start": path(objective, previous[0].warped, 30, None)}
        reference = found["warped start"][-1]
    else:
        reference = path(objective, start, 10, None)[-1]
        found = {}
    found["closed form"] = path(objective, start, iterations, None)
    found["and known curvature"] = path(objective, start, iterations, known)
    return {name: [value / reference for value in values] for name, values in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--width", type=int, default=240)
    parser.add_argument("--iterations", type=int, default=12)
    options = parser.parse_args()
    painter = Painter()
    for clip, first, style in PAIRS:
        frames = video.read_frames(clips.located(clip), width=options.width)
        before, source = islice(frames, first, first + 2)
        painted = [painter.stylist.paint(frame, style) for frame in (before, source)]
        goal = to_vgg(painted[1], painter.device)
        for method in (METHODS["fast"], METHODS["steady"]):
            show(
                painter, method, goal, source, State(before, painted[0]), options.iterations, f"{clip} {first} {style}"
            )


def show(
    painter: Painter, method: Method, goal: torch.Tensor, source, before: State, iterations: int, title: str
) -> None:
    """Print one pair's paths."""
    (carried,) = painter.carried(source, method, [before])
    previous = [painter.previous(carried.picture, carried.reliability)]
    objective = Objective(method, painter.features(method), Targets(goal, goal, goal), previous)
    print(f"{title}, objective of `{method.name}`, {carried.reliability.mean():.2f} reliable")
    for name, values in shares(objective, goal, previous, iterations).items():
        reached = next((count for count, value in enumerate(values) if value <= 1), None)
        print(f"  {name:<20} reached after {reached}: {' '.join(f'{value:.3f}' for value in values[:16])}", flush=True)


if __name__ == "__main__":
    main()
