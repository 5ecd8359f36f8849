"""Where a film is cut: its shots, and the segments that each is painted in."""

import hashlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from neural_style import shots, video
from neural_style.door.errors import NeuralStyleError
from neural_style.films.decoding import ahead
from neural_style.halves import as_kept
from neural_style.pixels import Frame, to_working

#: Frames of a segment at most: as many as x264 goes without a key frame, with which each segment begins. (At a key
#: frame the picture changes by a little more than elsewhere.) What a kill costs at most is painting so many again.
LENGTH = 250


@dataclass(frozen=True)
class Segment:
    """Frames `start` … `stop` − 1 of the clip, painted into one file.

    shot, number: which segment of which shot, from 0; first: what `fingerprint` says of its first frame.
    """

    shot: int
    number: int
    start: int
    stop: int
    first: str

    @property
    def name(self) -> str:
        """Of its files, without an ending."""
        return f"shot-{self.shot + 1:05}-{self.number + 1:03}"

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return self.stop - self.start


#: The segments of a shot, in order; at least one.
Shot = tuple[Segment, ...]


@dataclass(frozen=True)
class Plan:
    """The shots of a film, or of the part of it that is to be painted, in order."""

    shots: tuple[Shot, ...]

    @property
    def segments(self) -> list[Segment]:
        """Of all shots, in order."""
        return [segment for shot in self.shots for segment in shot]

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return sum(segment.frames for segment in self.segments)

    def rows(self) -> list[list[Any]]:
        """As what JSON can hold."""
        return [[s.shot, s.number, s.start, s.stop, s.first] for s in self.segments]

    @classmethod
    def of(cls, rows: list[list[Any]]) -> "Plan":
        """From what `rows` gave. Raises ValueError or TypeError where it did not."""
        found: dict[int, list[Segment]] = {}
        for row in rows:
            segment = Segment(*row)
            found.setdefault(segment.shot, []).append(segment)
        return cls(tuple(tuple(segments) for segments in found.values()))


def fingerprint(frame: Frame) -> str:
    """Tells frames of one clip apart."""
    return hashlib.blake2b(np.ascontiguousarray(frame).data, digest_size=8).hexdigest()


def scan(
    clip: Path, start: int = 0, count: int | None = None, width: int | None = None, working_width: int = 0
) -> Plan:
    """Find the shots of a clip by going through it once, in constant memory.

    start: the first frame; count: how many at most; width, working_width: as for reading and for painting, for a
    session looks for cuts in the frames that it paints, and the cuts here are those that it finds.
    Raises NeuralStyleError where the clip is broken, changes its size or has no frames there.
    """
    marks: list[tuple[int, int, int, str]] = []  # segments without their ends
    before: Frame | None = None
    shape: tuple[int, ...] | None = None
    end = start
    there = max(0, video.probe(clip).frames - start)
    progress = tqdm(total=min(count or there, there), unit="frame", desc="finding the shots", leave=False)
    with progress as bar, closing(ahead(video.read_frames(clip, start, count, width))) as frames:
        for frame in frames:
            shape = shape or frame.shape
            if frame.shape != shape:
                raise NeuralStyleError(
                    "the picture changes its size", f"{clip}, frame {end}", "encode the clip in one size"
                )
            working = to_working(frame, working_width)
            shot, number, begun, _ = marks[-1] if marks else (-1, 0, 0, "")
            if before is None or shots.is_cut(before, working):
                marks.append((shot + 1, 0, end, fingerprint(frame)))
            elif end - begun == LENGTH:
                marks.append((shot, number + 1, end, fingerprint(frame)))
            # A session compares with the frame as it is kept: in half floats.
            before = as_kept(working)
            end += 1
            bar.update()
    if not marks:
        where = f"{clip}, from frame {start} on" if start else str(clip)
        raise NeuralStyleError("the clip has no frames", where, "give another video file, or an earlier start")
    stops = [begun for _, _, begun, _ in marks[1:]] + [end]
    return Plan.of([[shot, n, begun, stop, first] for (shot, n, begun, first), stop in zip(marks, stops, strict=True)])
