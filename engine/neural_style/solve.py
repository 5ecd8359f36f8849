"""One frame's solve as a function of tensors alone: its targets in, its picture out; on a GPU, one graph."""

from collections.abc import Hashable, Iterator, Mapping, Sequence

from torch import Tensor

from neural_style.graphs import Graphs
from neural_style.methods import Method
from neural_style.networks.vgg import VGG
from neural_style.objective import Objective, Previous, Targets, known_curvature
from neural_style.solver import STOP_INTERVAL, minimise


def solve(
    graphs: Graphs,
    vgg: VGG,
    method: Method,
    targets: Targets,
    previous: Sequence[Previous],
    start: Tensor,
    iterations: int,
    rows: int | None = None,
) -> Tensor:
    """The minimum of the method's objective, as far as `iterations` go from `start`, (1, 3, H, W) in VGG space.

    graphs: of this network alone, since they hold on to it; targets, previous, rows: as `Objective` takes them.
    """
    inputs = _Inputs(targets, previous, start)

    def work(*tensors: Tensor) -> tuple[Tensor]:
        given, earlier, x = inputs.filled(tensors)
        objective = Objective(method, vgg, given, earlier, rows)
        curvature = known_curvature(method, x.numel(), earlier)
        picture = minimise(
            objective.evaluate,
            x,
            iterations,
            stop=method.stop,
            curvature=curvature,
            least_gain=method.least_gain,
        )
        return (picture,)

    looks = (method.stop and iterations > STOP_INTERVAL) or method.least_gain
    if looks:  # at the objective on the way, which no graph can
        (picture,) = work(*inputs.tensors)
    else:
        (picture,) = graphs.run(("solve", method, iterations, rows, vgg.dtype, inputs.layout), work, inputs.tensors)
    return picture


class _Inputs:
    """What a solve is given, as a list of different tensors, and how it is put together again of others like them."""

    def __init__(self, targets: Targets, previous: Sequence[Previous], start: Tensor) -> None:
        style = [targets.style] if isinstance(targets.style, Tensor) else list(targets.style.values())
        self._layers = () if isinstance(targets.style, Tensor) else tuple(targets.style)
        given = [start, targets.pixel, targets.content, *style]
        given += [tensor for earlier in previous for tensor in (earlier.warped, earlier.reliability)]
        #: One tensor may be several of the targets, which the objective makes use of.
        self.tensors = list({id(tensor): tensor for tensor in given}.values())
        place = {id(tensor): number for number, tensor in enumerate(self.tensors)}
        self._places = tuple(place[id(tensor)] for tensor in given)

    @property
    def layout(self) -> Hashable:
        """Tells one way of putting together from another."""
        return self._places, self._layers

    def filled(self, tensors: Sequence[Tensor]) -> tuple[Targets, list[Previous], Tensor]:
        """Targets, earlier pictures and start of tensors like these."""
        rest: Iterator[Tensor] = iter([tensors[place] for place in self._places])
        start, pixel, content = next(rest), next(rest), next(rest)
        style: Tensor | Mapping[str, Tensor]
        style = {layer: next(rest) for layer in self._layers} if self._layers else next(rest)
        return Targets(pixel, content, style), [Previous(warped, next(rest)) for warped in rest], start
