"""The file in which pixels cross the door: float32 (H, W, 3), mapped into memory, owned by this side."""

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np

#: A folder for all temporary files, if set.
TEMPORARY_VARIABLE = "NEURAL_STYLE_TEMPORARY"

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
    """One picture of any size, in a file that is made anew when the size changes."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._count = 0
        self._map: np.memmap | None = None

    @property
    def path(self) -> str:
        """The file that holds the picture now."""
        return str(self._map.filename)

    def write(self, rgb: np.ndarray) -> None:
        """Put a picture, (H, W, 3), into the file."""
        if self._map is None or self._map.shape != rgb.shape:
            self.close()
            # Another name each time: the other side may still have the old one open, and Windows minds.
            self._count += 1
            self._map = np.memmap(self._place / f"pixels-{self._count}", np.float32, mode="w+", shape=rgb.shape)
        self._map[...] = rgb
        self._map.flush()

    def read(self) -> np.ndarray:
        """A copy of the picture in the file."""
        return np.array(self._map)

    def close(self) -> None:
        """Remove the file."""
        if self._map is not None:
            path = Path(self._map.filename)
            self._map = None
            path.unlink(missing_ok=True)
