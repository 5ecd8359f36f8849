"""The frames of one shot in a file, for methods that go through it several times: memory only looks into it."""

from collections.abc import Iterable, Sequence
from typing import BinaryIO, Self, overload

import numpy as np

from neural_style.pixels import Frame, to_working


class ShotFile(Sequence[Frame]):
    """The frames at the size that they are painted at, (H, W, 3), sRGB in [0, 1]. sources: the same, as they came."""

    def __init__(self, file: BinaryIO, shape: tuple[int, ...], working_width: int) -> None:
        """file: holds the sources, float32; shape: (count, H, W, 3)."""
        file.flush()
        self.sources: Frame = np.memmap(file, np.float32, "r", shape=shape)
        self._width = working_width

    @classmethod
    def of(cls, frames: Iterable[Frame], file: BinaryIO, working_width: int) -> Self:
        """Write frames, at least one and all of one size, into an empty file."""
        shape: tuple[int, ...] = ()
        for count, frame in enumerate(frames, 1):
            file.write(np.ascontiguousarray(frame, np.float32).data)
            shape = count, *frame.shape
        return cls(file, shape, working_width)

    def __len__(self) -> int:
        return len(self.sources)

    @overload
    def __getitem__(self, place: int) -> Frame: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Frame]: ...
    def __getitem__(self, place: int | slice) -> Frame | Sequence[Frame]:
        if isinstance(place, slice):
            return [self[n] for n in range(*place.indices(len(self)))]
        return to_working(np.asarray(self.sources[place]), self._width)
