"""Where a film is cut: its shots, and the segments that each is painted in."""

import hashlib
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

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
    """The shots of a film, or of the part of it that is to be painted, in order, as far as they are found.

    whole: whether there are no more.
    """

    shots: tuple[Shot, ...] = ()
    whole: bool = False

    @property
    def segments(self) -> list[Segment]:
        """Of all shots, in order."""
        return [segment for shot in self.shots for segment in shot]

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return sum(segment.frames for segment in self.segments)

    def rows(self) -> dict[str, Any]:
        """As what JSON can hold."""
        rows = [[s.shot, s.number, s.start, s.stop, s.first] for s in self.segments]
        return {"whole": self.whole, "segments": rows}

    @classmethod
    def of(cls, rows: dict[str, Any]) -> "Plan":
        """From what `rows` gave. Raises KeyError, ValueError or TypeError where it did not."""
        found: dict[int, list[Segment]] = {}
        for row in rows["segments"]:
            segment = Segment(*row)
            found.setdefault(segment.shot, []).append(segment)
        return cls(tuple(tuple(segments) for segments in found.values()), rows["whole"])


def fingerprint(frame: Frame) -> str:
    """Tells frames of one clip apart."""
    return hashlib.blake2b(np.ascontiguousarray(frame).data, digest_size=8).hexdigest()


def grown(
    plan: Plan, clip: Path, start: int = 0, count: int | None = None, width: int | None = None, working_width: int = 0
) -> Generator[Plan]:
    """Go through a clip once, in constant memory: the plan with one more shot each time, and whole in the end.

    plan: what was found before, with the same arguments; start: the first frame; count: how many at most; width,
    working_width: as for reading and for painting, for a session looks for cuts in the frames that it paints, and the
    cuts here are those that it finds.
    Raises NeuralStyleError where the clip is broken, changes its size or has no frames there.
    """
    # The last shot is gone through again: by its frames it shows the size that the next ones have to have.
    found = list(plan.shots[:-1])
    end = begin = plan.shots[-1][0].start if plan.shots else start
    left = None if count is None else count - (begin - start)
    marks: list[tuple[int, str]] = []  # where the segments of the shot in hand begin
    before: Frame | None = None
    shape: tuple[int, ...] | None = None

    with closing(ahead(video.read_frames(clip, begin, left, width))) as frames:
        for frame in frames:
            shape = shape or frame.shape
            if frame.shape != shape:
                raise NeuralStyleError(
                    "the picture changes its size", f"{clip}, frame {end}", "encode the clip in one size"
                )
            working = to_working(frame, working_width)
            if before is not None and shots.is_cut(before, working):
                found.append(_shot(len(found), marks, end))
                marks = []
                yield Plan(tuple(found))
            if not marks or end - marks[-1][0] == LENGTH:
                marks.append((end, fingerprint(frame)))
            # A session compares with the frame as it is kept: in half floats.
            before = as_kept(working)
            end += 1
    if not marks:
        where = f"{clip}, from frame {start} on" if start else str(clip)
        raise NeuralStyleError("the clip has no frames", where, "give another video file, or an earlier start")
    yield Plan((*found, _shot(len(found), marks, end)), whole=True)


def _shot(number: int, marks: list[tuple[int, str]], end: int) -> Shot:
    """The shot whose segments begin at these frames, with what `fingerprint` says of them."""
    stops = [begun for begun, _ in marks[1:]] + [end]
    spans = enumerate(zip(marks, stops, strict=True))
    return tuple(Segment(number, place, begun, stop, first) for place, ((begun, first), stop) in spans)
