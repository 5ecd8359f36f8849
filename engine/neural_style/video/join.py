"""Joins videos that `VideoWriter` wrote with the same settings into one, without encoding anything again."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import av.container

from neural_style.door.errors import NeuralStyleError
from neural_style.video.target import Target

if TYPE_CHECKING:  # generic in PyAV's stubs only
    Packet = av.Packet[av.VideoStream]

#: The decoder of x264's stream holds two frames back (B-frames that other B-frames refer to): a picture is decoded
#: at most two frames before it is shown.
_DELAY = 2

_MEND = "delete it, and run the command again"


class _Joined(Target):
    """The parts' packets, one part after the other."""

    def __init__(
        self,
        path: str | Path,
        parts: Sequence[Path],
        fps: Fraction | int,
        audio_from: str | Path | None,
        audio_start: Fraction | float,
    ) -> None:
        super().__init__(path, fps, audio_from, audio_start)
        self._parts = parts

    def append(self, part: Path) -> None:
        """Add one part. Every part begins with a key frame and refers to nothing outside of it."""
        first = self.frames
        with _open(part) as container:
            if container.streams.video[0].codec_context.extradata != self._extradata:
                raise NeuralStyleError("a part of the film was encoded in another way", str(part), _MEND)
            for packet in _packets(container, part):
                # Encoders place the parts' first packets before zero, and not all alike: the order is what counts.
                packet.pts = first + round((packet.pts or 0) * packet.time_base * self.fps)
                packet.dts, packet.duration, packet.time_base = self.frames - _DELAY, 1, 1 / self.fps
                if packet.dts > packet.pts:
                    raise NeuralStyleError("a part of the film is out of order", str(part), _MEND)
                packet.stream = self._stream
                self.frames += 1
                try:
                    self._mux(packet)
                except (av.FFmpegError, OSError) as error:
                    raise self._unwritable(error) from error

    def _add_stream(self, container: av.container.OutputContainer) -> None:
        with _open(self._parts[0]) as first:
            template = first.streams.video[0]
            self._extradata = template.codec_context.extradata
            self._stream = container.add_stream_from_template(template)

    def _finish(self) -> None:
        self._mux()  # the end of the sound


def join(
    parts: Sequence[Path],
    path: str | Path,
    fps: Fraction | int,
    audio_from: str | Path | None = None,
    *,
    audio_start: Fraction | float = 0,
) -> int:
    """Write one video of all parts, in order; how many frames it has.

    parts: files of `VideoWriter`, all of one size, frame rate and quality; at least one. The others: see `Target`.
    The packets are copied, so that every frame is decoded to the same values as from its part.
    Raises NeuralStyleError where a part cannot be read or does not fit, or the target cannot be written.
    """
    with _Joined(path, parts, fps, audio_from, audio_start) as target:
        for part in parts:
            target.append(part)
        return target.frames


def frames_in(path: Path) -> int:
    """How many frames a video of `VideoWriter` says it has; 0 where there is no such file, or not a whole one."""
    try:
        with av.open(str(path), "r") as container:
            return container.streams.video[0].frames if container.streams.video else 0
    except (av.FFmpegError, OSError):
        return 0


def _open(part: Path) -> av.container.InputContainer:
    try:
        return av.open(str(part), "r")
    except (av.FFmpegError, OSError) as error:
        raise NeuralStyleError("a part of the film cannot be read", str(part), _MEND) from error


def _packets(container: av.container.InputContainer, part: Path) -> "Iterator[Packet]":
    try:
        for packet in container.demux(container.streams.video[0]):
            if packet.size:  # the last one is empty
                yield packet
    except av.FFmpegError as error:
        raise NeuralStyleError("a part of the film cannot be read", str(part), _MEND) from error
