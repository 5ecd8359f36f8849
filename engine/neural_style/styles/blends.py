"""How a blend is written: `PART:SHARE+PART:SHARE`, where a part may be a path that itself holds `+` and `:`."""

from pathlib import Path

from neural_style.door.errors import NeuralStyleError


def shares(style: str) -> dict[str, float]:
    """The parts of a style and their shares, of sum 1; what the parts are is not looked at.

    A share is what follows a part's last colon, where that is a number: `C:\\a.jpg` has none, and one. What is the
    name of an existing file is never taken apart. Raises NeuralStyleError where a share is not a positive number.
    """
    result: dict[str, float] = {}
    for piece in _pieces(style):
        part, share = (piece, 1.0) if is_file(piece) else _shared(piece)
        if not 0 < share < float("inf"):
            raise NeuralStyleError("a style's share must be a positive number", piece, "write NAME:0.7")
        result[part] = result.get(part, 0.0) + share
    total = sum(result.values())
    return {part: share / total for part, share in result.items()}


def is_file(text: str) -> bool:
    """Whether a text is the path of an existing file."""
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # longer than a path can be, or with a null character
        return False


def _pieces(style: str) -> list[str]:
    """A blend taken apart at its plus signs, except at those in the name of an existing file."""
    words = style.split("+")
    pieces = []
    while words:
        # The longest run of words that is a file, else one word.
        for count in range(len(words), 0, -1):
            piece = "+".join(words[:count]).strip()
            if count == 1 or is_file(piece) or is_file(_shared(piece)[0]):
                break
        pieces.append(piece)
        words = words[count:]
    return pieces


def _shared(piece: str) -> tuple[str, float]:
    """The part and the share that a piece of a blend says; a share of 1 where it says none."""
    part, colon, share = piece.rpartition(":")
    if not colon:
        return piece, 1.0
    if not share.strip():
        return part.strip(), 1.0
    try:
        return part.strip(), float(share)
    except ValueError:
        return piece, 1.0
