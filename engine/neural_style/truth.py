"""Truth clips: rendered clips of which the motion and the visibility between any two frames are known exactly.

Every object of such a clip is rigid. So where a surface point is in another frame follows from the depth and the
object at its pixel and from the matrices of the object and of the camera in both frames; nothing is estimated. A clip
is a folder that `tests/truth/render.py` makes in Blender:

- `truth.json`: size, frame rate, and the matrices of every frame;
- `frames/0001.png` …: the pictures, sRGB, 8 or 16 bits;
- `data/0001.npz` …: of the surface at the *centre* of each pixel its `depth` (float32 (H, W), along the camera's
  axis, infinite where there is only sky), its `object` (uint8 (H, W), 0 for sky, n for the n-th of `poses`) and its
  `normal` (float16 (H, W, 3), in world space, towards the camera).
"""

import json
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import cv2
import numpy as np
from numpy.typing import NDArray

from neural_style.door.errors import NeuralStyleError

Frame = NDArray[np.float32]

#: The file that makes a folder a truth clip.
DESCRIPTION = "truth.json"

#: The version of the format.
FORMAT = 1

#: How many frames' data a clip keeps in memory: a window that long-term measures look back into, and the first frame.
_KEPT = 16

#: Two points are of one surface where they are within this many pixels' widths of its tangent plane. What is looked up
#: is up to half a pixel aside, which a curved or slanted surface turns into a little depth.
_SAME_SURFACE = 1.5

_MEND = "render it again with tests/truth/render.py"

Matrices = NDArray[np.float64]


class Motion(NamedTuple):
    """The motion from one frame to another.

    flow:    float32 (H, W, 2) in pixels, (right, down), also where the point is hidden or outside the other frame;
             0 where it is behind the other camera.
    visible: bool (H, W), whether the surface seen at a pixel is also seen in the other frame.
    """

    flow: Frame
    visible: NDArray[np.bool_]


class Surfaces(NamedTuple):
    """What is seen in a frame at the centres of its pixels; see the head of this file."""

    depth: NDArray[np.float32]
    object: NDArray[np.uint8]
    normal: NDArray[np.float16]


@dataclass
class TruthClip:
    """A truth clip. Frames are counted from 0.

    projections: (N, 4, 4), camera space (looking along -z, y up) to clip space, as OpenGL's.
    views:       (N, 4, 4), world to camera space.
    poses:       (N, objects, 4, 4), object to world space, rigid; entry 0 is the sky's, the identity.
    """

    folder: Path
    name: str
    count: int
    width: int
    height: int
    fps: Fraction
    projections: Matrices = field(repr=False)
    views: Matrices = field(repr=False)
    poses: Matrices = field(repr=False)
    _read: "OrderedDict[int, Surfaces]" = field(default_factory=OrderedDict, repr=False)

    @classmethod
    def open(cls, folder: str | Path) -> "TruthClip":
        """Open the clip in a folder. Raises NeuralStyleError where there is none, or a broken one."""
        folder = Path(folder)
        path = folder / DESCRIPTION
        try:
            said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            mend = f"give a folder that holds a {DESCRIPTION}"
            raise NeuralStyleError("the folder is no truth clip", str(folder), mend) from error
        except (OSError, ValueError) as error:
            raise NeuralStyleError("the truth clip cannot be read", str(path), _MEND) from error
        if not isinstance(said, dict) or said.get("format") != FORMAT:
            raise NeuralStyleError("the truth clip is of another version", str(path), _MEND)
        try:
            clip = cls(
                folder=folder,
                name=str(said["name"]),
                count=int(said["frames"]),
                width=int(said["width"]),
                height=int(said["height"]),
                fps=Fraction(said["fps"]),
                projections=np.array(said["projections"], np.float64),
                views=np.array(said["views"], np.float64),
                poses=np.array(said["poses"], np.float64),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise NeuralStyleError("the truth clip's description is broken", str(path), _MEND) from error
        shapes = (clip.projections.shape, clip.views.shape, clip.poses.shape[:1], clip.poses.shape[2:])
        if clip.count < 1 or shapes != ((clip.count, 4, 4), (clip.count, 4, 4), (clip.count,), (4, 4)):
            raise NeuralStyleError("the truth clip's description is broken", str(path), _MEND)
        return clip

    @property
    def size(self) -> tuple[int, int]:
        """The (height, width) of its frames."""
        return self.height, self.width

    def frame(self, index: int) -> Frame:
        """A picture: float32 (H, W, 3), sRGB in [0, 1]."""
        path = self._path("frames", index, "png")
        levels = cv2.imread(str(path), cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
        if levels is None or levels.shape != (*self.size, 3):
            raise NeuralStyleError("a frame of the truth clip is missing or broken", str(path), _MEND)
        most = np.float32(65535 if levels.dtype == np.uint16 else 255)
        return np.ascontiguousarray(levels[..., ::-1], dtype=np.float32) / most

    def frames(self) -> Iterator[Frame]:
        """All pictures, in order."""
        return map(self.frame, range(self.count))

    def surfaces(self, index: int) -> Surfaces:
        """What is seen in a frame; see the head of this file."""
        if index in self._read:
            self._read.move_to_end(index)
            return self._read[index]
        path = self._path("data", index, "npz")
        try:
            with np.load(path, allow_pickle=False) as arrays:
                found = Surfaces(arrays["depth"], arrays["object"], arrays["normal"])
        except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
            raise NeuralStyleError("the truth clip's data are missing or broken", str(path), _MEND) from error
        if found.depth.shape != self.size or found.object.shape != self.size or found.normal.shape != (*self.size, 3):
            raise NeuralStyleError("the truth clip's data are of another size", str(path), _MEND)
        self._read[index] = found
        while len(self._read) > _KEPT:
            self._read.popitem(last=False)
        return found

    def motion(self, i: int, j: int) -> Motion:
        """The motion from frame i to frame j, whichever comes first; from a frame to itself it is nought.

        A point is visible in j where it is inside that frame, has not turned its back, and nothing is nearer at the
        pixel of j that it falls into. So visibility is exact to half a pixel (at integer motions: exact), and the
        flow to about 0.005 px, the width of the filter that the data were rendered with.
        """
        here, there = self.surfaces(i), self.surfaces(j)
        x, y = np.meshgrid(np.arange(self.width, dtype=np.float64), np.arange(self.height, dtype=np.float64))
        points, normals = self._world(i, here, x, y)
        # The rigid motion of each pixel's object from i to j, then camera j.
        moved = (self.poses[j] @ np.linalg.inv(self.poses[i]))[here.object]
        points = _apply(moved, points)
        normals = np.einsum("...ij,...j->...i", moved[..., :3, :3], normals)
        in_camera = _apply(self.views[j], points)
        clip = _apply(self.projections[j], in_camera)
        in_front = clip[..., 3] > 0
        w = np.where(in_front, clip[..., 3], 1.0)
        to_x = np.where(in_front, (clip[..., 0] / w + 1) * (self.width / 2) - 0.5, x)
        to_y = np.where(in_front, (1 - clip[..., 1] / w) * (self.height / 2) - 0.5, y)
        inside = in_front & (np.abs(to_x - (self.width - 1) / 2) <= (self.width - 1) / 2 + _ROUNDING)
        inside &= np.abs(to_y - (self.height - 1) / 2) <= (self.height - 1) / 2 + _ROUNDING

        column = np.clip(np.rint(np.where(inside, to_x, 0)), 0, self.width - 1).astype(np.intp)
        row = np.clip(np.rint(np.where(inside, to_y, 0)), 0, self.height - 1).astype(np.intp)
        seen = Surfaces(there.depth[row, column], there.object[row, column], there.normal[row, column])
        occluded = self._occluded(j, points, normals, in_camera, seen, column, row, here.object == 0)
        flow = np.stack((to_x - x, to_y - y), -1).astype(np.float32)
        return Motion(flow, inside & ~occluded)

    def _occluded(
        self,
        j: int,
        points: Matrices,
        normals: Matrices,
        in_camera: Matrices,
        seen: Surfaces,
        column: NDArray[np.intp],
        row: NDArray[np.intp],
        sky: NDArray[np.bool_],
    ) -> NDArray[np.bool_]:
        """Whether points are hidden in frame j by what is `seen` there at the pixels that they fall into."""
        others, other_normals = self._world(j, seen, column.astype(np.float64), row.astype(np.float64))
        depth = np.where(sky, np.inf, -in_camera[..., 2])
        pixel = 2 * seen.depth.astype(np.float64) / (self.projections[j, 0, 0] * self.width)
        with np.errstate(invalid="ignore"):  # sky behind sky: inf - inf
            nearer = seen.depth < depth - _SAME_SURFACE * pixel
        # On a slanted plane half a pixel aside is much nearer or farther, and yet the same surface.
        off_plane = np.abs(np.sum((points - others)[..., :3] * other_normals, -1))
        hidden = nearer & (off_plane > _SAME_SURFACE * pixel)
        eye = np.linalg.inv(self.views[j])[:3, 3]
        turned = np.sum(normals * (points[..., :3] - eye), -1) > 0
        return np.where(sky, np.isfinite(seen.depth), hidden | turned)

    def _world(self, index: int, seen: Surfaces, x: Matrices, y: Matrices) -> tuple[Matrices, Matrices]:
        """The points (…, 4) seen at pixels of a frame, in world space, and their normals (…, 3).

        The sky is infinitely far: its fourth coordinate is 0, so that no translation moves it.
        """
        projection = self.projections[index]
        sky = ~np.isfinite(seen.depth)
        depth = np.where(sky, 1.0, seen.depth.astype(np.float64))
        ndc_x = (2 * x + 1) / self.width - 1
        ndc_y = 1 - (2 * y + 1) / self.height
        right = (ndc_x + projection[0, 2]) / projection[0, 0] * depth
        up = (ndc_y + projection[1, 2]) / projection[1, 1] * depth
        in_camera = np.stack((right, up, -depth, np.where(sky, 0.0, 1.0)), -1)
        return _apply(np.linalg.inv(self.views[index]), in_camera), seen.normal.astype(np.float64)

    def _path(self, folder: str, index: int, suffix: str) -> Path:
        if not 0 <= index < self.count:
            raise IndexError(f"there is no frame {index}: the clip has {self.count}")
        return self.folder / folder / f"{index + 1:04d}.{suffix}"


#: What a position may be off by and still count as inside the frame: points at its very border project back to it.
_ROUNDING = 1e-3


def _apply(matrices: Matrices, points: Matrices) -> Matrices:
    """Each point (…, 4) by its matrix (…, 4, 4), or all by one."""
    result: Matrices = np.einsum("...ij,...j->...i", matrices, points)
    return result
