"""From what is typed as a style to what it consists of: a network that paints T, and perhaps a painting.

A *part* is one style's name or file; a *blend* is several parts with shares, `PART:SHARE+PART:SHARE`. What a part can
be is the table `KINDS`: to make styles of another kind known, put a function there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from neural_style.door.catalogue import STYLES
from neural_style.door.errors import NeuralStyleError
from neural_style.styles.files import PICTURES, file_hash
from neural_style.weights import SOURCES

#: The paintings that are shipped; a catalogue entry names its file here.
PAINTINGS = Path(__file__).resolve().parents[1] / "paintings"

#: The endings of files that hold a transformer network of one style.
NETWORKS = (".pth", ".model", ".pt")

_PLACE = {entry.name: place for place, entry in enumerate(STYLES)}


@dataclass(frozen=True)
class Multistyle:
    """T by the shipped network of 26 styles; styles of this kind blend inside it. index: the style's place there."""

    index: int

    @property
    def digest(self) -> str:
        """Names all that T depends on."""
        return f"multistyle26 {SOURCES['multistyle26'].sha256} {self.index}"


@dataclass(frozen=True)
class NetworkFile:
    """T by a network of one style, read from a file."""

    path: Path

    @property
    def digest(self) -> str:
        """Names all that T depends on."""
        return f"network {file_hash(self.path)}"


Network = Multistyle | NetworkFile


@dataclass(frozen=True)
class Style:
    """One style. name: as it was typed; network: paints T; painting: the file of the picture it is after, if any."""

    name: str
    network: Network
    painting: Path | None = None


def _catalogued(part: str) -> Style | None:
    """A style of the catalogue."""
    place = _PLACE.get(part)
    if place is None:
        return None
    entry = STYLES[place]
    painting = PAINTINGS / entry.painting if entry.painting else None
    return Style(part, Multistyle(place), painting)


def _network_file(part: str) -> Style | None:
    """A network in a file."""
    if not part.lower().endswith(NETWORKS):
        return None
    if not Path(part).is_file():
        raise NeuralStyleError("the style's network does not exist", part, "give the path of a .pth file")
    return Style(part, NetworkFile(Path(part)))


#: What a part can be, in the order in which it is tried: each gives the style, or None where the part is another
#: kind of thing; it raises NeuralStyleError where the part is its kind and there is something wrong with it.
KINDS: list[Callable[[str], Style | None]] = [_catalogued, _network_file]


def names() -> list[str]:
    """The names that can be typed, for suggestions."""
    return list(_PLACE)


def resolve(style: str) -> list[tuple[Style, float]]:
    """The styles of a name, file or blend, and their shares, of sum 1.

    Raises NeuralStyleError where a part is unknown or a share is not a positive number; fetches nothing.
    """
    return [(_style(part), share) for part, share in shares(style).items()]


def _style(part: str) -> Style:
    for kind in KINDS:
        found = kind(part)
        if found is not None:
            return found
    near = [known for known in names() if part and (part in known or known in part)]
    raise NeuralStyleError(
        "unknown style",
        part,
        f"did you mean {near[0]}?" if near else "`neural-style styles` lists them; a picture's path is one too",
    )


def shares(style: str) -> dict[str, float]:
    """The parts of a style and their shares, of sum 1; what the parts are is not looked at.

    A share is what follows a part's last colon, where that is a number (`C:\\a.jpg` has none). An existing file's
    name may hold `+` and colons. Raises NeuralStyleError where a share is not a positive number.
    """
    result: dict[str, float] = {}
    for piece in _pieces(style):
        part, share = (piece, 1.0) if _is_file(piece) else _shared(piece)
        if not 0 < share < float("inf"):
            raise NeuralStyleError("a style's share must be a positive number", piece, "write NAME:0.7")
        result[part] = result.get(part, 0.0) + share
    total = sum(result.values())
    return {part: share / total for part, share in result.items()}


def _pieces(style: str) -> list[str]:
    """A blend taken apart at its plus signs, except at those within the name of an existing file."""
    words = style.split("+")
    pieces = []
    while words:
        # The longest run of words that is a file, else one word.
        for count in range(len(words), 1, -1):
            piece = "+".join(words[:count]).strip()
            if _is_file(piece) or _is_file(_shared(piece)[0]):
                break
        else:
            count, piece = 1, words[0].strip()
        pieces.append(piece)
        words = words[count:]
    return pieces


def _shared(piece: str) -> tuple[str, float]:
    """The part and the share that a piece of a blend says; 1 where it says none."""
    part, colon, share = piece.rpartition(":")
    if not colon:
        return piece, 1.0
    if not share.strip():
        return part.strip(), 1.0
    try:
        return part.strip(), float(share)
    except ValueError:
        return piece, 1.0


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # longer than a path can be, or with a null character
        return False


def check(style: str, painting: str = "") -> None:
    """Raise NeuralStyleError where the style or the painting is unknown; fetches nothing and loads no network."""
    resolve(style)
    if painting:
        painting_files(painting)


def digest(style: str) -> str:
    """Names all that T depends on: the networks' hashes and the shares."""
    return str(sorted((found.network.digest, share) for found, share in resolve(style)))


def painting_files(style: str) -> list[tuple[Path, float]]:
    """The files of the paintings of a picture, a style, or a blend of them, and their shares, of sum 1.

    Raises NeuralStyleError where a style has no painting.
    """
    result: dict[Path, float] = {}
    for part, share in shares(style).items():
        path: Path | None = Path(part)
        if part in _PLACE or not part.lower().endswith(PICTURES):
            path = _style(part).painting
        if path is None:
            raise NeuralStyleError(
                "the style has no painting of its own", part, "give a picture with --painting FILE, or another style"
            )
        if not path.is_file():
            raise NeuralStyleError("the painting does not exist", str(path), "give the path of a picture file")
        result[path] = result.get(path, 0.0) + share
    return list(result.items())
