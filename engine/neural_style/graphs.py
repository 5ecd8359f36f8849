"""Work on a device that is launched as a whole: CUDA graphs.

A solve is thousands of small operations, and a processor launches them more slowly than a fast device does them. A
graph is recorded once for tensors of some shapes, and then launched in one go. What is recorded must ask nothing of the
device on the way, and do the same operations whatever the values are (`tests/unit/test_graphs.py` holds the solver and
the motion to that, on any machine).
"""

import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import NamedTuple

import torch
from torch import Tensor

#: Forbids graphs (0), where work is to be looked at operation by operation.
VARIABLE = "NEURAL_STYLE_GRAPHS"

#: Graphs that are kept; each holds its memory until it goes.
_MOST = 4

#: One recording at a time: a device that runs out of memory on the way is to be blamed on one.
_RECORDING = Lock()

_LOG = logging.getLogger(__name__)


class _Graph(NamedTuple):
    """A recorded graph, and where it reads and writes."""

    graph: "torch.cuda.CUDAGraph"
    inputs: list[Tensor]
    outputs: tuple[Tensor, ...]


class Graphs:
    """Runs functions of tensors; on a CUDA device as graphs, each recorded at the first call. Of one thread."""

    def __init__(self, most: int = _MOST) -> None:
        """most: graphs that are kept; the longest unused goes."""
        self._most = most
        self._graphs: OrderedDict[Hashable, _Graph | None] = OrderedDict()

    def run(
        self, key: Hashable, function: Callable[..., tuple[Tensor, ...]], tensors: Sequence[Tensor]
    ) -> tuple[Tensor, ...]:
        """What function(*tensors) gives.

        key: all that the function's work depends on beside the tensors' values and shapes. Two functions under one key
        must be the same, for only the first is ever called.
        """
        if tensors[0].device.type != "cuda" or os.environ.get(VARIABLE) == "0":
            return function(*tensors)
        key = key, *((tensor.shape, tensor.dtype, tensor.device) for tensor in tensors)
        if key not in self._graphs:
            while len(self._graphs) >= self._most:
                self._graphs.popitem(last=False)  # before, so that its memory can be used again
            self._graphs[key] = _recorded(function, tensors)
        self._graphs.move_to_end(key)
        graph = self._graphs[key]
        if graph is None:
            return function(*tensors)
        for own, given in zip(graph.inputs, tensors, strict=True):
            own.copy_(given)
        graph.graph.replay()
        # The next call writes into the same memory.
        return tuple(output.clone() for output in graph.outputs)

    def clear(self) -> None:
        """Let go of all graphs, and of their memory."""
        self._graphs.clear()


def _recorded(function: Callable[..., tuple[Tensor, ...]], tensors: Sequence[Tensor]) -> _Graph | None:
    """A graph of a function's work on tensors like these; None where the driver cannot record it."""
    inputs = [tensor.detach().clone() for tensor in tensors]
    with _RECORDING:
        # Libraries set themselves up, and choose their algorithms, when they are first called: not on the record. On
        # a stream of its own, as the record is.
        stream = torch.cuda.Stream(inputs[0].device)  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream(inputs[0].device))
        with torch.cuda.stream(stream):
            function(*inputs)
        torch.cuda.current_stream(inputs[0].device).wait_stream(stream)
        torch.cuda.synchronize(inputs[0].device)
        graph = torch.cuda.CUDAGraph()
        # Another thread, which estimates motion or runs the transformer network meanwhile, may do what it likes.
        try:
            with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
                outputs = function(*inputs)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            _LOG.warning("no CUDA graph can be recorded (%s); the work is launched piece by piece, more slowly", error)
            return None
    return _Graph(graph, inputs, outputs)
