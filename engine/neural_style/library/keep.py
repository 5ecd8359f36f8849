"""Puts networks into the library of the user's own styles, and takes them out again."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from filelock import FileLock

from neural_style.door import library
from neural_style.door.errors import NeuralStyleError
from neural_style.library.preview import paint_preview
from neural_style.networks.stored import StoredNetwork
from neural_style.pixels import Frame
from neural_style.styles.files import read_picture


def add(
    name: str,
    network: StoredNetwork,
    painting: Path | None = None,
    licence: str = "",
    source: str = "",
    description: str = "",
    replace: bool = False,
) -> library.LibraryEntry:
    """Check a network and make it a style of the user's, with a preview; whole or not at all.

    name:        small letters, digits and hyphens; not one of the catalogue's.
    painting:    the picture that it is after, for methods whose target is a painting.
    licence:     of the network, and whom to credit.
    source:      where it came from: a file's name, or the command that made it.
    description: one line; by default it says the source.
    replace:     whether a style of that name may be replaced.
    Raises NeuralStyleError where the name is taken, the network does not paint, or the folder cannot be written.
    """
    check_free(name, replace)
    # All that can be wrong comes before anything is written.
    preview = paint_preview(network.build())
    picture = read_picture(painting) if painting else None
    about = {
        "label": name.replace("-", " ").title(),
        "description": description or (f"Your own, from {source}" if source else "Your own"),
        "licence": licence,
        "source": source,
    }
    with _locked() as folder, tempfile.TemporaryDirectory(prefix=".part-", dir=folder) as temporary:
        check_free(name, replace)  # another process may have been faster
        new = Path(temporary) / name
        new.mkdir()
        network.save(new / library.NETWORK, licence, source)
        write_picture(new / library.PREVIEW, preview)
        if picture is not None:
            write_picture(new / library.PAINTING, picture)
        (new / library.ABOUT).write_text(json.dumps(about, indent=1, ensure_ascii=False), encoding="utf-8")
        target = folder / name
        if target.exists():
            target.rename(Path(temporary) / "old")
        new.rename(target)
    entry = library.find(name)
    assert entry is not None
    return entry


def forget(name: str) -> None:
    """Remove a style of the user's. Raises NeuralStyleError where there is none of that name."""
    with _locked() as folder:
        entry = library.find(name)
        if entry is None:
            own = ", ".join(each.name for each in library.entries())
            raise NeuralStyleError("no style of yours", name, f"yours are {own}" if own else "you have none yet")
        with tempfile.TemporaryDirectory(prefix=".part-", dir=folder) as temporary:
            entry.folder.rename(Path(temporary) / name)  # at once; what is slow comes after


def check_free(name: str, replace: bool = False) -> None:
    """Raise NeuralStyleError where a style cannot be added under that name."""
    library.check_name(name)
    for entry in library.entries():
        if entry.name == name and not replace:
            raise NeuralStyleError(
                "there is a style of yours of that name", name, f"`neural-style forget {name}`, or give another name"
            )
        if entry.name != name and entry.number == library.number(name):
            raise NeuralStyleError(f"the name clashes with {entry.name} in Blender files", name, "give another name")


def write_picture(path: Path, picture: Frame) -> None:
    """Write a picture (H, W, 3), sRGB in [0, 1], as a JPEG."""
    data = np.ascontiguousarray((picture * 255).round().clip(0, 255).astype(np.uint8)[..., ::-1])
    fine, coded = cv2.imencode(".jpg", data, [cv2.IMWRITE_JPEG_QUALITY, 95])
    if not fine:
        raise NeuralStyleError("the picture cannot be written", str(path), "give another picture")
    path.write_bytes(coded.tobytes())


@contextmanager
def _locked() -> Iterator[Path]:
    """The library's folder, to be changed by nobody else while the block lasts."""
    folder = library.folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):
            yield folder
    except OSError as error:
        raise NeuralStyleError(
            f"the library of styles cannot be written ({error.strerror})",
            str(folder),
            "set NEURAL_STYLE_DATA to a folder of yours",
        ) from error
