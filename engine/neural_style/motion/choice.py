"""Whether an OpenCL device warps in place of the native kernels: measured by `doctor`, once for a machine, and kept.

The engine only reads what doctor found; it touches no OpenCL driver that was not measured to work, to give the native
kernels' numbers, and to be clearly faster with all that it takes to bring the pictures there and back. Doctor measures
in a process of its own, for a broken driver may crash the process it is in.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from filelock import FileLock

from neural_style import __version__
from neural_style.door.folders import data_folder

#: By what factor OpenCL must be faster than the native kernels.
CLEARLY = 1.25

#: How far its numbers may be from theirs.
TOLERANCE = 1e-5

#: The size of what is measured: warp by Lanczos and reliability, as a frame of a film needs them.
_WIDTH, _HEIGHT, _ROUNDS = 960, 540, 5


@dataclass(frozen=True)
class Measured:
    """What was found on a machine.

    devices: every OpenCL device that there is, and what is wrong with it, or nothing.
    seconds: the least time a frame, by device, and under the name of what there is without OpenCL (native or torch).
    device:  the device that is clearly faster; empty where none is.
    """

    devices: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    device: str = ""


@cache
def chosen() -> str:
    """The OpenCL device that doctor found to be clearly faster here; empty where it found none, or has not looked."""
    try:
        answer = json.loads(_path().read_text())[_machine()]
        return str(Measured(**answer).device)
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def settle() -> Measured:
    """What was measured here: what is kept, where the devices are still the same; else measured now, and kept.

    Raises RuntimeError where the measuring process crashed or hung.
    """
    try:
        _path().parent.mkdir(parents=True, exist_ok=True)
        with FileLock(_path().with_suffix(".lock")):  # two at once would measure each other's load
            return _settle()
    except OSError:
        return _ask({})  # nowhere to remember: it counts for this report alone


def measure(known: dict[str, Any]) -> Measured:
    """Measure every device in this process, or give back what is known of the same devices."""
    from neural_style import motion
    from neural_style.motion import opencl_backend

    names = opencl_backend.device_names()
    if known and list(known["devices"]) == names:
        return Measured(**known)
    random = np.random.default_rng(0)
    image = random.random((_HEIGHT, _WIDTH, 3), dtype=np.float32)
    y, x = np.mgrid[:_HEIGHT, :_WIDTH].astype(np.float32)
    flow = np.stack((0.004 * (_HEIGHT / 2 - y) + 1.3, 0.004 * (x - _WIDTH / 2) - 0.7), axis=2).astype(np.float32)
    flow += random.normal(0, 0.02, flow.shape).astype(np.float32)  # so that all three codes occur
    reverse = -flow + random.normal(0, 0.3, flow.shape).astype(np.float32)

    def frame() -> tuple[Any, Any]:
        return motion.warp(image, flow, "lanczos4"), motion.reliability(flow, reverse)

    own = motion.without_opencl()
    os.environ[motion.BACKEND_VARIABLE] = own
    seconds: dict[str, float] = {own: float("inf")}
    expected, faults, works = frame(), dict.fromkeys(names, ""), {}
    for name in names:
        try:
            device = opencl_backend.open_device(name)
            found = device.warp(image, flow, "lanczos4"), device.reliability(flow, reverse)
        except Exception as error:  # whatever a driver does, the other devices are still to be tried
            faults[name] = str(error)
            continue
        apart = max(float(np.abs(a - b).max()) for a, b in zip(found, expected, strict=True))
        if not apart <= TOLERANCE:
            faults[name] = f"its numbers are {apart:.1e} from those of {own}"
            continue
        works[name] = device
        seconds[name] = float("inf")
    for _ in range(_ROUNDS if works else 0):
        start = perf_counter()
        frame()
        seconds[own] = min(seconds[own], perf_counter() - start)
        for name, device in works.items():
            start = perf_counter()
            device.warp(image, flow, "lanczos4"), device.reliability(flow, reverse)
            seconds[name] = min(seconds[name], perf_counter() - start)
    best = min(works, key=seconds.__getitem__, default="")
    faster = bool(best) and seconds[best] * CLEARLY < seconds[own]
    return Measured(faults, seconds if works else {}, best if faster else "")


def answer(known: str) -> None:
    """Print what `measure` finds, as JSON; known: as JSON, too."""
    print(json.dumps(asdict(measure(json.loads(known)))))


def _settle() -> Measured:
    try:
        answers = json.loads(_path().read_text())
        known = answers.get(_machine(), {})
    except (OSError, ValueError, AttributeError):
        answers, known = {}, {}
    found = _ask(known)
    if asdict(found) != known:
        answers[_machine()] = asdict(found)
        part = _path().with_suffix(".part")
        part.write_text(json.dumps(answers, indent=1))
        part.replace(_path())
        chosen.cache_clear()
    return found


def _ask(known: dict[str, Any]) -> Measured:
    """What a process of its own measures."""
    program = f"import sys; from {__name__} import answer; answer(sys.argv[1])"
    command = [sys.executable, "-c", program, json.dumps(known)]
    try:
        said = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=300,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RuntimeError("an OpenCL driver hung; the engine does without it") from error
    if said.returncode:
        last = (said.stderr.strip().splitlines() or [f"code {said.returncode}"])[-1]
        raise RuntimeError(f"an OpenCL driver crashed ({last}); the engine does without it")
    return Measured(**json.loads(said.stdout.strip().splitlines()[-1]))


def _path() -> Path:
    return data_folder() / "opencl.json"


def _machine() -> str:
    from neural_style import motion
    from neural_style.device import _processor

    return f"{_processor()}, neural-style {__version__}, {motion.without_opencl()}"
