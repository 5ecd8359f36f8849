"""Small frames to paint: textures that optical flow can follow, moving by a known amount."""

import cv2
import numpy as np

from neural_style.pixels import Frame


def texture(height: int, width: int, seed: int = 0) -> Frame:
    """A smooth random colour texture, (H, W, 3) in [0, 1], that optical flow can follow."""
    rng = np.random.default_rng(seed)
    coarse = rng.random((height // 8 + 2, width // 8 + 2, 3), dtype=np.float32)
    return np.clip(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)


def moving_clip(count: int, height: int = 48, width: int = 64, seed: int = 0) -> list[Frame]:
    """A texture that moves right by two pixels a frame."""
    wide = texture(height, width + 2 * count, seed)
    return [np.ascontiguousarray(wide[:, 2 * (count - i) : 2 * (count - i) + width]) for i in range(count)]
