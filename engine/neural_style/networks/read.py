"""Reads whatever file a transformer network may lie in; every reader is a safe one that runs no code of the file."""

from collections.abc import Callable
from pathlib import Path

from neural_style.door.errors import NeuralStyleError
from neural_style.networks.johnson import read_johnson
from neural_style.networks.lua import read_t7
from neural_style.networks.stored import StoredNetwork, load
from neural_style.networks.zoo import read_onnx


def _checkpoint(path: Path) -> StoredNetwork:
    return StoredNetwork("johnson", read_johnson(path).state_dict())


#: By the ending of the file's name.
READERS: dict[str, Callable[[Path], StoredNetwork]] = {
    ".pth": _checkpoint,
    ".pt": _checkpoint,
    ".model": _checkpoint,
    ".onnx": read_onnx,
    ".t7": read_t7,
    ".safetensors": load,
}


def read_network(path: Path) -> StoredNetwork:
    """The transformer network in a file. Raises NeuralStyleError where there is none, or none that is known."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise NeuralStyleError(
            "not the name of a network's file", str(path), f"known are files in {', '.join(READERS)}"
        )
    if not path.is_file():
        raise NeuralStyleError("the network's file does not exist", str(path), "give the path of an existing file")
    return reader(path)
