"""The clip that is painted and measured: a video file, or a folder of rendered ground truth."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

from neural_style import motion, video
from neural_style.door.errors import NeuralStyleError
from neural_style.pixels import Frame
from neural_style.report.pairs import EstimatedPairs, PairSource, TruthPairs
from neural_style.truth import DESCRIPTION, TruthClip


@dataclass(frozen=True)
class Source:
    """A clip whose frames can be read again and again.

    identity: names its frames, so that what was painted from others is not taken for painted from these.
    pairs:    how its motion is known to whoever measures. fps: frames a second. frames: about how many there are.
    """

    path: Path
    identity: str
    fps: Fraction
    frames: int
    pairs: PairSource
    pixel_aspect: Fraction
    _width: int | None
    _count: int | None
    _truth: TruthClip | None

    @property
    def name(self) -> str:
        """What to call the clip in a report."""
        return self._truth.name if self._truth else self.path.name

    def read(self) -> Iterator[Frame]:
        """The frames, float32 (H, W, 3), sRGB in [0, 1], in order."""
        if self._truth is not None:
            return islice(self._truth.frames(), self._count)
        return video.read_frames(self.path, count=self._count, width=self._width)


def open_source(path: Path, width: int | None = None, frames: int | None = None, painted_with: str = "dis") -> Source:
    """The clip at a path, scaled to a width (None: its own), as far as `frames` (None: all of it).

    A folder with a truth.json is scored with its exact motion, a video with another flow than `painted_with`, the
    name of the flow that it is painted with. Raises NeuralStyleError where there is no clip.
    """
    if path.is_dir() or path.name == DESCRIPTION:
        return _truth(path if path.is_dir() else path.parent, width, frames)
    info = video.probe(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    # Never by one of a kind with what painted: its own mistakes would look right.
    scored_with = motion.FLOWS["dis" if painted_with == "farneback" else "farneback"]
    return Source(
        path=path,
        identity=f"{digest} width {width} frames {frames}",
        fps=info.fps,
        frames=min(frames or info.frames, info.frames),
        pairs=EstimatedPairs(scored_with()),
        pixel_aspect=info.pixel_aspect,
        _width=width,
        _count=frames,
        _truth=None,
    )


def _truth(folder: Path, width: int | None, frames: int | None) -> Source:
    clip = TruthClip.open(folder)
    if width is not None and width != clip.width:
        raise NeuralStyleError(
            "ground truth holds at the size it was rendered at only",
            f"{folder} is {clip.width} pixels wide",
            "leave out --width",
        )
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            digest.update(f"{file.relative_to(folder)}\0{file.stat().st_size}\0".encode())
            digest.update(file.read_bytes())
    return Source(
        path=folder,
        identity=f"{digest.hexdigest()} frames {frames}",
        fps=clip.fps,
        frames=min(frames or clip.count, clip.count),
        pairs=TruthPairs(clip),
        pixel_aspect=Fraction(1),
        _width=None,
        _count=frames,
        _truth=clip,
    )
