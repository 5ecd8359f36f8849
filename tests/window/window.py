"""What walks in a real window share: checks that are counted, and a measure of how long the interface is blocked."""

import importlib
import time

import bpy
import numpy as np

MODULE = "bl_ext.user_default.neural_style"

_STARTED = time.monotonic()

#: What did not hold.
failures: list[str] = []


def part(name: str):
    """A module of the extension."""
    return importlib.import_module(f"{MODULE}.{name}")


def check(what: str, holds: bool) -> None:
    """Note whether something holds."""
    print(f"[{time.monotonic() - _STARTED:.0f}] {'ok  ' if holds else 'FAIL'} {what}", flush=True)
    if not holds:
        failures.append(what)


class Beat:
    """Measures how long the interface is blocked: by a timer that is due every hundredth of a second."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self._last = 0.0
        self._on = False

    def __enter__(self) -> "Beat":
        self._on, self._last = True, time.monotonic()
        bpy.app.timers.register(self._tick)
        return self

    def __exit__(self, *_) -> None:
        self._on = False

    def rest(self) -> None:
        """What was done just now does not count."""
        self._last = time.monotonic()

    def _tick(self) -> float | None:
        now = time.monotonic()
        self.gaps.append(now - self._last)
        self._last = now
        return 0.01 if self._on else None

    def summary(self) -> dict[str, float]:
        """In milliseconds."""
        gaps = 1000 * np.array(self.gaps[1:] or [0.0])
        return {
            "longest": round(float(gaps.max()), 1),
            "99.9 %": round(float(np.quantile(gaps, 0.999)), 1),
            "median": round(float(np.median(gaps)), 1),
            "over 100 ms": int((gaps > 100).sum()),
            "ticks": len(gaps),
        }


def editor() -> dict:
    """The context of the compositor's editor."""
    window = bpy.context.window_manager.windows[0]
    area = next(area for area in window.screen.areas if area.type == "NODE_EDITOR")
    region = next(region for region in area.regions if region.type == "WINDOW")
    return {"window": window, "area": area, "region": region}


def until(holds, seconds: float):
    """Wait, without blocking, until something holds."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        yield 0.1
