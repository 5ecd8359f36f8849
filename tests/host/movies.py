"""Short movies for tests, in a format that every Blender reads."""

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np


def disc(path: Path, frames: Iterable[tuple[int, tuple[int, int]]], size: tuple[int, int], radius: int) -> Path:
    """A green disc on grey, 25 frames a second; frames: the level of the grey and the disc's centre; size: (W, H)."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 25, size)
    for level, centre in frames:
        frame = np.full((size[1], size[0], 3), level, np.uint8)
        cv2.circle(frame, centre, radius, (30, 200, 90), -1)
        writer.write(frame)
    writer.release()
    return path
