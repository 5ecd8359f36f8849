"""From what is typed as a style to what it consists of: a network that paints T, and perhaps a painting.

A *part* is one style's name or file; a *blend* is several parts with shares, `PART:SHARE+PART:SHARE` (`blends.py`).
What a part can be is the table `KINDS`: to make styles of another kind known, put a row there.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from neural_style.door import library
from neural_style.door.catalogue import STYLES
from neural_style.door.errors import NeuralStyleError
from neural_style.networks.read import READERS
from neural_style.styles.blends import is_file, shares
from neural_style.styles.files import PICTURES, file_hash, read_picture
from neural_style.weights import SOURCES

#: The paintings that are shipped; a catalogue entry names its file here.
PAINTINGS = Path(__file__).resolve().parents[1] / "paintings"

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
class Arbitrary:
    """T by Magenta's arbitrary-style network, which takes a picture as style; such styles blend inside it."""

    picture: Path

    @property
    def digest(self) -> str:
        """Names all that T depends on."""
        halves = (SOURCES[f"arbitrary-{half}"].sha256 for half in ("predict", "transform"))
        return " ".join(("arbitrary", *halves, file_hash(self.picture)))


@dataclass(frozen=True)
class NetworkFile:
    """T by a network of one style, read from a file."""

    path: Path

    @property
    def digest(self) -> str:
        """Names all that T depends on."""
        return f"network {file_hash(self.path)}"


Network = Multistyle | Arbitrary | NetworkFile


@dataclass(frozen=True)
class Style:
    """One style. name: as it was typed; network: paints T; painting: the file of the picture it is after, if any."""

    name: str
    network: Network
    painting: Path | None = None


def _catalogued(part: str) -> Style | None:
    place = _PLACE.get(part)
    if place is None:
        return None
    entry = STYLES[place]
    painting = PAINTINGS / entry.painting if entry.painting else None
    if entry.network == "arbitrary" and painting:
        return Style(part, Arbitrary(painting), painting)
    return Style(part, Multistyle(place), painting)


def _own(part: str) -> Style | None:
    entry = library.find(part)
    return Style(part, NetworkFile(entry.network), entry.painting) if entry else None


def _network_file(part: str) -> Style | None:
    if not part.lower().endswith(tuple(READERS)):
        return None
    if not is_file(part):
        raise NeuralStyleError("the style's network does not exist", part, "give the path of an existing file")
    return Style(part, NetworkFile(Path(part)))


def _picture(part: str) -> Style | None:
    if not is_file(part):
        if not part.lower().endswith(PICTURES):
            return None
        raise NeuralStyleError("the style's picture does not exist", part, "give the path of a picture file")
    return Style(part, Arbitrary(Path(part)), Path(part))


class Kind(NamedTuple):
    """One kind of style.

    find:  gives the style that a part is, or None where the part is of another kind; raises NeuralStyleError where
           it is of this kind and there is something wrong with it.
    names: what can be typed for one of this kind, where that is known beforehand: for suggestions.
    """

    find: Callable[[str], Style | None]
    names: Callable[[], Iterable[str]] = tuple


#: What a part can be, in the order in which it is tried.
KINDS: tuple[Kind, ...] = (
    Kind(_catalogued, lambda: _PLACE),
    Kind(_own, lambda: [entry.name for entry in library.entries()]),
    Kind(_network_file),
    Kind(_picture),
)


def names() -> list[str]:
    """The names that can be typed."""
    return [name for kind in KINDS for name in kind.names()]


def resolve(style: str) -> list[tuple[Style, float]]:
    """The styles of a name, file or blend, and their shares, of sum 1.

    Raises NeuralStyleError where a part is unknown or a share is not a positive number; fetches nothing.
    """
    return [(_style(part), share) for part, share in shares(style).items()]


def _style(part: str) -> Style:
    for kind in KINDS:
        found = kind.find(part)
        if found is not None:
            return found
    near = [known for known in names() if part and (part in known or known in part)]
    raise NeuralStyleError(
        "unknown style",
        part or "(empty)",
        f"did you mean {near[0]}?" if near else "`neural-style styles` lists them; a picture's path is one too",
    )


def check(style: str, painting: str = "") -> None:
    """Raise NeuralStyleError where the style or the painting is unknown or no picture; loads and fetches nothing."""
    for found, _ in resolve(style):
        if isinstance(found.network, Arbitrary):
            read_picture(found.network.picture)
    if painting:
        for path, _ in painting_files(painting):
            read_picture(path)


def digest(style: str) -> str:
    """Names all that T depends on: the networks' hashes and the shares."""
    return str(sorted((found.network.digest, share) for found, share in resolve(style)))


def painting_files(style: str) -> list[tuple[Path, float]]:
    """The files of the paintings of a picture, a style, or a blend of them, and their shares, of sum 1.

    Raises NeuralStyleError where a style has no painting.
    """
    result: dict[Path, float] = {}
    for found, share in resolve(style):
        if found.painting is None:
            raise NeuralStyleError(
                "the style has no painting of its own",
                found.name,
                "give one (the node's Painting, or --painting FILE), or choose a style that has one",
            )
        result[found.painting] = result.get(found.painting, 0.0) + share
    return list(result.items())
