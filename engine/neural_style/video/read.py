"""Reads the frames of a video file, one after the other, in constant memory."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.container
import av.video.stream
import cv2
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from neural_style.door.errors import NeuralStyleError

#: Chroma is interpolated and nothing is rounded early; swscale's default does neither.
EXACT = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT | Interpolation.FULL_CHR_H_INP

_MEND_BROKEN = "render only the frames before it, or encode the clip anew"


@dataclass(frozen=True)
class Clip:
    """What a video file holds.

    width, height: in pixels, as shown (a rotation in the file is already applied).
    fps:           frames a second; the average where the rate varies.
    frames:        how many frames there are; an estimate where the file does not say.
    has_audio:     whether there is sound.
    pixel_aspect:  width of a pixel by its height.
    """

    width: int
    height: int
    fps: Fraction
    frames: int
    has_audio: bool
    pixel_aspect: Fraction = Fraction(1)


def probe(path: str | Path) -> Clip:
    """What the file holds, after decoding one frame. Raises NeuralStyleError where it is no readable video."""
    with _open(path) as container:
        stream = _stream(container, path)
        fps = _rate(stream)
        try:
            first = next(container.decode(stream), None)
        except av.FFmpegError as error:
            raise _not_a_video(path) from error
        if first is None:
            raise _not_a_video(path)
        frames = stream.frames
        if not frames and stream.duration and stream.time_base:
            frames = round(stream.duration * stream.time_base * fps)
        elif not frames and container.duration:
            frames = round(Fraction(container.duration, av.time_base) * fps)
        aspect = stream.sample_aspect_ratio or Fraction(1)
        width, height = first.width, first.height
        if _quarter_turns(first) % 2:
            width, height, aspect = height, width, 1 / aspect
        return Clip(width, height, fps, max(1, frames), bool(container.streams.audio), aspect)


def read_frames(
    path: str | Path, start: int = 0, count: int | None = None, width: int | None = None
) -> Generator[NDArray[np.float32]]:
    """The frames of a video file: float32 (H, W, 3), sRGB in [0, 1].

    start: the first frame wanted, from 0; beyond the end there is nothing. count: how many, None for all.
    width: scales the frames down to this width, by area, to an even height near the aspect; never up.

    Frames are placed at even steps of 1/fps: where the rate varies, a frame is repeated or left out, so that
    sound stays in step. Colours follow the file's own tags (BT.601, 709 or 2020, limited or full range); without
    tags BT.601 limited is taken, as FFmpeg, OpenCV and Blender do. HDR is not mapped to sRGB.
    Raises NeuralStyleError where the file is missing, no video, or broken on the way; ValueError for a
    negative start or count or a width below 2.
    """
    if start < 0 or (count is not None and count < 0) or (width is not None and width < 2):
        raise ValueError(
            f"start is {start}, count {count}, width {width}; expected 0 or more, and a width of 2 or more"
        )
    container = _open(path)
    try:
        stream = _stream(container, path)
    except NeuralStyleError:
        container.close()
        raise
    return _frames(container, stream, path, start, count, width)


def _frames(
    container: av.container.InputContainer,
    stream: av.video.stream.VideoStream,
    path: str | Path,
    start: int,
    stop_after: int | None,
    width: int | None,
) -> Generator[NDArray[np.float32]]:
    """`read_frames` from an open container, which is closed at the end."""
    with container:
        position, end = start, None if stop_after is None else start + stop_after
        held: av.VideoFrame | None = None  # shown from its own place on, until the next one's
        last, failure = -1, None
        decoded = _decoded(container, stream, path, start)
        while position != end:
            try:
                index, frame = next(decoded, (last + 1, None))
            except NeuralStyleError as error:  # raised below, when all good frames before it are out
                index, frame, failure = last + 1, None, error
            while held is not None and position < index and position != end:
                yield _pixels(held, width)
                position += 1
            if frame is None:
                break
            held, last = frame, index
        if failure is not None and position != end:
            raise failure


def _decoded(
    container: av.container.InputContainer, stream: av.video.stream.VideoStream, path: str | Path, start: int
) -> Iterator[tuple[int, av.VideoFrame]]:
    """Frames with their places in the clip, from some frame at or before `start` on."""
    stream.thread_type = "AUTO"
    origin, step = stream.start_time, (stream.time_base or Fraction(1)) * _rate(stream)
    index, reached = -1, 0
    try:
        seek = start > 0 and origin is not None
        for frame in _from(container, stream, (origin or 0) + int(start / step)) if seek else container.decode(stream):
            if frame.pts is not None and stream.time_base is not None:
                origin = frame.pts if origin is None else origin
                index = round((frame.pts - origin) * step)
                reached = round((frame.pts - origin + (frame.duration or 0)) * step)
            else:
                index += 1
            if frame.is_corrupt and index >= start:
                raise NeuralStyleError("the clip is broken", f"{path}, frame {index}", _MEND_BROKEN)
            yield index, frame
    except av.FFmpegError as error:
        raise NeuralStyleError("the clip is broken", f"{path}, after frame {index}", _MEND_BROKEN) from error
    missing = _promised(container, stream) - max(reached, index + 1)
    if missing > 1:  # a duration may be rounded up
        where = f"{path}, {missing} frames after frame {index} are missing"
        raise NeuralStyleError("the clip is broken off", where, _MEND_BROKEN)


def _from(
    container: av.container.InputContainer, stream: av.video.stream.VideoStream, timestamp: int
) -> Iterator[av.VideoFrame]:
    """Frames from a key frame at or before `timestamp` on; from the first where the file cannot seek there."""
    try:
        container.seek(timestamp, stream=stream, backward=True)
    except av.FFmpegError:
        yield from container.decode(stream)
        return
    frames = container.decode(stream)
    first = next(frames, None)
    if first is not None and first.pts is not None and first.pts <= timestamp:
        yield first
        yield from frames
        return
    container.seek(stream.start_time or 0, stream=stream, backward=True)  # some formats seek too far
    yield from container.decode(stream)


def _promised(container: av.container.InputContainer, stream: av.video.stream.VideoStream) -> int:
    """How many frames the file says it has: by number and by duration, the fewer where it says both."""
    promises = [stream.frames] if stream.frames else []
    if stream.duration and stream.time_base:
        promises.append(int(stream.duration * stream.time_base * _rate(stream)))
    elif container.duration and len(container.streams) == 1:  # with sound, the longer of the two: no promise
        promises.append(int(Fraction(container.duration, av.time_base) * _rate(stream)))
    return min(promises, default=0)


def _pixels(frame: av.VideoFrame, width: int | None) -> NDArray[np.float32]:
    """The frame as shown, in floats, at most `width` wide."""
    deep = any(component.bits > 8 for component in frame.format.components)
    levels = frame.reformat(format="rgb48le" if deep else "rgb24", interpolation=EXACT).to_ndarray()
    pixels = np.rot90(levels, _quarter_turns(frame)).astype(np.float32)
    pixels *= np.float32(1 / (65535 if deep else 255))
    full_height, full_width = pixels.shape[:2]
    if width is not None and width < full_width:
        height = max(2, 2 * round(full_height * width / full_width / 2))
        pixels = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    return np.ascontiguousarray(pixels)


def _quarter_turns(frame: av.VideoFrame) -> int:
    """How many times the frame is to be turned by 90° anticlockwise."""
    return round(frame.rotation / 90) % 4


def _rate(stream: av.video.stream.VideoStream) -> Fraction:
    rate = stream.average_rate or stream.guessed_rate
    return rate if rate else Fraction(25)  # a file without any timing: FFmpeg's own default


def _open(path: str | Path) -> av.container.InputContainer:
    if not Path(path).exists():
        raise NeuralStyleError("the clip does not exist", str(path), "give the path of a video file")
    try:
        return av.open(str(path), "r")
    except (av.FFmpegError, OSError) as error:
        raise _not_a_video(path) from error


def _stream(container: av.container.InputContainer, path: str | Path) -> av.video.stream.VideoStream:
    """The first video stream that is not the cover picture of a piece of music."""
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            return stream
    raise _not_a_video(path)


def _not_a_video(path: str | Path) -> NeuralStyleError:
    return NeuralStyleError("the file cannot be read as a video", str(path), "give a video file that FFmpeg can play")
