"""Transformer networks as data: the one format that imported and trained networks are kept in.

A file is safetensors; its metadata say how the tensors make a network:

    format   "neural-style network 1"
    family   a key of `FAMILIES`: what the tensors' names mean
    layout   JSON: what the family needs to know besides the tensors
    licence  of the network, and whom to credit
    source   where it came from: a file's name, or the command that made it
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from neural_style.door.errors import NeuralStyleError
from neural_style.networks.johnson import JohnsonNetwork, width_of
from neural_style.networks.layered import LayeredNetwork

FORMAT = "neural-style network 1"


@dataclass(frozen=True)
class StoredNetwork:
    """A transformer network as data.

    family:  a key of `FAMILIES`.
    tensors: by the family's names, in any floating-point type.
    layout:  what the family needs to know besides, as JSON.
    """

    family: str
    tensors: Mapping[str, Tensor]
    layout: Mapping[str, Any] = field(default_factory=dict)

    def build(self) -> nn.Module:
        """The network, float32, on the CPU: (N, 3, H, W), sRGB in [0, 1], H and W multiples of four, in and out.

        Raises NeuralStyleError where the tensors do not make a network of the family.
        """
        make = FAMILIES.get(self.family)
        if make is None:
            raise NeuralStyleError(
                "a network of an unknown family", self.family, "it was made by a newer version: update Neural Style"
            )
        tensors = {name: tensor.float() for name, tensor in self.tensors.items()}
        return make(tensors, self.layout).requires_grad_(False).eval()

    def save(self, path: Path, licence: str = "", source: str = "") -> None:
        """Write the network to a file, whole or not at all."""
        metadata = {
            "format": FORMAT,
            "family": self.family,
            "layout": json.dumps(self.layout),
            "licence": licence,
            "source": source,
        }
        part = path.with_name(path.name + ".part")
        save_file({name: tensor.contiguous() for name, tensor in self.tensors.items()}, part, metadata=metadata)
        part.replace(path)


def load(path: Path) -> StoredNetwork:
    """The network of a file that `save` wrote. Raises NeuralStyleError where it is none."""
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
        if metadata.get("format") != FORMAT:
            raise ValueError("other tensors")
        layout = json.loads(metadata["layout"])
        if not isinstance(layout, dict):
            raise ValueError("no layout")
        return StoredNetwork(metadata["family"], tensors, layout)
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise NeuralStyleError(
            "not a network of Neural Style's, or a damaged one", str(path), "import or train it again"
        ) from error


def _johnson(tensors: dict[str, Tensor], _layout: Mapping[str, Any]) -> nn.Module:
    with torch.device("meta"):  # no memory is taken for what a strange file may claim to hold
        network = JohnsonNetwork(width_of(tensors))
    try:
        network.load_state_dict(tensors, assign=True)
    except RuntimeError as error:
        raise NeuralStyleError(
            "not the tensors of the transformer network", "", "give one of PyTorch's fast_neural_style example"
        ) from error
    return network


#: The families: `johnson` has the state dict of `networks.johnson`, of any width, and no layout; `layers` is a list
#: of layers, with the layout that `networks.layered` describes.
FAMILIES: dict[str, Callable[[dict[str, Tensor], Mapping[str, Any]], nn.Module]] = {
    "johnson": _johnson,
    "layers": LayeredNetwork,
}


def of_johnson(network: JohnsonNetwork, dtype: torch.dtype = torch.float16) -> StoredNetwork:
    """A trained network as data, in half precision: half the size, and the same picture to a fraction of a level."""
    return StoredNetwork("johnson", {name: tensor.to("cpu", dtype) for name, tensor in network.state_dict().items()})
