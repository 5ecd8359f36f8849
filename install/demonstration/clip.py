"""Prepares the clip: its first frames at the working size, for Blender and for the measures, the very same pixels."""

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from demonstration.job import LEAST_FRAMES, Job, weight_keys
from neural_style import video, weights
from neural_style.door.errors import NeuralStyleError
from neural_style.pixels import Frame


@dataclass(frozen=True)
class Shot:
    """The prepared clip: where it came from, what Blender reads, and the very same pixels as frames."""

    source: Path
    info: video.Clip
    path: Path
    frames: list[Frame]
    keys: dict[int, float]

    @property
    def size(self) -> tuple[int, int]:
        """(width, height)."""
        return self.frames[0].shape[1], self.frames[0].shape[0]


def prepare(job: Job) -> Shot:
    """The clip's first frames at the working size, also as a lossless file: what Blender and the engine both see.

    Raises NeuralStyleError where the clip cannot be read or is too short.
    """
    source = Path(job.clip) if job.clip else weights.locate("big-buck-bunny")
    info = video.probe(source)
    width = min(job.width, info.width) // 2 * 2  # H.264 in its common form takes even sizes only
    frames = []
    for frame in video.read_frames(source, count=job.frames, width=width):
        even = frame[: frame.shape[0] // 2 * 2, :width]
        frames.append(np.rint(np.clip(even, 0, 1) * 255).astype(np.float32) / np.float32(255))
    if len(frames) < LEAST_FRAMES:
        where = f"{source}, {len(frames)} frames"
        raise NeuralStyleError("the clip is too short", where, f"give one of at least {LEAST_FRAMES}")
    job.work.mkdir(parents=True, exist_ok=True)
    shot = Shot(source, info, job.work / "clip.mkv", frames, weight_keys(len(frames)))
    with av.open(str(shot.path), "w") as file:
        stream = file.add_stream("ffv1", rate=info.fps)
        stream.width, stream.height = shot.size
        stream.pix_fmt = "bgr0"  # RGB to the bit: no conversion of colours on the way to Blender
        for frame in frames:
            pixels = np.rint(frame * 255).astype(np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        file.mux(stream.encode())
    return shot
