"""What becomes of a finished training: a style of the user's."""

from pathlib import Path

from torch import Tensor

from neural_style import library
from neural_style.door.errors import NeuralStyleError
from neural_style.door.folders import data_folder
from neural_style.networks.johnson import width_of
from neural_style.networks.stored import load, of_johnson
from neural_style.training.trainer import Run, Trained


def add_style(name: str, run: Run, trained: Trained, command: str, licence: str) -> library.LibraryEntry:
    """Make the trained network, in half precision, a style of the user's, in place of one of that name.

    command: the one that trains it, with all hyper-parameters; it goes into the network's file.
    """
    return library.add(
        name,
        of_johnson(trained.network),
        painting=run.painting,
        licence=licence,
        source=command,
        description=f"Your own, trained on {run.painting.name}",
        replace=True,
    )


def training_folder(name: str) -> Path:
    """Where a training's checkpoint and previews are kept. Raises NeuralStyleError where the name is none."""
    library.check_name(name)
    return data_folder() / "training" / name


def starting_tensors(name: str, width: float) -> dict[str, Tensor]:
    """The tensors, float32, of the network of a style of the user's, for another training to begin with.

    Raises NeuralStyleError where there is no such style, or its network is not one that is trained here.
    """
    entry = library.find(name)
    if entry is None:
        own = ", ".join(each.name for each in library.entries()) or "none yet"
        raise NeuralStyleError("no style of yours to begin with", name, f"yours: {own}")
    stored = load(entry.network)
    if stored.family != "johnson" or width_of(stored.tensors) != width:
        raise NeuralStyleError(
            "the network to begin with is of another kind or width", name, "begin with one trained with this --width"
        )
    return {key: tensor.float() for key, tensor in stored.tensors.items()}
