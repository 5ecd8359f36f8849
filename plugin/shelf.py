"""The shelf of baked frames: finished pictures on disk, by names that say all they depend on.

A file holds the painting at full weight, as the compositor takes it, and the input it was painted of, so that another
Style Weight is only another mix. Beside it lies the engine's state of the frame, a second name of the file in the
engine's cache: what was baked stays, and can be gone on from, when that cache makes room.

    bakes/SHOT/NAME-FINISH.frame    NAME-FINISH: `ledger.Entry`
    bakes/SHOT/KEY.state            KEY: the engine's of the frame
    bakes/SHOT/NAME.cut             a cut between two frames
    bakes/SHOT/START.start          a frame that a bake began at
"""

import contextlib
import json
import os
import shutil
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from . import pixels
from .door import folders

_MAGIC = b"neural-style frame 1\n"

#: The largest that a half float holds.
_LARGEST = np.float32(65504)


def root() -> Path:
    """The folder of all bakes."""
    return folders.cache_folder() / "bakes"


class Frame(NamedTuple):
    """A baked frame.

    source:   what was wired in: float32 (H, W, 4), RGBA, scene-linear, premultiplied, bottom row first.
    painting: the same painted, its alpha the source's; None where the frame's weight is 0 and it was not painted.
    key:      the engine's; empty where it was not painted. cut: whether a shot begins here.
    """

    source: np.ndarray
    painting: np.ndarray | None
    key: str = ""
    cut: bool = False


class Shelf:
    """What is baked, as it was when `refresh` looked last.

    shot: names the file, scene and its nodes, and the folder that new frames go into.
    """

    def __init__(self, shot: str) -> None:
        self.folder = root() / shot
        self.frames: dict[str, Path] = {}
        self._chains: dict[str, Path] = {}
        self._cuts: set[str] = set()
        self.starts: set[int] = set()
        self.refresh()

    def refresh(self) -> None:
        """Look again. Frames of other shots count: a file that is saved under another name keeps its bake."""
        self.frames, self._chains, self._cuts, self.starts = {}, {}, set(), set()
        for folder in sorted(root().glob("*"), key=lambda folder: folder == self.folder):
            for path in folder.glob("*.*"):
                if path.suffix == ".frame":
                    self.frames[path.stem] = path
                    self._chains[path.stem.partition("-")[0]] = path
                elif path.suffix == ".cut":
                    self._cuts.add(path.stem)
                elif path.suffix == ".start":
                    self.starts.add(int(path.stem))

    def is_cut(self, name: str) -> bool:
        """Whether a cut of this name was found."""
        return name in self._cuts

    def holds(self, name: str) -> bool:
        """Whether the frame of this name lies there, whatever its finish."""
        return name in self._chains

    def key(self, name: str) -> str:
        """The engine's key of a frame; empty where it is not there, or was not painted."""
        path = self._chains.get(name)
        with contextlib.suppress(OSError, ValueError):
            return _header(path)[0]["key"] if path else ""
        return ""

    def put(self, name: str, finish: str, number: int, frame: Frame) -> None:
        """Keep a frame, and the number that it has. Raises OSError where the disk does not take it."""
        path = self.folder / f"{name}-{finish}.frame"
        write(path, frame, number)
        self.frames[path.stem] = self._chains[name] = path
        if frame.key:
            self._keep_state(frame.key)

    def mark_cut(self, name: str) -> None:
        """Remember a cut."""
        self._mark(f"{name}.cut")
        self._cuts.add(name)

    def mark_start(self, frame: int) -> None:
        """Remember that a bake began at this frame."""
        self._mark(f"{frame}.start")
        self.starts.add(frame)

    def _mark(self, name: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).touch()

    def _keep_state(self, key: str) -> None:
        _link(folders.state_file(key), self.folder / f"{key}.state")

    def restore(self, names: list[str]) -> None:
        """See to it that the engine has the states of these frames, also where its cache has made room since."""
        for name in names:
            path = self._chains.get(name)
            key = self.key(name)
            if path and key and not folders.state_file(key).exists():
                _link(path.parent / f"{key}.state", folders.state_file(key))

    def bytes(self) -> int:
        """What the bakes of this shot take on disk."""
        return _bytes(self.folder)

    def drop(self, names: list[str]) -> None:
        """Remove frames, wherever they lie; the engine's own cache goes its own way."""
        for path in [self.frames[name] for name in names if name in self.frames]:
            with contextlib.suppress(OSError, ValueError):
                key = _header(path)[0]["key"]
                path.unlink()
                (path.parent / f"{key}.state").unlink(missing_ok=True)
        self.refresh()

    def tidy(self, names: set[str], numbers: set[int]) -> None:
        """Remove what other settings gave: the frames of these numbers in this shot's folder that have other names."""
        kept = {self.key(name.partition("-")[0]) for name in names}
        for path in self.folder.glob("*.frame"):
            with contextlib.suppress(OSError, ValueError):
                about, _ = _header(path)
                if path.stem not in names and about["frame"] in numbers:
                    path.unlink()
                    if about["key"] not in kept:  # another finish has the same state
                        (self.folder / f"{about['key']}.state").unlink(missing_ok=True)
        self.refresh()

    def clear(self) -> None:
        """Remove all of this shot."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.refresh()


def total_bytes() -> int:
    """What all bakes take on disk."""
    return _bytes(root())


def clear_all() -> None:
    """Remove all bakes."""
    shutil.rmtree(root(), ignore_errors=True)


def write(path: Path, frame: Frame, number: int = 0) -> None:
    """Write a frame; it has its name only when it is whole."""
    height, width = frame.source.shape[:2]
    alpha = _half(frame.source[..., 3])
    opaque = bool((alpha == 1).all())
    source = zlib.compress(_half(frame.source if not opaque else frame.source[..., :3]).tobytes(), 1)
    parts = [source]
    if frame.painting is not None:
        parts.append(_half(frame.painting[..., :3]).tobytes())  # not packed: read while scrubbing
        if not opaque:
            parts.append(alpha.tobytes())
    about = {
        "frame": number,
        "size": [height, width],
        "opaque": opaque,
        "painted": frame.painting is not None,
        "key": frame.key,
        "cut": frame.cut,
        "parts": [len(part) for part in parts],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(_MAGIC + json.dumps(about).encode() + b"\n")
            file.writelines(parts)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def show(path: Path, weight: float) -> np.ndarray:
    """The picture of a frame at a Style Weight: float32 (H, W, 4), as the compositor takes it. Raises OSError,
    ValueError where the file is no such frame.
    """
    about, start = _header(path)
    if weight == 1 and about["painted"]:
        return _painting(path, about, start)
    source = _source(path, about, start)
    if weight == 0 or not about["painted"]:
        return source
    share = np.float32(weight)
    painting = pixels.to_door(_painting(path, about, start))
    return pixels.from_door((1 - share) * pixels.to_door(source) + share * painting, source)


def _source(path: Path, about: dict, start: int) -> np.ndarray:
    with path.open("rb") as file:
        file.seek(start)
        data = zlib.decompress(file.read(about["parts"][0]))
    height, width = about["size"]
    half = np.frombuffer(data, np.float16).reshape(height, width, 3 if about["opaque"] else 4)
    picture = np.ones((height, width, 4), np.float32)
    picture[..., : half.shape[2]] = half
    return picture


def _painting(path: Path, about: dict, start: int) -> np.ndarray:
    height, width = about["size"]
    at = start + about["parts"][0]
    picture = np.ones((height, width, 4), np.float32)
    picture[..., :3] = np.memmap(path, np.float16, "r", at, (height, width, 3))
    if not about["opaque"]:
        picture[..., 3] = np.memmap(path, np.float16, "r", at + about["parts"][1], (height, width))
    return picture


def _header(path: Path) -> tuple[dict, int]:
    """What a frame's file says of itself, and where its parts begin."""
    with path.open("rb") as file:
        if file.readline() != _MAGIC:
            raise ValueError(f"{path} is no baked frame")
        about = json.loads(file.readline())
        return about, file.tell()


def _half(values: np.ndarray) -> np.ndarray:
    return np.clip(np.nan_to_num(values), -_LARGEST, _LARGEST).astype(np.float16)


def _link(source: Path, target: Path) -> None:
    """Give a file a second name, or a copy where the file system has no links; nothing where it is not there."""
    with contextlib.suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except FileExistsError:
            return
        except OSError:
            part = target.with_suffix(f".{os.getpid()}.part")
            shutil.copyfile(source, part)
            part.replace(target)


def _bytes(folder: Path) -> int:
    found = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            found += path.stat().st_size if path.is_file() else 0
    return found
