"""Warp and reliability by every backend that works here, against OpenCV's `remap` and NumPy.

Every round calls every backend once, in an order that changes, so that the load of the machine meets all alike; what
counts are the ratios within a round, of the time by the clock and of the processor's, which other programs hardly
touch. The floor is what the bytes alone would take: every array read or written once, at the rate at which the same
round copied memory.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter, process_time
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from tabulate import tabulate

from neural_style import motion
from neural_style.bench import opencv_chain
from neural_style.door.errors import NeuralStyleError

Array = NDArray[np.float32]

#: What is measured: its name, and the bytes a pixel that it must read and write (three channels, float32).
KERNELS = {"warp bilinear": 4 * (3 + 2 + 3), "warp lanczos4": 4 * (3 + 2 + 3), "reliability": 4 * (2 + 2 + 1)}

#: A frame's chain, as sums of the above.
CHAINS = {
    "bilinear + reliability": ("warp bilinear", "reliability"),
    "lanczos4 + reliability": ("warp lanczos4", "reliability"),
}

#: The name of what all are held against.
YARDSTICK = "opencv + numpy"


class Backend(Protocol):
    """What is measured; see `neural_style.motion.warp` for the functions."""

    def warp(self, image: Array, flow: Array, kernel: motion.Kernel) -> Array:
        """The image moved along the flow."""
        ...

    def reliability(self, flow: Array, reverse: Array) -> Array:
        """Where the flow can be trusted."""
        ...


class Yardstick:
    """OpenCV and NumPy."""

    def warp(self, image: Array, flow: Array, kernel: motion.Kernel) -> Array:
        """See `Backend`."""
        return opencv_chain.warp(image, flow, kernel)

    def reliability(self, flow: Array, reverse: Array) -> Array:
        """See `Backend`."""
        return opencv_chain.reliability(flow, reverse)


class Forced:
    """A backend as the engine calls it, with all that it takes to bring the arrays there and back."""

    def __init__(self, name: str) -> None:
        self.name = name

    def warp(self, image: Array, flow: Array, kernel: motion.Kernel) -> Array:
        """See `Backend`."""
        with self._forced():
            return motion.warp(image, flow, kernel)

    def reliability(self, flow: Array, reverse: Array) -> Array:
        """See `Backend`."""
        with self._forced():
            return motion.reliability(flow, reverse)

    @contextmanager
    def _forced(self) -> Iterator[None]:
        before = os.environ.get(motion.BACKEND_VARIABLE)
        os.environ[motion.BACKEND_VARIABLE] = self.name
        try:
            yield
        finally:
            os.environ.pop(motion.BACKEND_VARIABLE)
            if before is not None:
                os.environ[motion.BACKEND_VARIABLE] = before


def backends(leave_out: Iterable[str] = ()) -> dict[str, Backend]:
    """What works here, native or torch first."""
    found: dict[str, Backend] = {YARDSTICK: Yardstick()}
    tiny = np.zeros((2, 2, 2), np.float32)
    for name in ("native", "torch", "opencl"):
        if name in leave_out:
            continue
        try:
            Forced(name).warp(tiny, tiny, "bilinear")
        except NeuralStyleError as error:
            print(f"{name}: left out, {error}")
        else:
            found[name] = Forced(name)
    return found


@dataclass(frozen=True)
class Case:
    """Something to move: an image (H, W, 3) in [0, 1], and the flow there and back (H, W, 2) in pixels."""

    image: Array
    flow: Array
    reverse: Array


def case(height: int, width: int) -> Case:
    """A textured picture that turns slowly, and a block in it that moves otherwise: smooth flow, edges, occlusion."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    image = random.random((height, width, 3), dtype=np.float32)
    flow = np.stack((0.004 * (height / 2 - y) + 1.3, 0.004 * (x - width / 2) - 0.7), -1).astype(np.float32)
    flow[height // 4 : height // 2, width // 3 : width // 2] = (7.25, -3.5)
    flow += random.normal(0, 0.01, flow.shape).astype(np.float32)
    reverse = cv2.remap(-flow, x - flow[..., 0], y - flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return Case(image, np.ascontiguousarray(flow), np.ascontiguousarray(reverse))


@dataclass
class Series:
    """What the rounds of one kernel on one backend took: seconds by the clock, and of the processor."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def measure(
    found: dict[str, Backend],
    width: int = 1920,
    height: int = 1080,
    rounds: int = 15,
    progress: Callable[[range], Iterable[int]] = iter,
) -> dict[str, Any]:
    """Measure backends (`backends`) on pictures of one size; a report that JSON can hold (`table` shows it).

    progress: wraps the rounds, as tqdm does.
    """
    given = case(height, width)
    pairs = [(kernel, name) for kernel in KERNELS for name in found]
    series = {pair: Series() for pair in pairs}
    apart = _differences(found, given)  # and every backend is warm
    rates = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for index in progress(range(rounds)):
            rates.append(_copy_rate(pool, 12 * height * width))
            for kernel, name in pairs if index % 2 else reversed(pairs):
                clock, processor = perf_counter(), process_time()
                _call(found[name], kernel, given)
                series[kernel, name].clock.append(perf_counter() - clock)
                series[kernel, name].processor.append(process_time() - processor)
    for chain, parts in CHAINS.items():
        for name in found:
            of = [series[part, name] for part in parts]
            series[chain, name] = Series(
                [sum(values) for values in zip(*(s.clock for s in of), strict=True)],
                [sum(values) for values in zip(*(s.processor for s in of), strict=True)],
            )
    return {
        "width": width,
        "height": height,
        "rounds": rounds,
        "copy_gigabytes_a_second": _spread([clock / 1e9 for clock, _ in rates]),
        "copy_gigabytes_a_processor_second": _spread([processor / 1e9 for _, processor in rates]),
        "largest_difference": apart,
        "rows": list(_rows(series, list(found), rates, height * width)),
    }


def table(report: dict[str, Any]) -> str:
    """The report's rows as Markdown."""
    rows = [
        (
            row["kernel"],
            row["backend"],
            f"{1e3 * row['seconds']['median']:.1f}",
            _written(row["speed"]),
            _written(row["speed_by_processor_time"]),
            f"{1e3 * row['processor_seconds']['median']:.1f}",
            _written(row["times_the_floor"]),
            _written(row["times_the_floor_by_processor_time"]),
        )
        for row in report["rows"]
    ]
    heads = ["kernel", "backend", "ms", f"× {YARDSTICK}", "by processor time", "processor ms", "× the floor"]
    heads.append("by processor time")
    return str(tabulate(rows, heads, tablefmt="github", disable_numparse=True))


def _call(backend: Backend, kernel: str, given: Case) -> Array:
    if kernel == "reliability":
        return backend.reliability(given.flow, given.reverse)
    return backend.warp(given.image, given.flow, "lanczos4" if kernel.endswith("lanczos4") else "bilinear")


def _copy_rate(pool: ThreadPoolExecutor, count: int) -> tuple[float, float]:
    """Bytes a second, read and written, of copying `count` bytes (a picture's) in one band per core.

    By the clock, and by the processor's time.
    """
    source, target = np.zeros(count // 4, np.float32), np.ones(count // 4, np.float32)
    bands = list(zip(*(np.array_split(a, os.cpu_count() or 1) for a in (target, source)), strict=True))
    clocks, processors = [], []
    for _ in range(3):
        clock, processor = perf_counter(), process_time()
        list(pool.map(lambda band: np.copyto(*band), bands))
        clocks.append(perf_counter() - clock)
        processors.append(process_time() - processor)
    return 2 * source.nbytes / min(clocks), 2 * source.nbytes / min(processors)


def _differences(found: dict[str, Backend], given: Case) -> dict[str, dict[str, float]]:
    """How far each backend is from the native kernels (the first that is ours), at most."""
    first = next(name for name in found if name != YARDSTICK)
    apart: dict[str, dict[str, float]] = {name: {} for name in found if name != first}
    for kernel in KERNELS:
        expected = _call(found[first], kernel, given)
        for name in apart:
            apart[name][kernel] = float(np.abs(_call(found[name], kernel, given) - expected).max())
    return apart


def _rows(
    series: dict[tuple[str, str], Series], names: list[str], rates: list[tuple[float, float]], pixels: int
) -> Iterator[dict[str, Any]]:
    for kernel in (*KERNELS, *CHAINS):
        size = pixels * sum(KERNELS[part] for part in CHAINS.get(kernel, (kernel,)))
        plain = series[kernel, YARDSTICK]
        for name in names:
            own = series[kernel, name]
            yield {
                "kernel": kernel,
                "backend": name,
                "seconds": _spread(own.clock),
                "speed": _spread([a / b for a, b in zip(plain.clock, own.clock, strict=True)]),
                "speed_by_processor_time": _spread(
                    [a / max(b, 1e-9) for a, b in zip(plain.processor, own.processor, strict=True)]
                ),
                "bytes": size,
                "processor_seconds": _spread(own.processor),
                "floor_seconds": size / max(clock for clock, _ in rates),
                "times_the_floor": _spread([t * clock / size for t, (clock, _) in zip(own.clock, rates, strict=True)]),
                "times_the_floor_by_processor_time": _spread(
                    [t * processor / size for t, (_, processor) in zip(own.processor, rates, strict=True)]
                ),
            }


def _spread(values: list[float]) -> dict[str, float]:
    """The median, and what a tenth of the values is below and above."""
    low, median, high = (float(value) for value in np.quantile(values, (0.1, 0.5, 0.9)))
    return {"median": median, "low": low, "high": high}


def _written(spread: dict[str, float]) -> str:
    return f"{spread['median']:.1f} ({spread['low']:.1f} … {spread['high']:.1f})"
