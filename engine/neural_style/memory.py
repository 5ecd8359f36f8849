"""How much memory a solve takes, how much the device has, and so how many rows of features are computed at a time.

Decided by what the device has in all, not by what is free at the moment: rows change the last bits of a picture, and a
worker that is started again is to paint the same one.
"""

import os
from collections.abc import Callable
from typing import TypeVar

import torch

from neural_style import device as devices
from neural_style.door.errors import NeuralStyleError

_Result = TypeVar("_Result")

#: The memory that may be used, in gigabytes (10⁹ bytes), where that is less than the device has.
VARIABLE = "NEURAL_STYLE_MEMORY_GB"

#: The share of the device's memory that a solve may take: the rest is the other networks', the system's and Blender's.
_SHARE = 0.6

#: Bytes a pixel of the frame, as measured (docs/measurements.md, "Memory"): of an evaluation of the objective over
#: whole features, and of what is kept of it where they are computed by bands; and a pixel of a band. In float32.
_WHOLE, _KEPT, _BAND = 2000, 280, 1700

#: The same in bfloat16, as a share: Gram matrices are made of float32 copies.
_BFLOAT16_SHARE = 0.75

#: How many pictures a solve has at a time, beside the pairs that L-BFGS remembers: targets, the steps' own, transients.
_PICTURES = 16

#: Rows of a band: with less, most of the work is done twice; more hardly saves any.
_LEAST_ROWS, _MOST_ROWS = 16, 256


def needed(height: int, width: int, iterations: int, dtype: torch.dtype, rows: int | None) -> int:
    """Bytes that a solve takes, about, on a frame: features of this format whole, or by bands of so many rows."""
    share = _BFLOAT16_SHARE if dtype == torch.bfloat16 else 1.0
    pictures = 3 * 4 * (_PICTURES + 2 * min(iterations, 100)) * height * width
    features = _WHOLE * height if rows is None else _KEPT * height + _BAND * min(rows, height)
    return int(pictures + share * features * width)


def rows(height: int, width: int, iterations: int, dtype: torch.dtype, device: torch.device) -> int | None:
    """How many rows of features are computed at a time on this device; None for all, which is fastest.

    At least 16, whether they fit or not.
    """
    allowed = _SHARE * limit(device)
    if needed(height, width, iterations, dtype, None) <= allowed:
        return None
    found = _MOST_ROWS
    while found > _LEAST_ROWS and needed(height, width, iterations, dtype, found) > allowed:
        found //= 2
    return found


def limit(device: torch.device) -> float:
    """The bytes of memory that there are for the engine: the device's, or $NEURAL_STYLE_MEMORY_GB if that is less."""
    given = os.environ.get(VARIABLE)
    if not given:
        return devices.memory(device)
    try:
        gigabytes = float(given)
    except ValueError:
        gigabytes = 0.0
    if not gigabytes > 0:
        raise NeuralStyleError(f"{VARIABLE} is no number of gigabytes above 0", given, "give one, such as 6")
    return min(1e9 * gigabytes, devices.memory(device))


def within(
    rows: int | None, height: int, work: Callable[[int | None], _Result], let_go: Callable[[], None] = lambda: None
) -> _Result:
    """What some work gives with so many rows at a time; with half as many, and so on, where memory runs out.

    let_go: gives back what is only kept for later. Raises torch.OutOfMemoryError where the least are too many.
    """
    while True:
        try:
            return work(rows)
        except torch.OutOfMemoryError:
            if rows is not None and rows <= _LEAST_ROWS:
                raise
        # Here, since the error held on to what was computed.
        let_go()
        devices.empty_cache()
        rows = max(_LEAST_ROWS, (min(_MOST_ROWS, height) if rows is None else rows) // 4 * 2)
