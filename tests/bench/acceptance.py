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
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np
import torch
from plain_port import PlainPort
from tqdm import tqdm

from neural_style import device as devices
from neural_style import motion, video, weights
from neural_style.cache import State
from neural_style.doctor import versions
from neural_style.evaluation import Measures, Ruler
from neural_style.methods import METHODS, Method
from neural_style.objective import Objective, Previous, closed_form
from neural_style.painter import Painter
from neural_style.pixels import Frame, from_vgg, to_vgg
from neural_style.solver import minimise

#: `steady` with other numbers of iterations too, to see what they buy.
ITERATIONS = (6, 8, 10)

ROWS: dict[str, Method] = {
    **{name: METHODS[name] for name in ("blend", "fast", "steady")},
    **{
        f"steady, {n} iterations": METHODS["steady"].adjusted(iterations=n)
        for n in (6, 10)
        if n != METHODS["steady"].iterations
    },
}


class Run:
    """All the sequences, frame after frame."""

    def __init__(self, source: list[Frame], style: str) -> None:
        self.source, self.style = source, style
        self.painter = Painter()
        self.port = PlainPort(weights.tensors("vgg16"))
        self.johnson = [self.painter.stylist.paint(frame, style) for frame in tqdm(source, desc="transformer")]
        first = State(source[0], self.johnson[0], self.johnson[0])
        self.states = {name: [first] for name in ROWS}
        self.seconds: dict[str, list[float]] = {name: [] for name in ROWS}
        self.objectives: list[dict[str, float]] = []
        self.port_seconds: list[tuple[float, float, float]] = []
        self.port_differences: list[float] = []

    def frame(self, index: int, with_port: bool) -> None:
        """Paint frame `index` by every method, each on its own sequence."""
        source, before = self.source[index], self.source[index - 1]
        for name, method in ROWS.items():
            start = perf_counter()
            state, _ = self.painter.paint(source, self.style, method, previous=self.states[name][-1])
            self.seconds[name].append(perf_counter() - start)
            self.states[name].append(state)
        start = perf_counter()
        painted = self.painter.stylist.paint(source, self.style)
        flow, reverse = self.painter.flow(source, before), self.painter.flow(before, source)
        reliability = motion.reliability(flow, reverse)
        warped = motion.warp(self.states["fast"][-2].picture, flow)
        prepared = perf_counter() - start
        self.objectives.append(self._objectives(painted, warped, reliability))
        if with_port:
            start = perf_counter()
            picture, _ = self.port.paint(painted, warped, reliability)
            took = prepared + perf_counter() - start
            self.port_seconds.append((took, self.seconds["fast"][-1], self.seconds["steady"][-1]))
            self.port_differences.append(float(np.abs(picture - self.states["fast"][-1].picture).mean()))

    def _objectives(self, painted: Frame, warped: Frame, reliability: Frame) -> dict[str, float]:
        """The reference's objective on its own sequence: after its 30 iterations, and after some iterations from
        `steady`'s start.
        """
        fast, steady, device = METHODS["fast"], METHODS["steady"], self.painter.device
        goal = to_vgg(painted, device)
        before = Previous(to_vgg(warped, device), torch.from_numpy(reliability).to(device)[None, None])
        judge = Objective(fast, self.painter.features(fast), goal, goal, before)
        solving = Objective(fast, self.painter.features(steady), goal, goal, before)
        path: list[torch.Tensor] = []

        def gradient(x: torch.Tensor) -> torch.Tensor:
            path.append(x)
            return solving.gradient(x)

        path.append(minimise(gradient, closed_form(fast, goal, before), max(ITERATIONS)))
        pictures = {"reference": self.states["fast"][-1].picture}
        pictures |= {f"steady after {n}": from_vgg(path[n]) for n in ITERATIONS}
        # All as pictures: clipped to what can be shown.
        return {name: judge.value(to_vgg(picture, device)) for name, picture in pictures.items()}

    def rows(self) -> dict[str, dict[str, float]]:
        """A row of figures by name."""
        ruler = Ruler(self.source)
        clips = {"input": self.source, "johnson": self.johnson}
        clips |= {name: [state.picture for state in states] for name, states in self.states.items()}
        base = ruler.measure(self.johnson)
        return {
            name: {
                **figures(ruler.measure(clip), base),
                "distance_to_T": float(np.square(np.stack(clip) - np.stack(self.johnson)).mean()),
                "seconds_a_frame": float(np.median(self.seconds[name])) if name in self.seconds else None,
            }
            for name, clip in clips.items()
        }


def figures(found: Measures, base: Measures) -> dict[str, float]:
    """Warping error, contrast and sharpness, and what they are of the per-frame transformer's."""
    values = vars(found)
    return values | {f"{name}_ratio": value / getattr(base, name) for name, value in values.items()}


def table(rows: dict[str, dict[str, float]]) -> str:
    """The rows in Markdown."""
    lines = [
        "| | warping error | × T's | contrast × T's | sharpness × T's | distance to T | seconds a frame |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {r['warping_error']:.5f} | {r['warping_error_ratio']:.3f} | {r['contrast_ratio']:.3f} "
        f"| {r['sharpness_ratio']:.3f} | {r['distance_to_T']:.5f} | {seconds(r['seconds_a_frame'])} |"
        for name, r in rows.items()
    ]
    return "\n".join(lines)


def misses(rows: dict[str, dict[str, float]], below: str, time_ratio: float) -> list[str]:
    """What `steady` and `fast` are to reach on this clip and do not, each in a few words."""
    steady, fast = rows["steady"], rows["fast"]
    reached, frames = map(int, below.split(" of "))
    wanted = {
        "steady's warping error at most 0.33": steady["warping_error_ratio"] <= 0.33,
        "steady's contrast within 2 %": abs(steady["contrast_ratio"] - 1) <= 0.02,
        "steady's sharpness at least 0.92": steady["sharpness_ratio"] >= 0.92,
        "steady's objective at or below the reference's on nine frames of ten": reached >= 0.9 * frames,
        "steady's time at most a third of the port's": time_ratio <= 1 / 3,
        "fast's warping error 0.44 within 15 %": abs(fast["warping_error_ratio"] / 0.44 - 1) <= 0.15,
        "fast's sharpness 0.75 within 15 %": abs(fast["sharpness_ratio"] / 0.75 - 1) <= 0.15,
    }
    return [name for name, holds in wanted.items() if not holds]


def ratio(values: np.ndarray) -> dict[str, float]:
    """The median of ratios, and their spread."""
    return {"median": float(np.median(values)), "least": float(values.min()), "most": float(values.max())}


def seconds(value: float | None) -> str:
    """Seconds with two places; a dash where there are none."""
    return "–" if value is None else f"{value:.2f}"


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
    run = Run(list(video.read_frames(clip, count=options.frames, width=options.width)), options.style)
    for index in tqdm(range(1, len(run.source)), desc="frames"):
        run.frame(index, with_port=(index - 1) % options.port_every == 0)
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
    (options.out / "table.md").write_text(table(rows) + "\n")
    last = np.vstack(
        [
            np.hstack([a, b])
            for a, b in (
                (run.source[-1], run.johnson[-1]),
                (run.states["blend"][-1].picture, run.states["fast"][-1].picture),
                (run.states["steady"][-2].picture, run.states["steady"][-1].picture),
            )
        ]
    )
    cv2.imwrite(str(options.out / "sheet.png"), (last[..., ::-1] * 255).round().astype(np.uint8))
    print(table(rows))
    missed = misses(rows, below["steady after 10"], float(np.median(steady / port)))
    print("missed: " + "; ".join(missed) if missed else "every figure is reached")
    print({key: value for key, value in summary.items() if key not in ("rows", "versions")})
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
