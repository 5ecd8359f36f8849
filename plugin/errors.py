"""What can go wrong while a frame is painted."""

from .door.errors import NeuralStyleError


class PaintError(NeuralStyleError):
    """A frame cannot be painted, and the artist is told why: what, where, what to do."""


class CancelledError(Exception):
    """The artist stopped the render."""
