"""What walks in a real window share: checks that are counted, pictures, and how long the interface is blocked.

A walk is a generator: it yields the seconds to wait until it goes on.
"""

import hashlib
import importlib
import json
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np

MODULE = "bl_ext.user_default.neural_style"

_STARTED = time.monotonic()

#: Where pictures and what was measured go, and the clip to walk with.
OUT, CLIP = (Path(path) for path in sys.argv[sys.argv.index("--") + 1 :][:2])

#: What did not hold.
failures: list[str] = []

#: What was measured.
said: dict = {}


def part(name: str):
    """A module of the extension."""
    return importlib.import_module(f"{MODULE}.{name}")


def check(what: str, holds: bool) -> None:
    """Note whether something holds."""
    print(f"[{time.monotonic() - _STARTED:.0f}] {'ok  ' if holds else 'FAIL'} {what}", flush=True)
    if not holds:
        failures.append(what)


def picture(name: str) -> None:
    """A picture of the whole screen."""
    subprocess.run(["import", "-window", "root", str(OUT / f"{name}.png")], check=False)


def dismiss() -> None:
    """Close a menu, or the splash, that would cover the rest."""
    subprocess.run(["xdotool", "mousemove", "1450", "700", "key", "Escape"], check=False)


def files(folder: str) -> list[Path]:
    """A render's files, in order."""
    return sorted((OUT / folder).glob("*.exr"))


def digest(folder: str) -> list[str]:
    """The pixels of a render's files, in short; what else they hold is when and how long they were rendered."""
    return [hashlib.sha256(part("exr").read(path).tobytes()).hexdigest() for path in files(folder)]


def rendered(folder: str, animation: bool = True, seconds: float = 900):
    """Render in the window, to files in a folder, and wait until that is over."""
    bpy.context.scene.render.filepath = f"{OUT / folder}/"
    bpy.ops.render.render("INVOKE_DEFAULT", animation=animation)
    yield 2
    yield from over(seconds)
    yield 2


def rendered_still():
    """Render the present frame in the window, and save what is shown then to the folder `still`."""
    yield from rendered("still", animation=False)
    (OUT / "still").mkdir()
    bpy.data.images["Render Result"].save_render(str(OUT / "still" / "1.exr"))


def in_a_slow_frame(node):
    """Begin a render whose frames take minutes, and wait until the second is being painted."""
    node.method, node.iterations = "steady", 20000
    bpy.context.scene.render.filepath = f"{OUT / 'slow'}/"
    bpy.ops.render.render("INVOKE_DEFAULT", animation=True)
    yield 2
    yield from until(lambda: files("slow"), 120)
    yield 2
    painting = part("render").is_rendering() and _engine().poll() is None
    check("the second frame is being painted", painting)


def _engine() -> subprocess.Popen:
    return part("render")._worker._process._child


def over(seconds: float = 900):
    """Wait until no render is under way."""
    yield from until(lambda: not part("render").is_rendering(), seconds)


def by_command_line(blend: Path, folder: str):
    """Render a file in a Blender without a window, and wait for it."""
    command = [bpy.app.binary_path, "-b", str(blend), "--addons", MODULE, "-o", f"{OUT / folder}/", "-a"]
    with (OUT / f"{folder}.log").open("w") as log:
        line = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    yield from until(lambda: line.poll() is not None, 900)
    check("the command line renders", line.returncode == 0)


def escaped() -> Iterator[float]:
    """Press Esc in the render's window, and see that it stops soon, and the engine with it."""
    child = _engine()
    find = ["xdotool", "search", "--onlyvisible", "--name", "Blender Render", "windowfocus", "--sync", "key", "Escape"]
    start = time.monotonic()
    subprocess.Popen(find)
    yield from over(20)
    said["seconds from Esc to the end"] = round(time.monotonic() - start, 2)
    check("Esc stops the render within a second", said["seconds from Esc to the end"] < 1)
    check("and the engine with it", child.poll() is not None)


def walk(steps: Iterator[float]) -> None:
    """Go, until the walk is over: leaves `walk.json`, and the exit status 0 where all checks held."""

    def go() -> float | None:
        try:
            return next(steps)
        except StopIteration:
            pass
        except Exception:
            traceback.print_exc()
            failures.append("it ended in the middle")
        (OUT / "walk.json").write_text(json.dumps({"failures": failures, **said}, indent=2) + "\n")
        sys.stdout.flush()
        part("bake_ui").end()
        part("render").stop_worker()
        os._exit(len(failures) > 0)

    bpy.app.timers.register(go, first_interval=3, persistent=True)


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


def area(kind: str):
    """The first area of a kind."""
    return next(area for area in bpy.context.window_manager.windows[0].screen.areas if area.type == kind)


def editor(kind: str = "NODE_EDITOR") -> dict:
    """The context of the first area of a kind."""
    place = area(kind)
    region = next(region for region in place.regions if region.type == "WINDOW")
    return {"window": bpy.context.window_manager.windows[0], "area": place, "region": region}


def until(holds, seconds: float):
    """Wait, without blocking, until something holds."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        yield 0.1
