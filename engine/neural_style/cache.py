"""Keeps painted frames on disk under keys that name all that they depend on."""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from neural_style.door.errors import NeuralStyleError
from neural_style.pixels import Frame

#: Changed whenever the same key would name another picture than before.
VERSION = 2


@dataclass(frozen=True)
class State:
    """What one painted frame leaves to the next, all at the working size, (H, W, 3), sRGB in [0, 1].

    source:  the frame itself; picture: what was painted; target: what the pixel and content terms held to;
    look:    names the style and seed: another look does not go on from this one.
    line:    the keys of the frames before it in its shot, the nearest first, as far as any method looks back.
    """

    source: Frame
    picture: Frame
    target: Frame
    look: str = ""
    line: tuple[str, ...] = ()

    def rounded(self) -> "State":
        """As it comes back from the disk, so that a frame painted from memory equals one painted from there."""
        source, picture, target = (_half(a).astype(np.float32) for a in (self.source, self.picture, self.target))
        return State(source, picture, target, self.look, self.line)


def _half(frame: Frame) -> NDArray[np.float16]:
    return frame.astype(np.float16)


def frame_key(source: Frame, earlier: Sequence[str], *parts: str) -> str:
    """The key of a frame: a hash of its source pixels, the keys of earlier frames and all else it depends on."""
    digest = hashlib.blake2b(digest_size=20)
    for part in (str(VERSION), str(source.shape), *earlier, "", *parts):
        digest.update(part.encode() + b"\0")
    digest.update(np.ascontiguousarray(source, dtype=np.float32).tobytes())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Where frames are kept: $NEURAL_STYLE_CACHE, else the user's cache folder of the system."""
    given = os.environ.get("NEURAL_STYLE_CACHE")
    return Path(given) if given else Path(platformdirs.user_cache_dir("neural-style", appauthor=False)) / "frames"


def _limit() -> float:
    """Bytes that the cache may take: $NEURAL_STYLE_CACHE_GB gigabytes, else four."""
    given = os.environ.get("NEURAL_STYLE_CACHE_GB") or "4"
    try:
        return float(given) * 1e9
    except ValueError:
        raise NeuralStyleError(
            "the cache's limit is not a number", given, "set NEURAL_STYLE_CACHE_GB to gigabytes"
        ) from None


class FrameCache:
    """States by key, as half floats in one file each; the longest unused go when the folder grows too large."""

    def __init__(self, folder: Path | None = None, limit: float | None = None) -> None:
        """`limit` in bytes; by default $NEURAL_STYLE_CACHE_GB gigabytes, else four. A limit of 0 keeps nothing."""
        self.folder = folder or cache_folder()
        self.limit = _limit() if limit is None else limit
        self._size: float | None = None

    def get(self, key: str) -> State | None:
        """The state kept under this key; None where there is none (or only a damaged file)."""
        path = self._path(key)
        try:
            with safe_open(path, framework="np") as file:
                source, picture, target = (
                    file.get_tensor(name).astype(np.float32) for name in ("source", "picture", "target")
                )
                metadata = file.metadata()
                state = State(source, picture, target, metadata["look"], tuple(metadata["line"].split()))
        except (OSError, SafetensorError, KeyError, TypeError):
            return None
        with suppress(OSError):
            os.utime(path)  # used just now: the last to go
        return state

    def put(self, key: str, state: State) -> None:
        """Keep a state. A disk that is full or read-only costs the cache, never the frame."""
        if self.limit <= 0:
            return
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
            os.close(handle)
        except OSError:
            return
        try:
            arrays = {"source": state.source, "picture": state.picture, "target": state.target}
            metadata = {"look": state.look, "line": " ".join(state.line)}
            save_file({key: _half(array) for key, array in arrays.items()}, name, metadata=metadata)
            Path(name).replace(path)
        except (OSError, SafetensorError):
            with suppress(OSError):
                Path(name).unlink()
            return
        self._make_room(path.stat().st_size)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.safetensors"

    def _make_room(self, added: int) -> None:
        """Drop the longest unused frames where the limit is passed, down to nine tenths of it."""
        if self._size is not None:
            self._size += added
            if self._size <= self.limit:
                return
        files = []
        for path in self.folder.glob("??/*"):
            with suppress(OSError):  # another process may drop files too
                files.append((path.stat().st_mtime, path.stat().st_size, path))
        self._size = sum(size for _, size, _ in files)
        if self._size <= self.limit:
            return
        for _, size, path in sorted(files)[:-1]:  # never the one just written
            if self._size <= 0.9 * self.limit:
                break
            with suppress(OSError):
                path.unlink()
                self._size -= size
