"""A truth clip without a renderer: a square that moves before a wall by whole pixels, so that all is exact."""

import json

import cv2
import numpy as np

from frames import texture
from neural_style.pixels import Frame
from neural_style.truth import TruthClip

WIDTH, HEIGHT, STEP = 64, 48, 4

#: At distance d a pixel is 2d / WIDTH wide.
_PROJECTION = [[1, 0, 0, 0], [0, WIDTH / HEIGHT, 0, 0], [0, 0, -1.0002, -0.2], [0, 0, -1, 0]]


def passing_square(folder, frames: int = 14) -> TruthClip:
    """A square of 12 pixels at depth 1 that moves right by 4 pixels a frame, before a wall at depth 2."""
    for name in ("frames", "data"):
        (folder / name).mkdir(parents=True)
    wall, square = texture(HEIGHT, WIDTH, 1), texture(12, 12, 2)
    poses = []
    for number in range(frames):
        picture, left = wall.copy(), 2 + STEP * number
        depth, index = np.full((HEIGHT, WIDTH), 2, np.float32), np.ones((HEIGHT, WIDTH), np.uint8)
        covered = np.s_[20:32, left : left + 12]
        picture[covered] = square[:, : max(0, WIDTH - left)]
        depth[covered], index[covered] = 1, 2
        levels = np.rint(picture * 255).astype(np.uint8)
        cv2.imwrite(str(folder / "frames" / f"{number + 1:04d}.png"), levels[..., ::-1])
        normal = np.broadcast_to(np.array([0, 0, 1], np.float16), (HEIGHT, WIDTH, 3))
        np.savez_compressed(folder / "data" / f"{number + 1:04d}.npz", depth=depth, object=index, normal=normal)
        moved = np.eye(4)
        moved[0, 3] = STEP * number * 2 / WIDTH
        poses.append([np.eye(4).tolist(), np.eye(4).tolist(), moved.tolist()])
    said = {"format": 1, "name": "passing square", "fps": 24, "frames": frames, "width": WIDTH, "height": HEIGHT}
    said |= {"projections": [_PROJECTION] * frames, "views": [np.eye(4).tolist()] * frames, "poses": poses}
    (folder / "truth.json").write_text(json.dumps(said))
    return TruthClip.open(folder)


def square_at(number: int) -> np.ndarray:
    """(H, W): where the square is in a frame."""
    inside = np.zeros((HEIGHT, WIDTH), bool)
    inside[20:32, 2 + STEP * number : 14 + STEP * number] = True
    return inside


def pictures(clip: TruthClip) -> list[Frame]:
    """The clip's frames."""
    return list(clip.frames())
