"""Times taken in turns, so that a machine whose speed drifts drifts for all, and their ratios with spread."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time, sleep
from typing import NamedTuple

import torch


@dataclass(frozen=True)
class Spread:
    """What was measured several times: the median, the least and the most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: list[float]) -> "Spread":
        """The spread of at least one value."""
        return cls(median(values), min(values), max(values))


def synchronise(device: torch.device) -> None:
    """Wait until the device has done all that it was asked to: what is not done yet takes no time to ask for."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "xpu":
        torch.xpu.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


class Taken(NamedTuple):
    """Seconds by the clock, and of the processor: all threads' together, and not those of other processes."""

    clock: float
    processor: float


def taken(work: Callable[[], object], device: torch.device) -> Taken:
    """What some work takes, on the host and on the device, from an idle device to an idle device."""
    synchronise(device)
    clock, processor = perf_counter(), process_time()
    work()
    synchronise(device)
    return Taken(perf_counter() - clock, process_time() - processor)


def in_turns(
    candidates: Mapping[str, Callable[[], object]],
    rounds: int,
    device: torch.device,
    warm: bool = True,
    pause: float = 0.0,
) -> dict[str, list[float]]:
    """The seconds of each candidate by the clock, by name, one value a round; every other round goes backwards.

    warm: whether each runs once untimed before, so that what happens only once is not counted; pause: seconds before
    each.
    """
    if warm:
        for work in candidates.values():
            work()
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for turn in range(rounds):
        for name in list(candidates) if turn % 2 == 0 else list(candidates)[::-1]:
            sleep(pause)
            seconds[name].append(taken(candidates[name], device).clock)
    return seconds


def ratio(seconds: Mapping[str, list[float]], name: str, base: str) -> Spread:
    """One candidate's time as a share of another's, round by round."""
    return Spread.of([mine / theirs for mine, theirs in zip(seconds[name], seconds[base], strict=True)])
