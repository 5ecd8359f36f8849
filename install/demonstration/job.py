"""What the demo is asked to do, and the fades of the style weight that follow from it. Standard library only."""

import json
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

#: A clip must be at least this long for the weight to rise, stay and fall.
LEAST_FRAMES = 4


@dataclass(frozen=True)
class Job:
    """One run of the demo.

    clip:       the clip to paint; empty for Big Buck Bunny.
    frames:     how many frames at most.
    width:      in pixels, that is painted at; never more than the clip's own.
    style:      a name of the catalogue.
    blender:    "4.5" or "5.2".
    python:     the Python that has this Blender as a module.
    resources:  Blender's user folder, in which the extension is installed.
    out:        the folder for the results.
    """

    clip: str
    frames: int
    width: int
    style: str
    blender: str
    python: str
    resources: str
    out: str

    @property
    def work(self) -> Path:
        """The folder for what is made on the way."""
        return Path(self.out) / "work"

    def to_json(self) -> str:
        """The job as one argument for another Python."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Job":
        """The job in such an argument."""
        return cls(**json.loads(text))


def weight_keys(count: int) -> dict[int, float]:
    """The style weight's keyframes for frames 1 … count: 0 → 1 → 1 → 0, each fade a fifth of the clip."""
    fade = max(1, round((count - 1) / 5))
    return {1: 0.0, 1 + fade: 1.0, count - fade: 1.0, count: 0.0}


def weight_at(frame: int, keys: dict[int, float]) -> float:
    """The weight at a frame, linear between the keys."""
    frames = sorted(keys)
    for left, right in pairwise(frames):
        if left <= frame <= right:
            share = (frame - left) / (right - left)
            return keys[left] + share * (keys[right] - keys[left])
    return keys[frames[0] if frame < frames[0] else frames[-1]]
