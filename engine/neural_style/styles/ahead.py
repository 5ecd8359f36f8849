"""T that is already there when it is asked for: a thread of its own paints the frames that are expected."""

from neural_style.ahead import Ahead
from neural_style.pixels import Frame
from neural_style.styles.stylist import Stylist


class AheadStylist(Ahead[Frame]):
    """Paints like the stylist inside it, the same pictures, and can begin before it is asked; see `Ahead`.

    One thread alone uses the stylist inside, which loads its networks when it needs them.

    most: pictures that are kept waiting at most.
    """

    def __init__(self, stylist: Stylist, most: int = 4) -> None:
        super().__init__(stylist.paint, most, "transformer", stylist.device)

    def expect(self, frame: Frame, style: str, seed: int) -> None:
        """Begin with T of a frame, which may not change from now on."""
        self.begin(frame, style, seed)

    def paint(self, frame: Frame, style: str, seed: int = 0) -> Frame:
        """T; see `Stylist.paint`."""
        return self.ask(frame, style, seed)
