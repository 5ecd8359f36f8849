"""Keeps painted frames on disk under keys that name all that they depend on."""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import platformdirs
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from neural_style import digests
from neural_style.door.errors import NeuralStyleError
from neural_style.halves import as_kept, halves, whole
from neural_style.pixels import Frame

#: How the names of files end that hold no state, but a picture that was made of one.
_PICTURE = "-picture"

#: Changed whenever the same key would name another picture than before.
VERSION = 4


@dataclass(frozen=True)
class State:
    """What one painted frame leaves to the next, all at the working size, (H, W, 3), sRGB in [0, 1].

    source:  the frame itself; picture: what was painted;
    look:    names the style and seed: another look does not go on from this one, unless it is near.
    parts:   what the look consists of, by share: tells whether another look is near (`neural_style.session`).
    line:    the keys of the frames before it in its shot, the nearest first, as far as any method looks back;
    after, depth: of `motion.Rendered`, where the frame was rendered and its exact motion is known.
    """

    source: Frame
    picture: Frame
    look: str = ""
    line: tuple[str, ...] = ()
    parts: Mapping[str, float] = field(default_factory=dict)
    after: Frame | None = None
    depth: Frame | None = None

    def rounded(self) -> "State":
        """As it comes back from the disk, so that a frame painted from memory equals one painted from there."""
        rounded: dict[str, Any] = {name: as_kept(array) for name, array in self.arrays().items()}
        return replace(self, **rounded)

    def arrays(self) -> dict[str, Frame]:
        """What is kept as arrays, by name."""
        known = {"source": self.source, "picture": self.picture, "after": self.after, "depth": self.depth}
        return {name: array for name, array in known.items() if array is not None}


def frame_key(source: Frame, earlier: Sequence[str], *parts: str) -> str:
    """The key of a frame: a hash of its source pixels, the keys of earlier frames and all else it depends on."""
    return derived_key(str(VERSION), digests.of_pixels(source), *earlier, "", *parts)


def derived_key(key: str, *parts: str) -> str:
    """The key of what is made of the frame with this key and depends on these parts besides."""
    return hashlib.blake2b("\0".join((key, *parts)).encode(), digest_size=20).hexdigest()


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
    """States and pictures by key, as half floats in one file each; the longest unused go when they become too many."""

    def __init__(self, folder: Path | None = None, limit: float | None = None) -> None:
        """`limit` in bytes; by default $NEURAL_STYLE_CACHE_GB gigabytes, else four. A limit of 0 keeps nothing."""
        self.folder = folder or cache_folder()
        self.limit = _limit() if limit is None else limit
        self._size: float | None = None

    def get(self, key: str) -> State | None:
        """The state kept under this key; None where there is none (or only a damaged file)."""
        arrays, metadata = self._read(self._path(key))
        try:
            parts = json.loads(metadata.get("parts", "{}"))
            line = tuple(metadata["line"].split())
            after, depth = arrays.get("after"), arrays.get("depth")
            return State(arrays["source"], arrays["picture"], metadata["look"], line, parts, after, depth)
        except (KeyError, ValueError):
            return None

    def put(self, key: str, state: State) -> None:
        """Keep a state. A disk that is full or read-only costs the cache, never the frame."""
        parts = json.dumps(dict(state.parts))
        self._write(self._path(key), state.arrays(), {"look": state.look, "line": " ".join(state.line), "parts": parts})

    def get_picture(self, key: str) -> Frame | None:
        """The picture kept under this key, (H, W, 3), as `put_picture` was given it; None where there is none."""
        return self._read(self._path(key + _PICTURE))[0].get("picture")

    def put_picture(self, key: str, picture: Frame) -> None:
        """Keep what was made of a painted frame and can be made again: these go before any state does."""
        self._write(self._path(key + _PICTURE), {"picture": picture}, {})

    def _read(self, path: Path) -> tuple[dict[str, Frame], dict[str, str]]:
        """All arrays of a file, and its metadata; none where it is not there or damaged."""
        try:
            with safe_open(path, framework="np") as file:
                arrays = {name: whole(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118
                metadata = file.metadata() or {}
        except (OSError, SafetensorError):
            return {}, {}
        with suppress(OSError):
            os.utime(path)  # used just now: the last to go
        return arrays, metadata

    def _write(self, path: Path, arrays: dict[str, Frame], metadata: dict[str, str]) -> None:
        if self.limit <= 0:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
            os.close(handle)
        except OSError:
            return
        try:
            save_file({key: halves(array) for key, array in arrays.items()}, name, metadata=metadata)
            Path(name).replace(path)
        except (OSError, SafetensorError):
            with suppress(OSError):
                Path(name).unlink()
            return
        self._make_room(path)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.safetensors"

    def _make_room(self, added: Path) -> None:
        """Drop the longest unused frames where the limit is passed, down to nine tenths of it."""
        if self._size is not None:
            self._size += added.stat().st_size
            if self._size <= self.limit:
                return
        files = []
        for path in self.folder.glob("??/*"):
            with suppress(OSError):  # another process may drop files too
                is_state = not path.stem.endswith(_PICTURE)
                files.append((is_state, path.stat().st_mtime, path.stat().st_size, path))
        self._size = sum(size for _, _, size, _ in files)
        if self._size <= self.limit:
            return
        for _, _, size, path in sorted(files):
            if self._size <= 0.9 * self.limit:
                break
            if path == added:
                continue
            with suppress(OSError):
                path.unlink()
                self._size -= size


class PatientCache(FrameCache):
    """A cache that holds states in memory until it is told to write them: an answer need not wait for the disk."""

    def __init__(self, folder: Path | None = None, limit: float | None = None) -> None:
        super().__init__(folder, limit)
        self._held: dict[str, State] = {}

    def get(self, key: str) -> State | None:
        """The state kept under this key, as it comes back from the disk, written or not."""
        held = self._held.get(key)
        return super().get(key) if held is None else held.rounded()

    def put(self, key: str, state: State) -> None:
        """Hold a state."""
        if self.limit > 0:
            self._held[key] = state

    def settle(self) -> None:
        """Write what is held."""
        while self._held:
            super().put(*self._held.popitem())
