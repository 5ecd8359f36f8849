"""One run of the benchmark: the parts that were asked for, and the machine's rates before and after each."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from neural_style import video
from neural_style.bench import clip, film, host, kernels, machine, painting, table
from neural_style.bench.floor import Rates, Work, operations, traffic
from neural_style.bench.timing import Spread
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Settings
from neural_style.methods import METHODS
from neural_style.painter import Painter
from neural_style.pixels import Frame, scaled

#: What a run leaves.
FILES = ("table.md", "bench.json")

Size = tuple[int, int]


@dataclass(frozen=True)
class Plan:
    """What to measure; as the arguments of `neural-style bench`. Sizes are (height, width)."""

    output: Path
    parts: Sequence[str]
    sizes: Sequence[Size]
    kernel_sizes: Sequence[Size]
    growth_sizes: Sequence[Size]
    rounds: int
    port_iterations: int
    clip: Path | None
    style: str
    growth_method: str
    growth_iterations: int
    frames: int
    nodes: int
    blender: Path | None
    quick: bool

    @property
    def growth(self) -> Settings:
        """What is painted where growth is measured."""
        return Settings(self.style, self.growth_method, iterations=self.growth_iterations, working_width=0)

    def sources(self, height: int, width: int, count: int = 0) -> list[Frame]:
        """So many frames; by default as many as there are rounds, and one before them."""
        count = count or max(2, self.rounds + 1)
        if self.clip is None:
            return clip.frames(height, width, count)
        found = [scaled(frame, (height, width)) for frame in video.read_frames(self.clip, count=count)]
        if len(found) < count:
            raise NeuralStyleError("the clip is too short", str(self.clip), f"give one of {count} frames at least")
        return found


def run(plan: Plan, command: str) -> str:
    """Measure, leave `FILES` in the plan's folder, and return the table. What is measured first is written first."""
    if plan.growth_method not in METHODS:
        raise NeuralStyleError("unknown method", plan.growth_method, f"choose from {', '.join(METHODS)}")
    os.environ.pop("NEURAL_STYLE_VGG19", None)  # the port has VGG-16
    plan.output.mkdir(parents=True, exist_ok=True)
    painter = Painter()
    dtypes = {torch.float32, *(painter.feature_dtype(METHODS[name]) for name in ("fast", "steady"))}
    ruler = machine.Ruler(painter.device, dtypes, plan.quick)
    found: dict[str, Any] = {"command": command, "machine": machine.describe(painter.device)}
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "painting": lambda: {"painting": [_painting(plan, painter, ruler, *size) for size in plan.sizes]},
        "kernels": lambda: {"kernels": [_kernels(plan, *size) for size in plan.kernel_sizes]},
        "flow": lambda: {"flow": [_flow(plan, *size) for size in plan.sizes]},
        "film": lambda: {"film": [_film(plan, painter, ruler, *size) for size in plan.sizes]},
        "host": lambda: {"host": host.transport(plan.sizes, plan.style, max(2, plan.rounds))},
        "pixels": lambda: {"pixels": host.pixels(plan.growth_sizes, plan.growth, frames=3)},
        "frames": lambda: {"frames": host.length(plan.growth_sizes[0], plan.growth, plan.frames)},
        "nodes": lambda: {"nodes": host.nodes(plan.growth_sizes[0], plan.growth, 3, plan.nodes)},
    }
    if plan.blender is not None:
        found["blender"] = host.blender_stages(plan.blender)
    for name in parts:
        if name in plan.parts:
            ruler.measure()
            found |= parts[name]()
            found["rates"] = _rates(ruler.measure())
            text = table.markdown(found)
            _leave(plan.output / FILES[0], text)
            _leave(plan.output / FILES[1], json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return text


def _painting(plan: Plan, painter: Painter, ruler: machine.Ruler, height: int, width: int) -> dict[str, Any]:
    """The painting part at one size, with its floors: the rates are measured anew right after it."""
    work = painting.Painting(painter, plan.style, plan.sources(height, width), plan.port_iterations)
    found = work.measure(plan.rounds)
    rounds = found["rounds"]
    reached = [line["iterations to the port's objective"] for line in rounds]
    known = sorted(count for count in reached if count is not None)
    rates = ruler.measure()
    found["iterations"] = work.iterations(known[len(known) // 2] if known else 0)
    least = work.work(found["iterations"])
    found["threads"] = torch.get_num_threads() if painter.device.type == "cpu" else None
    found["floor"] = {name: _floor(works, rates) for name, works in least.items()}
    found["share of the port's time"] = {
        kind: {name: vars(spread) for name, spread in painting.ratios(rounds, kind).items()}
        for kind in ("solver", "frame", "processor")
    }
    return found


def _floor(work: Sequence[Work], rates: Rates) -> dict[str, float]:
    """What is counted, and the seconds that it takes at least."""
    return {"operations": operations(work), "bytes": traffic(work), "seconds": rates.seconds(work)}


def _kernels(plan: Plan, height: int, width: int) -> dict[str, Any]:
    return kernels.measure(kernels.backends(), width, height, max(3, 3 * plan.rounds))


def _flow(plan: Plan, height: int, width: int) -> dict[str, Any]:
    seconds = painting.flow_rows(plan.sources(height, width), plan.rounds)
    return {"size": [width, height], "seconds": {name: vars(Spread.of(taken)) for name, taken in seconds.items()}}


def _film(plan: Plan, painter: Painter, ruler: machine.Ruler, height: int, width: int) -> dict[str, Any]:
    return film.measure(painter, plan.style, plan.sources(height, width, max(4, 2 * plan.rounds)), ruler)


def _rates(rates: Rates) -> dict[str, Any]:
    return {
        "operations a second": {str(dtype).removeprefix("torch."): rate for dtype, rate in rates.operations.items()},
        "bytes a second": rates.bandwidth,
    }


def _leave(path: Path, text: str) -> None:
    """Write a file that has its name only when it is whole."""
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
