"""Why painting ends: an error that an artist is meant to see (what, where, what to do about it), or the artist."""


class PaintError(Exception):
    """Painting cannot go on.

    what:  what happened, without a full stop.
    where: the node, frame or file that it concerns, or empty.
    mend:  what to do about it, or empty.
    """

    def __init__(self, what: str, where: str = "", mend: str = "") -> None:
        super().__init__(what, where, mend)
        self.what = what
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        sentence = f"{self.what}: {self.where}" if self.where else self.what
        return f"{sentence} ({self.mend})" if self.mend else sentence


class CancelledError(Exception):
    """The artist stopped the render."""
