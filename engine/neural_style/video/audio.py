"""Carries the sound of one file over into another, in step with the picture."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import av.audio.stream
import av.container

from neural_style.door.errors import NeuralStyleError

if TYPE_CHECKING:  # generic in PyAV's stubs only
    Packet = av.Packet[av.AudioStream]

#: What is copied as it is, by FFmpeg's name of the container; all else is encoded to AAC. Only kinds with short
#: packets: sound is cut between packets, and those of PCM or FLAC are longer than two frames of the picture.
COPIED = {
    "mp4": {"aac", "mp3", "ac3", "eac3"},
    "mov": {"aac", "mp3", "ac3", "eac3"},
    "matroska": {"aac", "mp3", "ac3", "eac3", "opus", "vorbis"},
}
_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)


class Sound:
    """The first audio stream of a file, as packets for an output container. A file without sound gives none.

    path:   where the sound comes from. start: the second of that file's picture that is the output's zero.
    Raises NeuralStyleError where the file cannot be read.
    """

    def __init__(self, path: str | Path, start: Fraction, output: av.container.OutputContainer) -> None:
        self._path = path
        if not Path(path).exists():
            raise NeuralStyleError("the file to take the sound from does not exist", str(path), "give an existing file")
        try:
            self._source = av.open(str(path), "r")
        except (av.FFmpegError, OSError) as error:
            raise self._failure() from error
        self._next: Packet | None = None
        if not self._source.streams.audio:
            return
        stream = self._source.streams.audio[0]
        self._start = start + self._picture_start()
        if stream.codec_context.name in COPIED.get(output.format.name, ()):
            self._out = output.add_stream_from_template(stream)
            self._packets = self._copied(stream)
        else:
            rate = stream.rate if stream.rate in _RATES else 48000
            layout = "mono" if stream.codec_context.channels == 1 else "stereo"
            self._out = output.add_stream("aac", rate=rate, layout=layout, bit_rate=192_000)
            self._packets = self._encoded(stream)
        self._advance()

    def mux(self, output: av.container.OutputContainer, until: Fraction) -> None:
        """Write the packets that end at or before `until` seconds: called with the picture's time, it stays in step."""
        while self._next is not None and self._end(self._next) <= until:
            output.mux_one(self._next)
            self._advance()

    def close(self) -> None:
        """Close the file that the sound comes from."""
        self._source.close()

    def _advance(self) -> None:
        try:
            # What ends before zero is cut off; a packet across zero stays, for its decoder needs it to start.
            self._next = next((packet for packet in self._packets if self._end(packet) >= 0), None)
        except av.FFmpegError as error:
            raise self._failure() from error

    def _copied(self, stream: av.audio.stream.AudioStream) -> "Iterator[Packet]":
        for packet in self._source.demux(stream):
            if packet.pts is None or packet.dts is None:  # the empty packet at the end
                continue
            shift = round(self._start / packet.time_base)
            packet.pts -= shift
            packet.dts -= shift
            packet.stream = self._out
            yield packet

    def _encoded(self, stream: av.audio.stream.AudioStream) -> "Iterator[Packet]":
        for frame in self._source.decode(stream):
            if frame.pts is None or frame.time_base is None:
                continue
            frame.pts -= round(self._start / frame.time_base)
            if frame.pts + frame.samples >= 0:
                yield from self._out.encode(frame)
        yield from self._out.encode(None)

    def _picture_start(self) -> Fraction:
        """When the picture of the source begins, by the source's clock."""
        for stream in self._source.streams.video:
            if stream.start_time is not None and stream.time_base is not None:
                return stream.start_time * stream.time_base
        return Fraction(0)

    def _failure(self) -> NeuralStyleError:
        return NeuralStyleError("the sound cannot be read", str(self._path), "leave it out, or give another file")

    @staticmethod
    def _end(packet: "Packet") -> Fraction:
        return ((packet.pts or 0) + (packet.duration or 0)) * packet.time_base
