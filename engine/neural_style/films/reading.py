"""Reads a clip piece by piece."""

from collections.abc import Generator
from itertools import chain
from pathlib import Path

from neural_style import video
from neural_style.door.errors import NeuralStyleError
from neural_style.films.plan import Segment, fingerprint
from neural_style.pixels import Frame


class Reader:
    """The frames of a clip from any segment on. It reads straight on where it stands there already."""

    def __init__(self, clip: Path, width: int | None = None) -> None:
        self._clip = clip
        self._width = width
        self._place = 0
        self._frames: Generator[Frame] | None = None

    def frames(self, segment: Segment, stop: int) -> Generator[Frame]:
        """The frames from the segment's first to `stop` − 1.

        Raises NeuralStyleError where the clip is not the one that was scanned.
        """
        frames = self._from(segment)
        for place in range(segment.start, stop):
            frame = next(frames, None)
            if frame is None:
                raise self._changed(place)
            self._place = place + 1
            yield frame

    def close(self) -> None:
        """Close the clip."""
        if self._frames is not None:
            self._frames.close()
        self._frames = None

    def _from(self, segment: Segment) -> Generator[Frame]:
        """The clip's frames from the segment's first on."""
        if self._frames is not None and self._place == segment.start:
            return self._frames
        # Some files cannot be entered at a frame: those are read from their beginning.
        for place in dict.fromkeys((segment.start, 0)):
            self.close()
            frames = video.read_frames(self._clip, place, width=self._width)
            first = next((f for number, f in enumerate(frames, place) if number == segment.start), None)
            if first is not None and fingerprint(first) == segment.first:
                self._frames = _with(first, frames)
                return self._frames
            frames.close()
        raise self._changed(segment.start)

    def _changed(self, place: int) -> NeuralStyleError:
        mend = "finish the film with the clip that it was begun with, or delete the folder of what is painted"
        return NeuralStyleError("the clip is not what it was", f"{self._clip}, frame {place}", mend)


def _with(first: Frame, frames: Generator[Frame]) -> Generator[Frame]:
    try:
        yield from chain([first], frames)
    finally:
        frames.close()
