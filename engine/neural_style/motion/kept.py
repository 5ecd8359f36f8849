"""Optical flow that is kept on disk: another style on the same clip needs none estimated."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from time import time

import cv2
import numpy as np
from numpy.typing import NDArray

from neural_style import digests
from neural_style.cache import cache_folder, derived_key
from neural_style.door.errors import NeuralStyleError
from neural_style.motion.flow import FlowEstimator

#: Changed whenever the same key would name another flow than before.
VERSION = 1

#: KITTI's format: 16 bits a value, 64 steps a pixel around 2¹⁵; so motions up to 512 px, to 1/128 px.
STEPS, ZERO = 64, 2**15

#: What a folder may take by default, in gigabytes; a minute of 640×480 at 25 frames a second takes about one.
_GIGABYTES = "20"


class KeptFlow:
    """A flow estimator that keeps what the one inside it estimates, and rounds it to what can be kept.

    Rounded always, not only where it comes from the disk: so the same pair of frames always has the same flow. Its
    name differs from that of the estimator inside for that reason.

    folder: where the files go, `flow` in the folder of `neural_style.cache` by default. limit: in bytes,
    $NEURAL_STYLE_FLOW_GB gigabytes by default, else twenty. Where it is reached, the longest unused flows go, but
    none used since this object was made: a film that is longer than the limit keeps its first part, not its last
    (which would be of no use to the next run, that begins with the first).
    """

    def __init__(self, estimator: FlowEstimator, folder: Path | None = None, limit: float | None = None) -> None:
        self.name = f"{estimator.name} in steps of 1/{STEPS}"
        self.folder = folder or cache_folder() / "flow"
        self.estimated = 0
        self.reused = 0
        self._limit = _limit() if limit is None else limit
        self._estimator = estimator
        self._since = time() - 1  # some file systems' clocks are behind
        self._size: float | None = None

    def __call__(self, a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
        """The flow from a to b; see `FlowEstimator`."""
        path = self._path(a, b)
        flow = read_flow(path)
        if flow is not None and flow.shape[:2] == a.shape[:2]:
            self.reused += 1
            with suppress(OSError):
                os.utime(path)
            return flow
        levels = _levels(self._estimator(a, b))
        self.estimated += 1
        self._keep(path, levels)
        return _flow(levels)

    def _path(self, a: NDArray[np.float32], b: NDArray[np.float32]) -> Path:
        key = derived_key(digests.of_pixels(a, b), str(VERSION), self.name)
        return self.folder / key[:2] / f"{key}.png"

    def _keep(self, path: Path, levels: NDArray[np.uint16]) -> None:
        """Write a file, under its name when it is whole. A disk that is full or read-only costs only the keeping."""
        # Run-length coding of differences: half the time of the default, and smaller (measured on DIS).
        data = cv2.imencode(".png", levels, [cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE])[1].tobytes()
        if not self._room_for(len(data)):
            return
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                Path(name).replace(path)
            except OSError:
                Path(name).unlink(missing_ok=True)

    def _room_for(self, added: int) -> bool:
        """Whether there is room for a file, after dropping what was not used in this run."""
        if self._size is None or self._size + added > self._limit:
            files = []
            for path in self.folder.glob("??/*"):
                with suppress(OSError):  # another process may drop files too
                    files.append((path.stat().st_mtime, path.stat().st_size, path))
            self._size = sum(size for _, size, _ in files)
            for used, size, path in sorted(files):
                if self._size + added <= self._limit or used >= self._since:
                    break
                with suppress(OSError):
                    path.unlink()
                    self._size -= size
        if self._size + added > self._limit:
            return False
        self._size += added
        return True


def read_flow(path: Path) -> NDArray[np.float32] | None:
    """The flow in a PNG file of KITTI's format, (H, W, 2); None where there is none, or a damaged one."""
    try:
        data = np.fromfile(path, np.uint8)
    except OSError:
        return None
    levels = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
    if levels is None or levels.dtype != np.uint16 or levels.ndim != 3:
        return None
    return _flow(np.asarray(levels, np.uint16))


def _levels(flow: NDArray[np.float32]) -> NDArray[np.uint16]:
    """A flow as OpenCV writes KITTI's three channels: blue says that it is valid, green is v, red u."""
    levels = np.ones((*flow.shape[:2], 3), np.uint16)
    levels[..., 2:0:-1] = np.clip(np.rint(np.nan_to_num(flow) * STEPS) + ZERO, 0, 2**16 - 1)
    return levels


def _flow(levels: NDArray[np.uint16]) -> NDArray[np.float32]:
    return np.ascontiguousarray((levels[..., 2:0:-1].astype(np.float32) - ZERO) / STEPS, dtype=np.float32)


def _limit() -> float:
    given = os.environ.get("NEURAL_STYLE_FLOW_GB") or _GIGABYTES
    try:
        return float(given) * 1e9
    except ValueError:
        raise NeuralStyleError(
            "the limit of kept flow is not a number", given, "set NEURAL_STYLE_FLOW_GB to gigabytes"
        ) from None
