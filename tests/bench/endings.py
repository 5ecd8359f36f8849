"""What is saved where a solve ends as soon as little more is promised, and what it costs.

    .envs/engine/bin/python tests/bench/endings.py [--method painterly] [--width 320] [--frames 4]

Some frames of both clips in three styles, each solved from the same frame before to its last iteration and with some
least gains. Prints the evaluations that each makes, its objective as a share of that of all iterations, how far the
pictures are apart in the mean, in levels of 255, and its time as a share; of all frames, the medians and the worst.
"""

import argparse
from dataclasses import replace
from itertools import islice
from statistics import median
from time import perf_counter
from typing import NamedTuple

import torch

import clips
from neural_style import video
from neural_style.cache import State
from neural_style.door.messages import Settings
from neural_style.methods import METHODS, Method
from neural_style.objective import Objective, Targets, closed_form, known_curvature
from neural_style.painter import Painter
from neural_style.pixels import Frame, from_vgg, to_vgg
from neural_style.solver import minimise

#: Clip, the first frame, style.
SHOTS = (
    ("big-buck-bunny", 0, "starry-night"),
    ("big-buck-bunny", 60, "composition-viii"),
    ("bikes", 30, "starry-night"),
    ("bikes", 100, "woodblock-wave"),
)

LEAST_GAINS = (0.0, 1e-4, 3e-4, 1e-3, 3e-3)


class Ended(NamedTuple):
    """Where a solve ended; the picture is in VGG space."""

    picture: torch.Tensor
    evaluations: int
    objective: float
    seconds: float


class Shot:
    """Frames of one shot in one style, solved one by one."""

    def __init__(self, painter: Painter, method: Method, style: str) -> None:
        self.painter, self.method = painter, method
        self.settings = Settings(style=style, working_width=0)
        self.before: State | None = None

    def solved(self, source: Frame) -> dict[float, Ended]:
        """The next frame, by least gain."""
        painter, method = self.painter, self.method
        goal = to_vgg(painter.stylist.paint(source, self.settings.style), painter.device)
        earlier = [self.before] if self.before else []
        previous = [painter.previous(c.picture, c.reliability) for c in painter.carried(source, method, earlier)]
        style = painter._painting(self.settings, method, source) if method.uses_painting else goal
        content = to_vgg(source, painter.device) if method.content_from == "frame" else goal
        objective = Objective(method, painter.features(method), Targets(goal, content, style), previous)
        start, known = closed_form(method, goal, previous), known_curvature(method, goal.numel(), previous)
        iterations = method.iterations if previous else method.first_iterations
        found = {least: self._ended(objective, start, known, iterations, least) for least in LEAST_GAINS}
        self.before = State(source, from_vgg(found[0.0].picture))
        return found

    @staticmethod
    def _ended(
        objective: Objective, start: torch.Tensor, known: torch.Tensor | None, iterations: int, least_gain: float
    ) -> Ended:
        calls = []

        def evaluate(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            calls.append(1)
            return objective.evaluate(x)

        begin = perf_counter()
        picture = minimise(evaluate, start, iterations, curvature=known, least_gain=least_gain)
        seconds = perf_counter() - begin
        return Ended(picture, len(calls), objective.value(picture), seconds)


def shown(found: list[dict[float, Ended]], least: float) -> str:
    """One line of the table: of all frames together."""
    evaluations = [frame[least].evaluations for frame in found]
    objective = [frame[least].objective / frame[0.0].objective for frame in found]
    apart = [float((frame[least].picture - frame[0.0].picture).abs().mean()) for frame in found]
    seconds = sum(frame[least].seconds for frame in found) / sum(frame[0.0].seconds for frame in found)
    return (
        f"| {least:g} | {median(evaluations):g} ({min(evaluations)} … {max(evaluations)}) "
        f"| {median(objective):.4f} ({max(objective):.4f}) | {median(apart):.2f} ({max(apart):.2f}) | {seconds:.2f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--method", choices=[name for name, row in METHODS.items() if row.preconditioned])
    parser.add_argument("--width", type=int, default=320)
    parser.add_argument("--frames", type=int, default=4)
    parser.set_defaults(method="painterly")
    options = parser.parse_args()
    painter, method = Painter(), replace(METHODS[options.method], distances=(1,))
    first, later = [], []
    for clip, start, style in SHOTS:
        shot = Shot(painter, method, style)
        frames = islice(video.read_frames(clips.located(clip), width=options.width), start, start + options.frames)
        solved = [shot.solved(source) for source in frames]
        first += solved[:1] if method.first_iterations else []
        later += solved[1:]
        print(
            f"{clip} {start} {style}: {[[frame[g].evaluations for g in LEAST_GAINS] for frame in solved]}", flush=True
        )
    for name, found in (("first frames", first), ("later frames", later)):
        if not found:
            continue
        print(f"\n{name}\n| least gain | evaluations | objective | levels apart | time |\n|---|---|---|---|---|")
        for least in LEAST_GAINS:
            print(shown(found, least))


if __name__ == "__main__":
    main()
