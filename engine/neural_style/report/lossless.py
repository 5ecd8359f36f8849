"""Painted frames on disk without any loss, to measure from: FFV1 in Matroska, 8 bits a channel, RGB."""

import os
import secrets
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import av.container
import numpy as np
from numpy.typing import NDArray

from neural_style.door.errors import NeuralStyleError
from neural_style.pixels import Frame

Levels = NDArray[np.uint8]


def to_levels(frame: Frame) -> Levels:
    """A frame, sRGB in [0, 1], as 8-bit levels; values outside are clipped, NaN is black."""
    levels: Levels = np.rint(np.clip(np.nan_to_num(frame), 0.0, 1.0) * 255.0).astype(np.uint8)
    return levels


def from_levels(levels: Levels) -> Frame:
    """8-bit levels as a frame, sRGB in [0, 1]."""
    return levels.astype(np.float32) / np.float32(255)


class LosslessWriter:
    """A context manager that writes frames (H, W, 3), sRGB in [0, 1], of the size of the first.

    The file appears under its name at a clean end only. Raises NeuralStyleError where it cannot be written.
    """

    def __init__(self, path: Path, fps: Fraction) -> None:
        """path: ends in .mkv; fps: only for whoever plays the file."""
        self.path, self.fps = path, fps
        self.frames = 0
        self._temporary = path.with_name(f".{path.stem}.{secrets.token_hex(4)}{path.suffix}")
        self._container: av.container.OutputContainer | None = None

    def __enter__(self) -> Self:
        return self

    def write(self, frame: Frame) -> None:
        """Append one frame."""
        levels = to_levels(frame)
        try:
            if self._container is None:
                self._open(levels.shape[1], levels.shape[0])
            picture = av.VideoFrame.from_ndarray(levels, format="rgb24").reformat(format="bgr0")
            picture.pts, picture.time_base = self.frames, 1 / self.fps
            self._mux(picture)
        except (av.FFmpegError, OSError) as error:
            raise self._unwritable(error) from error
        self.frames += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._container is None:
                return
            if kind is None:
                self._mux(None)
            self._container.close()
            if kind is None:
                self._temporary.replace(self.path)
        except (av.FFmpegError, OSError) as failure:
            if kind is None:
                raise self._unwritable(failure) from failure
        finally:
            self._temporary.unlink(missing_ok=True)

    def _open(self, width: int, height: int) -> None:
        self._container = av.open(str(self._temporary), "w", format="matroska")
        self._stream = self._container.add_stream("ffv1", rate=self.fps)
        context = self._stream.codec_context
        context.width, context.height = width, height
        context.pix_fmt = "bgr0"
        context.time_base = 1 / self.fps

    def _mux(self, picture: av.VideoFrame | None) -> None:
        assert self._container is not None
        for packet in self._stream.encode(picture):
            self._container.mux_one(packet)

    def _unwritable(self, error: BaseException) -> NeuralStyleError:
        why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        return NeuralStyleError(f"the frames cannot be written ({why})", str(self.path), "choose another folder")


def read_lossless(path: Path) -> Iterator[Levels]:
    """The frames of a file of `LosslessWriter`, (H, W, 3), RGB, level for level as they were written."""
    try:
        with av.open(str(path), "r") as container:
            for frame in container.decode(container.streams.video[0]):
                yield np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
    except (av.FFmpegError, OSError) as error:
        raise NeuralStyleError("the frames cannot be read", str(path), "paint them again with --again") from error
