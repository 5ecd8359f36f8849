"""Video files: frames in, frames out, sound carried over.

Frames are float32 (H, W, 3), RGB, sRGB in [0, 1], row 0 at the top.
"""

from neural_style.video.join import frames_in, join
from neural_style.video.read import Clip, probe, read_frames
from neural_style.video.target import SUFFIXES, check_target, unwritable
from neural_style.video.write import VideoWriter

__all__ = [
    "SUFFIXES",
    "Clip",
    "VideoWriter",
    "check_target",
    "frames_in",
    "join",
    "probe",
    "read_frames",
    "unwritable",
]
