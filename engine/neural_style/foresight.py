"""Begins with what painting the next frames will ask for, while one is solved: their motion and their T."""

from collections.abc import Sequence
from contextlib import ExitStack

from neural_style import memory
from neural_style.methods import Method
from neural_style.motion.ahead import AheadMotion
from neural_style.painter import Painter
from neural_style.pixels import Frame
from neural_style.styles import AheadStylist

#: Devices that paint T of the next frames while a frame is solved. On a processor both want all cores: a film takes
#: 0.99 to 1.01 times as long (measured on two cores; `blend` and `steady`, 320 and 640 pixels wide), and one that is
#: found in the cache 1.3 to 1.4 times, for T that nobody asks for. Devices but CUDA have no queue of their own for it.
_BESIDE = ("cuda",)


class Foresight:
    """Until it is closed, a painter finds begun what this was told to expect.

    The pictures are the same without it: a wrong guess costs time, and no more.

    frames: of which something is kept waiting at most; distances: motions of each at most.
    """

    def __init__(self, painter: Painter, frames: int, distances: int) -> None:
        self._painter = painter
        self._open = ExitStack()
        self._motion = self._open.enter_context(AheadMotion(painter.flow, frames * distances, painter.device))
        self._stylist: AheadStylist | None = None
        if painter.device.type in _BESIDE:
            self._stylist = self._open.enter_context(AheadStylist(painter.stylist, frames))
        painter.ahead_motion, painter.ahead_stylist = self._motion, self._stylist

    def expect(self, frame: Frame, earlier: Sequence[Frame], method: Method, style: str, seed: int) -> None:
        """Begin with T of a frame, and with its motion to earlier ones. No array may change from now on.

        frame, earlier: as the painter will be given them, at the size that is painted at.
        """
        if self._stylist is not None and method.uses_transformer and self._has_room(frame, method):
            self._stylist.expect(frame, style, seed)
        for each in earlier:
            self._motion.expect(method, frame, each)

    def close(self) -> None:
        """From now on the painter paints without it. What is in hand is waited for, what is not begun is dropped."""
        self._painter.ahead_motion = self._painter.ahead_stylist = None
        self._open.close()

    def _has_room(self, frame: Frame, method: Method) -> bool:
        """Whether there is memory for T beside a solve: where that goes by bands, there is not.

        A solve that runs out of memory takes narrower bands, and then the last bits of its picture are others.
        """
        height, width = frame.shape[:2]
        painter = self._painter
        return memory.rows(height, width, method.iterations, painter.feature_dtype(method), painter.device) is None
