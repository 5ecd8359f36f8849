"""Video files: frames in, frames out, sound carried over.

Frames are float32 (H, W, 3), RGB, sRGB in [0, 1], row 0 at the top.
"""

from neural_style.video.read import Clip, probe, read_frames
from neural_style.video.write import SUFFIXES, VideoWriter

__all__ = ["SUFFIXES", "Clip", "VideoWriter", "probe", "read_frames"]
