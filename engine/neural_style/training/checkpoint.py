"""What a training leaves on disk so that a killed one goes on as if it had never stopped."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from neural_style.door.errors import NeuralStyleError


@dataclass
class Checkpoint:
    """The state after `iteration` iterations.

    There is no state of random numbers in it: which crops are taken, and how they are moved, follows from the seed
    and the iteration alone.

    identity:  all that the training depends on (hyper-parameters, hashes of its pictures), by name.
    network, optimiser: state dicts.
    losses:    the means of each term since the report before, by iteration.
    seconds:   that were spent on training so far.
    """

    iteration: int
    identity: dict[str, Any]
    network: dict[str, Any]
    optimiser: dict[str, Any]
    losses: dict[int, dict[str, float]]
    seconds: float

    def save(self, path: Path) -> None:
        """Write it, in one step: a kill leaves the one before or this one."""
        part = path.with_suffix(".part")
        torch.save(vars(self), part)
        part.replace(path)

    @classmethod
    def load(cls, path: Path, identity: dict[str, Any], restart_with: str) -> "Checkpoint | None":
        """The checkpoint there; None where there is none.

        Raises NeuralStyleError where it belongs to another training than `identity` says, or cannot be read.
        """
        if not path.exists():
            return None
        try:
            found = cls(**torch.load(path, map_location="cpu", weights_only=True))
        except Exception as error:  # torch raises many kinds for a damaged file
            raise NeuralStyleError("the training's checkpoint cannot be read", str(path), restart_with) from error
        other = [name for name in identity if found.identity.get(name) != identity[name]]
        if other:
            before = ", ".join(f"{name} {found.identity.get(name)}" for name in other)
            raise NeuralStyleError(
                f"a training with other arguments was begun under this name (there: {before})",
                str(path.parent),
                f"give the same arguments to go on, choose another name, or {restart_with}",
            )
        return found
