"""Makes small video and sound files for tests."""

import wave
from fractions import Fraction

import av
import numpy as np
from av.video.reformatter import Colorspace

from neural_style.video import VideoWriter


def picture(number, width=64, height=48):
    """A smooth moving picture, in which each frame differs from its neighbours."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    waves = (np.sin(x / 17 + number / 3), np.cos(y / 13 - number / 5), np.sin((x + y) / 29))
    return (0.5 + 0.4 * np.stack(waves, -1)).astype(np.float32)


def write(path, count=8, width=64, height=48, fps=25, **options):
    frames = [picture(n, width, height) for n in range(count)]
    with VideoWriter(path, fps, width, height, **options) as writer:
        for frame in frames:
            writer.write(frame)
    return frames


def encode(
    path, pictures, pts=None, codec="libx264", pix_fmt="yuv420p", rotation=0, rate=25, last_duration=1, **context
):
    """A file by PyAV itself, for what the writer does not write."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options={"crf": "4", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = pictures[0].shape[1], pictures[0].shape[0], pix_fmt
        for name, value in context.items():
            setattr(stream.codec_context, name, value)
        if rotation:
            stream.set_display_rotation(rotation)
        for number, pixels in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.rint(pixels * 255).astype(np.uint8), format="rgb24")
            frame = frame.reformat(format=pix_fmt, dst_colorspace=context.get("colorspace", Colorspace.ITU601))
            frame.pts, frame.time_base = number if pts is None else pts[number], Fraction(1, rate)
            container.mux(stream.encode(frame))
        *packets, last = stream.encode(None)
        last.duration = round(last_duration / rate / last.time_base)
        container.mux([*packets, last])


def tone(path, seconds=2.0, rate=48000):
    samples = (np.sin(np.arange(int(seconds * rate)) * 2 * np.pi * 440 / rate) * 20000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path
