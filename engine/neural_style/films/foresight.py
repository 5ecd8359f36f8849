"""Begins with what painting the next frames of a film will ask for, while one is solved: their motion and their T."""

from collections import deque
from collections.abc import Generator
from contextlib import ExitStack
from types import TracebackType
from typing import Self

import numpy as np

from neural_style import memory
from neural_style.door.messages import Settings
from neural_style.films.reading import AHEAD
from neural_style.methods import method as find_method
from neural_style.motion.ahead import AheadMotion
from neural_style.painter import Painter
from neural_style.pixels import Frame, to_working
from neural_style.styles import AheadStylist

#: Frames that something may be begun for: those that are read ahead, the one that waits to be among them, and the one
#: in hand.
_FRAMES = AHEAD + 2

#: Bytes of frames that are held to begin with the motion to distant ones; beyond, that is estimated when asked for.
_MOST_HELD = 1 << 29

#: Devices that paint T of the next frames while a frame is solved. On a processor both want all cores: a film takes
#: 0.99 to 1.01 times as long (measured on two cores; `blend` and `steady`, 320 and 640 pixels wide), and one that is
#: found in the cache 1.3 to 1.4 times, for T that nobody asks for. Devices but CUDA have no queue of their own for it.
_BESIDE = ("cuda",)


class Foresight:
    """A context manager: as long as it lasts, the painter finds begun what `frames` has seen go by.

    The pictures are the same without it. settings: that all frames are painted with.
    """

    def __init__(self, painter: Painter, settings: Settings) -> None:
        self._painter = painter
        self._settings = settings
        self._method = find_method(settings.method).adjusted(settings.temporal, settings.iterations)
        self._distances = self._method.distances if self._method.follows_time else ()
        most = len(self._method.distances) * _FRAMES
        self._motion = AheadMotion(painter.motion_for(self._method), most, painter.device)
        beside = self._method.uses_transformer and painter.device.type in _BESIDE
        self._stylist = AheadStylist(painter.stylist, _FRAMES) if beside else None
        self._open = ExitStack()

    def frames(self, frames: Generator[Frame]) -> Generator[Frame]:
        """The same frames, of one shot; as each goes by, what painting it will ask for is begun."""
        earlier: deque[np.ndarray] = deque(maxlen=max(self._distances, default=0))
        try:
            for frame in frames:
                now = to_working(frame, self._settings.working_width)
                if self._stylist is not None and self._has_room(now):
                    self._stylist.expect(now, self._settings.style, self._settings.seed)
                for distance in self._distances:
                    if distance <= len(earlier) and distance * now.nbytes <= 2 * _MOST_HELD:
                        # A session keeps what it has painted in half floats.
                        self._motion.expect(now, earlier[-distance].astype(np.float32))
                earlier.append(now.astype(np.float16))
                yield frame
        finally:
            frames.close()

    def __enter__(self) -> Self:
        for name, begins in (("ahead_motion", self._motion), ("ahead_stylist", self._stylist)):
            if begins is not None:
                self._open.enter_context(begins)
                self._open.callback(setattr, self._painter, name, None)
                setattr(self._painter, name, begins)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _has_room(self, frame: Frame) -> bool:
        """Whether there is memory for T beside a solve: where that goes by bands, there is not.

        A solve that runs out of memory takes narrower bands, and then the last bits of its picture are others.
        """
        height, width = frame.shape[:2]
        painter, method = self._painter, self._method
        dtype = painter.feature_dtype(method)
        return memory.rows(height, width, method.iterations, dtype, painter.device) is None
