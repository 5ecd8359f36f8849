"""T that is already there when it is asked for: a thread of its own paints the frames that are expected."""

from contextlib import AbstractContextManager, nullcontext

import torch

from neural_style.ahead import Ahead
from neural_style.pixels import Frame
from neural_style.styles.stylist import Stylist


class AheadStylist(Ahead[Frame]):
    """Paints like the stylist inside it, the same pictures, and can begin before it is asked; see `Ahead`.

    One thread alone uses the stylist inside, which loads its networks when it needs them.

    most: pictures that are kept waiting at most.
    """

    def __init__(self, stylist: Stylist, most: int = 4) -> None:
        super().__init__(self._painted, most, "transformer")
        self._stylist = stylist
        # What a device does in one stream it does in order: T would wait for all that the solver has asked it for.
        self._stream: AbstractContextManager[object] = nullcontext()
        if stylist.device.type == "cuda":
            self._stream = torch.cuda.stream(torch.cuda.Stream(stylist.device))  # type: ignore[no-untyped-call]

    def expect(self, frame: Frame, style: str, seed: int) -> None:
        """Begin with T of a frame, which may not change from now on."""
        self.begin(frame, style, seed)

    def paint(self, frame: Frame, style: str, seed: int = 0) -> Frame:
        """T; see `Stylist.paint`."""
        return self.ask(frame, style, seed)

    def _painted(self, frame: Frame, style: str, seed: int) -> Frame:
        with self._stream:
            return self._stylist.paint(frame, style, seed)  # an array: the stream has done all of it
