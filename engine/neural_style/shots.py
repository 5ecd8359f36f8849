"""Finds the cuts between shots, from two neighbouring frames and nothing else."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scenedetect import ContentDetector, FrameTimecode

#: Frames are compared at this width, as PySceneDetect does for a whole clip: its threshold is meant for it.
_WIDTH = 256


def is_cut(previous: NDArray[np.float32], current: NDArray[np.float32]) -> bool:
    """Whether a new shot begins with `current`: PySceneDetect's content detector at its default threshold.

    previous, current: float32 (H, W, 3), sRGB in [0, 1]. Frames of two sizes are always a cut.

    A function of these two frames alone, so that a worker that starts in the middle of a clip finds the same
    cuts as one that played it from its first frame. The price: the detector's rule that a shot lasts at least
    15 frames needs a memory and is left out, so a flash of light can count as two cuts.
    """
    if previous.shape != current.shape:
        return True
    detector = ContentDetector(min_scene_len=0)
    cuts = [detector.process_frame(FrameTimecode(n, 25.0), _small(f)) for n, f in enumerate((previous, current))]
    return bool(cuts[1])


def _small(frame: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The frame as the detector wants it: small, 8-bit, BGR."""
    height, width = frame.shape[:2]
    small = frame[..., ::-1]
    if width > _WIDTH:
        size = (_WIDTH, max(1, round(height * _WIDTH / width)))
        small = np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR), np.float32)[..., ::-1]
    levels: NDArray[np.uint8] = np.rint(np.clip(np.nan_to_num(small), 0.0, 1.0) * 255.0).astype(np.uint8)
    return np.ascontiguousarray(levels)
