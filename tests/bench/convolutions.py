"""Times VGG's convolutions and a whole evaluation of the objective by the native kernels against torch's, in turns.

`.envs/engine/bin/python tests/bench/convolutions.py [--size 480x270 ...] [--rounds 9]` prints, for each size,
milliseconds there and back of every kind of convolution, with the least and the most ratio of all rounds; then an
evaluation of `steady`'s objective with its gradient, by the same functions on either kernels.
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import sizes
import torch
from tabulate import tabulate

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))

from frames import texture
from neural_style import weights
from neural_style.bench.timing import Spread, in_turns, ratio
from neural_style.methods import METHODS
from neural_style.networks import rectified
from neural_style.networks.rectified import RectifiedConvolution
from neural_style.networks.room import Room
from neural_style.networks.vgg import VGG
from neural_style.objective import Objective, Previous, Targets
from neural_style.pixels import to_vgg

CPU = torch.device("cpu")

#: One of every kind: inputs, outputs, and how often the picture is halved before.
KINDS = (
    (64, 64, 0),
    (64, 128, 1),
    (128, 128, 1),
    (128, 256, 2),
    (256, 256, 2),
    (256, 512, 3),
    (512, 512, 3),
    (512, 512, 4),
)


def by(kernels: str) -> None:
    """What is made from now on is made for the native kernels, or for torch's."""
    os.environ[rectified.VARIABLE] = "0" if kernels == "torch" else "1"


def line(name: str, work: dict[str, Callable[[], object]], rounds: int) -> list[str]:
    """Milliseconds by torch and by the native kernels, and their ratio."""
    seconds = in_turns(work, rounds, CPU)
    share = ratio(seconds, "native", "torch")
    return [
        name,
        *(f"{1e3 * Spread.of(seconds[kernels]).median:.1f}" for kernels in ("torch", "native")),
        f"{share.median:.2f} ({share.least:.2f} … {share.most:.2f})",
    ]


def convolutions(height: int, width: int, rounds: int) -> list[list[str]]:
    """Every kind, there and back, on a frame of that size."""
    lines = []
    for inputs, outputs, halvings in KINDS:
        high, wide = height >> halvings, width >> halvings
        x, result = (
            torch.randn(1, channels, high, wide).relu().contiguous(memory_format=torch.channels_last)
            for channels in (inputs, outputs)
        )
        weight = torch.randn(outputs, inputs, 3, 3).contiguous(memory_format=torch.channels_last)
        there, back = dict[str, Callable[[], object]](), dict[str, Callable[[], object]]()
        for kernels in ("torch", "native"):
            by(kernels)
            convolution, room = RectifiedConvolution(weight, torch.zeros(outputs)), Room()
            there[kernels] = partial(convolution.there, x, room, "a")
            back[kernels] = partial(convolution.back, result.clone(), result, room, "a")
        name = f"{wide}×{high}, {inputs} → {outputs}"
        lines.append(line(name, there, rounds))
        lines.append(line(f"{name}, back", back, rounds))
    return lines


def evaluation(height: int, width: int, rounds: int) -> list[str]:
    """`steady`'s objective and its gradient."""
    x, goal, before = (to_vgg(texture(height, width, seed)) for seed in range(3))
    work = {}
    for kernels in ("torch", "native"):
        by(kernels)
        vgg = VGG(weights.tensors("vgg16"))
        previous = [Previous(before, torch.full((1, 1, height, width), 0.7))]
        objective = Objective(METHODS["steady"], vgg, Targets(goal, goal, goal), previous)
        work[kernels] = lambda o=objective: o.evaluate(x)
        work[kernels]()  # the kernels are chosen at the first call
    return line(f"{width}×{height}, an evaluation", work, rounds)


def main() -> None:
    options = sizes.parser(__doc__, rounds=9).parse_args()
    by("native")
    if not rectified.processor():
        sys.exit("there are no native convolutions here (build the engine where there is a C++ compiler)")
    print(f"{rectified.processor()}, {torch.get_num_threads()} threads, torch {torch.__version__}\n")
    heads = ("", "torch, ms", "native, ms", "ratio")
    for height, width in options.size or [(270, 480)]:
        rows = [*convolutions(height, width, options.rounds), evaluation(height, width, options.rounds)]
        print(tabulate(rows, headers=heads, tablefmt="github", disable_numparse=True), flush=True)
        print()


if __name__ == "__main__":
    main()
