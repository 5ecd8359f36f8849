"""A video file in the making: it grows under a hidden name, with its sound, and gets its own name when it is whole."""

import os
import secrets
from abc import ABC, abstractmethod
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import av.container

from neural_style.door.errors import NeuralStyleError
from neural_style.video.audio import Sound

_FORMATS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}

#: The extensions that can be written.
SUFFIXES = tuple(_FORMATS)


class Target(ABC):
    """A context manager for one video file; what is inside comes from those that inherit from it.

    path:        .mp4, .m4v, .mov or .mkv. It is replaced only at a clean end: until then the video grows under a
                 hidden name in the same folder, which is removed if anything fails.
    audio_from:  a file whose sound is copied (encoded to AAC where the container does not take it) as far as the
                 picture goes. A file without sound is no error. audio_start: where in it to begin, seconds.

    Raises NeuralStyleError where the target cannot be written or the sound not be read.
    """

    def __init__(
        self,
        path: str | Path,
        fps: Fraction | int,
        audio_from: str | Path | None = None,
        audio_start: Fraction | float = 0,
    ) -> None:
        check_target(path)
        self.path = Path(path)
        self.fps = Fraction(fps)
        self.frames = 0
        self._audio_from, self._audio_start = audio_from, Fraction(audio_start)
        self._temporary = self.path.with_name(f".{self.path.stem}.{secrets.token_hex(4)}{self.path.suffix}")
        self._sound: Sound | None = None
        self._container: av.container.OutputContainer | None = None

    @abstractmethod
    def _add_stream(self, container: av.container.OutputContainer) -> None:
        """Add the stream of the picture, before that of the sound."""

    @abstractmethod
    def _finish(self) -> None:
        """Write what is still held back."""

    def __enter__(self) -> Self:
        try:
            with self._temporary.open("xb"):  # FFmpeg's own message would not say which part of the path is wrong
                pass
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            self._open()
        except BaseException:
            self._abandon()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._abandon()
            return
        try:
            if not self.frames:
                raise NeuralStyleError("no frame was written", str(self.path), "choose at least one frame")
            self._finish()
            self._close()
            self._temporary.replace(self.path)
        except (av.FFmpegError, OSError) as failure:
            self._abandon()
            raise self._unwritable(failure) from failure
        except BaseException:
            self._abandon()
            raise

    def _open(self) -> None:
        # The index goes to the front (faststart), so that the file plays while it loads.
        name = _FORMATS[self.path.suffix.lower()]
        options = {} if name == "matroska" else {"movflags": "+faststart"}
        try:
            self._container = av.open(str(self._temporary), "w", format=name, options=options)
            self._add_stream(self._container)
        except (av.FFmpegError, OSError) as error:
            raise self._unwritable(error) from error
        if self._audio_from is not None:
            self._sound = Sound(self._audio_from, self._audio_start, self._container)

    def _mux(self, *packets: "av.Packet[av.VideoStream]") -> None:
        """Write packets of the picture, then let the sound follow up to its end."""
        if self._container is None:
            return
        for packet in packets:
            self._container.mux_one(packet)
        if self._sound is not None:
            self._sound.mux(self._container, self.frames / self.fps)

    def _close(self) -> None:
        container, self._container = self._container, None
        sound, self._sound = self._sound, None
        try:
            if sound is not None:
                sound.close()
        finally:
            if container is not None:
                container.close()

    def _abandon(self) -> None:
        """Leave nothing behind, whatever happens on the way."""
        try:
            self._close()
        except (av.FFmpegError, OSError, ValueError):
            pass
        finally:
            self._temporary.unlink(missing_ok=True)

    def _unwritable(self, error: BaseException) -> NeuralStyleError:
        return unwritable(self.path, error)


def check_target(path: str | Path) -> None:
    """Raise NeuralStyleError where no video can have this name."""
    if Path(path).suffix.lower() not in _FORMATS:
        raise NeuralStyleError("unknown kind of video file", str(path), f"end the name in {', '.join(SUFFIXES)}")
    if Path(path).is_dir():
        raise NeuralStyleError("the target is a folder", str(path), "give the name of a file")


def unwritable(path: Path, error: BaseException) -> NeuralStyleError:
    """What to tell where a video cannot be written."""
    why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
    what = f"the video cannot be written, {why[:1].lower()}{why[1:]}"
    return NeuralStyleError(what, str(path), "choose a folder with enough space that you may write to")
