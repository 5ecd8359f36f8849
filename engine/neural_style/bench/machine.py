"""The machine that is measured: what it is, and how fast it computes and moves what it computes with."""

import os
import platform
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
import torch.nn.functional as F

from neural_style import device as devices
from neural_style import motion
from neural_style.bench.floor import Rates
from neural_style.bench.timing import synchronise
from neural_style.doctor import versions

#: Channels and side of the convolutions that are tried on a processor; the fastest counts. As in VGG's blocks.
_CONVOLUTIONS = ((64, 192), (128, 128), (256, 96), (512, 48))

#: The same on a GPU, which larger ones keep busy.
_LARGE_CONVOLUTIONS = ((128, 512), (256, 384), (512, 256), (512, 128))


def describe(device: torch.device) -> dict[str, Any]:
    """The machine, its load, and the versions of what runs on it."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "system": platform.platform(terse=True),
        "processor": devices._processor(),
        "cores": os.cpu_count(),
        "load at the start": None if load is None else round(load, 2),
        "memory, GB": round(devices.memory(torch.device("cpu")) / 1e9, 1),
        "device": devices.describe(device),
        "threads": torch.get_num_threads(),
        "fast bfloat16": devices.bfloat16_is_fast(device),
        "warp": motion.backend(),
        "versions": versions(),
    }


class Ruler:
    """Measures rates, again and again over a run, and keeps the best: the least time is what a good moment gives."""

    def __init__(self, device: torch.device, dtypes: Iterable[torch.dtype], small: bool = False) -> None:
        """small: with little work, for runs that have to be quick: the rates come out too low."""
        self.device, self.small = device, small
        self.operations: dict[torch.dtype, float] = dict.fromkeys(dtypes, 0.0)
        self.bandwidth = 0.0

    @property
    def rates(self) -> Rates:
        """The best so far."""
        return Rates(dict(self.operations), self.bandwidth)

    def measure(self, repeats: int = 3) -> Rates:
        """Measure once more; the best so far."""
        with torch.inference_mode():
            for dtype in self.operations:
                for operations, work in [*self._convolutions(dtype), self._product(dtype)]:
                    rate = operations / self._least(work, repeats)
                    self.operations[dtype] = max(self.operations[dtype], rate)
            count = (16 if self.small else 256) << 20
            here = torch.ones(count // 4, device=self.device)
            there = torch.empty_like(here)
            seconds = self._least(lambda: there.copy_(here), repeats)
            self.bandwidth = max(self.bandwidth, 2 * count / seconds)
        return self.rates

    def _convolutions(self, dtype: torch.dtype) -> Iterable[tuple[float, Callable[[], object]]]:
        shapes = _CONVOLUTIONS if self.device.type == "cpu" else _LARGE_CONVOLUTIONS
        for channels, side in shapes[-1:] if self.small else shapes:
            x = torch.ones(1, channels, side, side, dtype=dtype, device=self.device)
            weight = torch.ones(channels, channels, 3, 3, dtype=dtype, device=self.device)
            for layout in (torch.channels_last, torch.contiguous_format):
                x, weight = (tensor.contiguous(memory_format=layout) for tensor in (x, weight))

                def work(x: torch.Tensor = x, weight: torch.Tensor = weight) -> object:
                    return F.conv2d(x, weight, padding=1)

                yield 2 * 9 * channels**2 * side**2, work

    def _product(self, dtype: torch.dtype) -> tuple[float, Callable[[], object]]:
        side = 512 if self.small else 1536 if self.device.type == "cpu" else 8192
        a = torch.ones(side, side, dtype=dtype, device=self.device)
        return 2 * side**3, lambda: a @ a

    def _least(self, work: Callable[[], object], repeats: int) -> float:
        """The least time of some; on a device whose queue has to be filled, of several at once."""
        at_once = 1 if self.device.type == "cpu" else 10
        work()
        least = float("inf")
        for _ in range(repeats):
            synchronise(self.device)
            start = perf_counter()
            for _ in range(at_once):
                work()
            synchronise(self.device)
            least = min(least, (perf_counter() - start) / at_once)
        return least


def peak_memory(process: int) -> dict[str, float]:
    """A process's memory in MB, now and at most, as Linux tells it; empty where nothing does."""
    found: dict[str, float] = {}
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            for name, key in (("VmRSS:", "now"), ("VmHWM:", "peak")):
                if line.startswith(name):
                    found[key] = int(line.split()[1]) / 1024
    return found
