"""Measures `steady` and `fast` against the per-frame transformer and a plain port, all interleaved in one run.

`.envs/engine/bin/python tests/bench/acceptance.py [-o FOLDER] [--clip NAME] [--frames 24] [--width 480]
[--style starry-night] [--port-every 6]` takes about half an hour on two idle cores; it leaves table.md, table.json
and sheet.png in FOLDER. Each frame is painted by every method before the next, so that a machine whose speed drifts
drifts for all. The port, which is slow, paints every sixth frame only, from the engine's own previous `fast` frame:
that shows that both are the same method, and what each of them takes.
"""

import argparse
import json
import platform
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from tqdm import tqdm

from neural_style import device as devices
from neural_style import motion, video, weights
from neural_style.bench.plain_port import PlainPort
from neural_style.cache import State
from neural_style.doctor import versions
from neural_style.door.messages import Settings
from neural_style.methods import METHODS, Method
from neural_style.objective import Objective, Targets, closed_form, known_curvature
from neural_style.painter import Painter
from neural_style.pixels import Frame, from_vgg, to_vgg
from neural_style.report import sheet, table
from neural_style.report.lossless import to_levels
from neural_style.report.pairs import EstimatedPairs
from neural_style.report.score import INPUT, Scorer
from neural_style.solver import minimise

#: The row of the per-frame transformer.
BASE = "johnson"

#: `steady` with other numbers of iterations too, to see what they buy.
ITERATIONS = (4, 6, 8)

ROWS: dict[str, Method] = {
    **{name: METHODS[name] for name in ("blend", "fast", "steady")},
    **{f"steady, {n} iterations": METHODS["steady"].adjusted(iterations=n) for n in (8, 10)},
}


class Run:
    """All the sequences, frame after frame."""

    def __init__(self, first: Frame, settings: Settings, fps: float) -> None:
        self.settings, self.fps = settings, fps
        self.painter = Painter()
        self.port = PlainPort(weights.tensors("vgg16"))
        self.scorer = Scorer(EstimatedPairs(), fps, base=BASE)
        painted = self.painter.stylist.paint(first, settings.style)
        self.before = dict.fromkeys(ROWS, State(first, painted))
        self.seconds: dict[str, list[float]] = {name: [] for name in ROWS}
        self.objectives: list[dict[str, float]] = []
        self.port_seconds: list[tuple[float, float, float]] = []
        self.port_differences: list[float] = []
        self.score(first, painted)

    def frame(self, source: Frame, with_port: bool) -> None:
        """Paint the next frame by every method, each on its own sequence."""
        last, self.before = self.before, {}
        for name, method in ROWS.items():
            start = perf_counter()
            self.before[name] = self.painter.paint(source, self.settings, method, [last[name]]).state
            self.seconds[name].append(perf_counter() - start)
        start = perf_counter()
        painted = self.painter.stylist.paint(source, self.settings.style)
        earlier = last["fast"].source
        flow, reverse = self.painter.flow(source, earlier), self.painter.flow(earlier, source)
        reliability = motion.reliability(flow, reverse)
        warped = motion.warp(last["fast"].picture, flow)
        prepared = perf_counter() - start
        self.objectives.append(self._objectives(painted, warped, reliability))
        self.score(source, painted)
        if with_port:
            start = perf_counter()
            picture = self.port.paint(painted, warped, reliability)
            took = prepared + perf_counter() - start
            self.port_seconds.append((took, self.seconds["fast"][-1], self.seconds["steady"][-1]))
            self.port_differences.append(float(np.abs(picture - self.before["fast"].picture).mean()))

    def score(self, source: Frame, painted: Frame) -> None:
        """Measure what was painted last."""
        self.scorer.add(source, {BASE: painted, **{name: state.picture for name, state in self.before.items()}})

    def _objectives(self, painted: Frame, warped: Frame, reliability: Frame) -> dict[str, float]:
        """The reference's objective on its own sequence: after its 30 iterations, and after some iterations from
        `steady`'s start.
        """
        fast, steady = METHODS["fast"], METHODS["steady"]
        goal = to_vgg(painted, self.painter.device)
        targets, before = Targets(goal, goal, goal), [self.painter.previous(warped, reliability)]
        judge = Objective(fast, self.painter.features(fast), targets, before)
        solving = Objective(fast, self.painter.features(steady), targets, before)
        path: list[torch.Tensor] = []

        def evaluate(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            path.append(x)
            return solving.evaluate(x)

        start = closed_form(fast, goal, before)
        curvature = known_curvature(replace(fast, preconditioned=True), start.numel(), before)
        path.append(minimise(evaluate, start, max(ITERATIONS), curvature=curvature))
        pictures = {"reference": self.before["fast"].picture}
        pictures |= {f"steady after {n}": from_vgg(path[n]) for n in ITERATIONS}
        # All as pictures: clipped to what can be shown.
        return {name: judge.value(to_vgg(picture, self.painter.device)) for name, picture in pictures.items()}

    def rows(self) -> list[table.Row]:
        """A row of figures for each sequence, of which the seconds are medians."""
        seconds = {name: {"painter": float(np.median(taken))} for name, taken in self.seconds.items()}
        return table.rows(self.scorer.scores(), BASE, seconds)


def misses(rows: list[table.Row], below: str, time_ratio: float) -> list[str]:
    """What `steady` and `fast` are to reach on this clip and do not, each in a few words."""
    means = {row["name"]: row["measures"] for row in rows}
    steady, fast = (
        {key: means[name][key] / base for key, base in means[BASE].items() if base} for name in ("steady", "fast")
    )
    reached, frames = map(int, below.split(" of "))
    wanted = {
        "steady's warping error at most 0.33": steady["warping_1"] <= 0.33,
        "steady's contrast within 2 %": abs(steady["contrast"] - 1) <= 0.02,
        "steady's sharpness at least 0.92": steady["sharpness"] >= 0.92,
        "steady's objective at or below the reference's on nine frames of ten": reached >= 0.9 * frames,
        "steady's time at most a third of the port's": time_ratio <= 1 / 3,
        "fast's warping error 0.44 within 15 %": abs(fast["warping_1"] / 0.44 - 1) <= 0.15,
        "fast's sharpness 0.75 within 15 %": abs(fast["sharpness"] / 0.75 - 1) <= 0.15,
    }
    return [name for name, holds in wanted.items() if not holds]


def ratio(values: np.ndarray) -> dict[str, float]:
    """The median of ratios, and their spread."""
    return {"median": float(np.median(values)), "least": float(values.min()), "most": float(values.max())}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--out", type=Path, default=Path("out/acceptance"))
    parser.add_argument("--clip", default="big-buck-bunny")
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--width", type=int, default=480)
    parser.add_argument("--style", default="starry-night")
    parser.add_argument("--port-every", type=int, default=6)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)

    clip = weights.locate(options.clip)
    frames = video.read_frames(clip, count=options.frames, width=options.width)
    fps = float(video.probe(clip).fps)
    run = Run(next(frames), Settings(style=options.style, working_width=0), fps)
    for index, frame in enumerate(tqdm(frames, total=options.frames - 1, desc="frames")):
        run.frame(frame, with_port=index % options.port_every == 0)
    rows = run.rows()
    below = {
        name: f"{sum(found[name] <= found['reference'] for found in run.objectives)} of {len(run.objectives)}"
        for name in run.objectives[0]
    }
    port, fast, steady = np.array(run.port_seconds).T
    summary = {
        "command": " ".join(["tests/bench/acceptance.py", *sys.argv[1:]]),
        "machine": f"{platform.machine()}, {devices.describe(run.painter.device)}",
        "features of steady": str(run.painter.feature_dtype(METHODS["steady"])),
        "versions": versions(),
        "rows": rows,
        "the reference's objective on its own sequence, frame by frame": run.objectives,
        "frames at or below the reference's after 30 iterations": below,
        "seconds of the plain port, fast, steady on the same frames": run.port_seconds,
        "steady's time / the plain port's": ratio(steady / port),
        "fast's time / the plain port's": ratio(fast / port),
        "largest mean difference of fast and the plain port": max(run.port_differences),
    }
    (options.out / "table.json").write_text(json.dumps(summary, indent=1))
    text = table.markdown(rows, BASE, {}, [f"# {options.clip}, {run.scorer.count} frames, {options.style}"])
    (options.out / "table.md").write_text(text)
    last = {INPUT: frame, BASE: run.painter.stylist.paint(frame, options.style)}
    last |= {name: state.picture for name, state in run.before.items()}
    cells = {name: [to_levels(picture)] for name, picture in last.items()}
    sheet.save(sheet.sheet(cells, [run.scorer.count - 1], fps), options.out / "sheet.png")
    print(text)
    missed = misses(rows, below[f"steady after {METHODS['steady'].iterations}"], float(np.median(steady / port)))
    print("missed: " + "; ".join(missed) if missed else "every figure is reached")
    print({key: value for key, value in summary.items() if key not in ("rows", "versions")})
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
