"""The file in which pixels cross the door: a picture and planes beside it, mapped into memory, owned by this side."""

import itertools
import math
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from .door import planes as door_planes

#: A folder for all temporary files, if set.
TEMPORARY_VARIABLE = "NEURAL_STYLE_TEMPORARY"

#: Another name for each file: the other side may still have an old one open, and Windows minds.
_numbers = itertools.count(1)

_SHARED_MEMORY = Path("/dev/shm")


def folder() -> Path:
    """A new temporary folder, in memory where there is some to spare. The caller removes it.

    One that is given is removed by whoever gave it, also after this process was killed.
    """
    given = os.environ.get(TEMPORARY_VARIABLE)
    if given:
        return Path(tempfile.mkdtemp(prefix="neural-style-", dir=given))
    # Containers often have 64 MB there, and writing past the end of it kills the process.
    roomy = _SHARED_MEMORY.is_dir() and shutil.disk_usage(_SHARED_MEMORY).free > 1 << 30
    try:
        return Path(tempfile.mkdtemp(prefix="neural-style-", dir=_SHARED_MEMORY if roomy else None))
    except OSError:
        return Path(tempfile.mkdtemp(prefix="neural-style-"))


class PixelFile:
    """One picture of any size and its planes, in a file that is made anew when its size changes."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._map: np.memmap | None = None
        self._places: dict[str, door_planes.Place] = {}

    @property
    def path(self) -> str:
        """The file that holds the picture now."""
        return str(self._map.filename)

    def write(self, rgb: np.ndarray, planes: Mapping[str, np.ndarray], wanted: Sequence[str] = ()) -> None:
        """Put a picture, (H, W, 3), and planes of `door.planes.INPUTS` into the file, and leave room for others."""
        self._places = door_planes.places(*rgb.shape[:2], (*planes, *wanted))
        size = door_planes.size(self._places)
        if self._map is None or self._map.nbytes != size:
            self.close()
            name = self._place / f"pixels-{next(_numbers)}"
            self._map = np.memmap(name, np.float32, mode="w+", shape=size // np.float32().nbytes)
        for name, array in {"picture": rgb, **planes}.items():
            self._view(name)[...] = array
        self._map.flush()

    def read(self, name: str = "picture") -> np.ndarray:
        """A copy of the picture in the file, or of a plane."""
        return np.array(self._view(name))

    def _view(self, name: str) -> np.ndarray:
        offset, shape = self._places[name]
        start = offset // self._map.itemsize
        return self._map[start : start + math.prod(shape)].reshape(shape)

    def close(self) -> None:
        """Remove the file."""
        if self._map is not None:
            path = Path(self._map.filename)
            self._map = None
            path.unlink(missing_ok=True)
