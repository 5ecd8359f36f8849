"""What the number format of the features does to the objective and to the picture, on any processor.

    .envs/engine/bin/python tests/bench/formats.py [--width 240] [--frames 2]

Frames of both clips, `fast` and `steady`, each solved with features in float32, in bfloat16, and in TF32 (float32 whose
factors are rounded to ten bits, as tensor cores take them). Prints the objective that they come to as shares of
float32's, always judged in float32, and how far the pictures are from float32's, in levels of 255 in the mean.
"""

import argparse
from collections.abc import Iterable, Iterator
from itertools import islice

import torch
import torch.nn.functional as F
from tabulate import tabulate
from torch import Tensor
from tqdm import tqdm

import clips
from neural_style import video, weights
from neural_style.cache import State
from neural_style.methods import METHODS, Method
from neural_style.networks.vgg import VGG
from neural_style.objective import Objective, Targets, closed_form, known_curvature
from neural_style.painter import Painter
from neural_style.pixels import Frame, from_vgg, to_vgg
from neural_style.solver import minimise

STYLE = "starry-night"


def ten_bits(x: Tensor) -> Tensor:
    """Float32 with ten bits of fraction, to the nearest, even at a tie."""
    bits = x.contiguous().view(torch.int32)
    return ((bits + 0xFFF + ((bits >> 13) & 1)) & ~0x1FFF).view(torch.float32)


class Rounded(torch.autograd.Function):
    """A convolution, and its gradient, of factors in ten bits."""

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return F.conv2d(ten_bits(x), ten_bits(weight), bias, padding=1)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, None, None]:
        x, weight = ctx.saved_tensors
        return torch.nn.grad.conv2d_input(x.shape, ten_bits(weight), ten_bits(gradient), padding=1), None, None


class RoundedVGG(VGG):
    """VGG as tensor cores compute it in TF32."""

    def convolved(self, x: Tensor, names: Iterable[str]) -> Iterator[tuple[str, Tensor]]:
        for name in names:
            x = F.relu(Rounded.apply(x, getattr(self, f"{name}_weight"), getattr(self, f"{name}_bias")))
            yield self.layer(name), x


def solved(
    painter: Painter, networks: dict[str, VGG], method: Method, source: Frame, before: State
) -> tuple[dict[str, tuple[float, float]], State]:
    """By format: the objective as a share of float32's, and the distance to its picture; and that picture."""
    painted = painter.stylist.paint(source, STYLE)
    (carried,) = painter.carried(source, method, [before])
    previous, goal = [painter.previous(carried.picture, carried.reliability)], to_vgg(painted)
    targets = Targets(goal, goal, goal)
    start = previous[0].warped if method.start == "warped" else closed_form(method, goal, previous)
    curvature = known_curvature(method, start.numel(), previous)
    ends = {
        name: minimise(
            Objective(method, vgg, targets, previous).evaluate, start, method.iterations, curvature=curvature
        )
        for name, vgg in networks.items()
    }
    judge = Objective(method, networks["float32"], targets, previous)
    whole, picture = judge.value(ends["float32"]), from_vgg(ends["float32"])
    found = {
        name: (judge.value(end) / whole, 255 * float(abs(from_vgg(end) - picture).mean())) for name, end in ends.items()
    }
    return found, State(source, picture)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--width", type=int, default=240)
    parser.add_argument("--frames", type=int, default=2)
    options = parser.parse_args()
    tensors, painter = weights.tensors("vgg16"), Painter()
    networks = {"float32": VGG(tensors), "TF32": RoundedVGG(tensors), "bfloat16": VGG(tensors, torch.bfloat16)}
    rows = []
    for clip in tqdm(("big-buck-bunny", "bikes")):
        first, *frames = islice(video.read_frames(clips.located(clip), width=options.width), options.frames + 1)
        for method in (METHODS["fast"], METHODS["steady"]):
            before = State(first, painter.stylist.paint(first, STYLE))
            for number, source in enumerate(frames, 2):
                found, before = solved(painter, networks, method, source, before)
                ends = (f"{share:.4f}, {apart:.2f}" for name, (share, apart) in found.items() if name != "float32")
                rows.append((clip, number, method.name, *ends))
    print(tabulate(rows, ("clip", "frame", "method", *list(networks)[1:]), tablefmt="pipe", disable_numparse=True))


if __name__ == "__main__":
    main()
