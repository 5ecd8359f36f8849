"""The least time possible: operations and bytes counted from the networks' shapes, over a machine's measured rates.

A layer takes as long as its operations do, or as moving what it reads and writes does, whichever is longer; the layers
follow each other. ReLU and pooling count as done within the convolution before them, and cost nothing. Convolutions of
float32 by 3×3 count with the operations of Winograd's minimal filtering, a quarter of their own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from neural_style.methods import CONTENT_LAYER, STYLE_LAYERS, Method
from neural_style.networks.vgg import BLOCKS

_CHANNELS = (64, 128, 256, 512, 512)

#: Multiplications for a value of the result and each channel of the input: of a kernel's nine places; of the 36 places
#: that give 4×4 values in F(4×4, 3×3) (Lavin and Gray 2016, section 4.3). It does not pay from three channels.
_PLAIN, _MINIMAL = 9, 36 / 16

#: Channels in and out from which it does.
_VECTOR = 16


class Work(NamedTuple):
    """What something costs at least: operations (a multiplication and an addition are two), bytes, in which format."""

    name: str
    operations: float
    bytes: float
    dtype: torch.dtype = torch.float32

    def times(self, count: float) -> "Work":
        """The same so many times."""
        return self._replace(operations=count * self.operations, bytes=count * self.bytes)


class Rates(NamedTuple):
    """What a machine reached: operations a second by number format, and bytes a second of its memory."""

    operations: Mapping[torch.dtype, float]
    bandwidth: float

    def seconds(self, work: Iterable[Work]) -> float:
        """The least time that some work can take here."""
        return sum(max(w.operations / self.operations[w.dtype], w.bytes / self.bandwidth) for w in work)


def convolutions(height: int, width: int, deepest: str, network: str = "vgg16") -> list[tuple[str, int, int, int]]:
    """VGG's convolutions up to a layer (relu4_2), on a frame: name of its ReLU, channels in, out, and pixels."""
    found, inputs = [], 3
    for block, (count, outputs) in enumerate(zip(BLOCKS[network], _CHANNELS, strict=True), start=1):
        for number in range(1, count + 1):
            found.append((f"relu{block}_{number}", inputs, outputs, height * width))
            if found[-1][0] == deepest:
                return found
            inputs = outputs
        height, width = height // 2, width // 2
    raise ValueError(f"no such layer: {deepest}")


def features(
    height: int, width: int, layers: Iterable[str], dtype: torch.dtype, backward: bool, network: str = "vgg16"
) -> list[Work]:
    """VGG up to the deepest of some layers, and back to the picture where that is asked for.

    Back means the gradient of the picture alone, since the weights stay: as many operations again.
    """
    found = []
    for name, inputs, outputs, pixels in convolutions(height, width, max(layers), network):
        products = _MINIMAL if dtype == torch.float32 and inputs >= _CHANNELS[0] else _PLAIN
        operations = 2 * products * inputs * outputs * pixels
        weights = 9 * inputs * outputs
        there = (inputs + outputs) * pixels + weights  # read, written
        back = (inputs + 2 * outputs) * pixels + weights  # the gradient, what ReLU let through; written
        found.append(Work(name, operations, there * dtype.itemsize, dtype))
        if backward:
            found.append(Work(f"{name}, back", operations, back * dtype.itemsize, dtype))
    return found


def gram_matrices(height: int, width: int, dtype: torch.dtype, backward: bool) -> list[Work]:
    """The Gram matrices of the style layers, which are symmetric; their gradient is a product of full matrices."""
    found = []
    for name, _, channels, pixels in convolutions(height, width, STYLE_LAYERS[-1]):
        if name in STYLE_LAYERS:
            size = channels * pixels * dtype.itemsize
            found.append(Work(f"Gram {name}", channels * (channels + 1) * pixels, size))
            if backward:
                found.append(Work(f"Gram {name}, back", 2 * channels**2 * pixels, 2 * size))
    return found


def solve(
    method: Method, height: int, width: int, iterations: int, dtype: torch.dtype, network: str = "vgg16"
) -> list[Work]:
    """All that one frame's solve computes: the targets, and each iteration's gradient and L-BFGS step.

    dtype: of the features. The targets take one pass, as they do where content and style hold to the same picture.
    """
    if not iterations:
        return []
    layers = {*(STYLE_LAYERS if method.style else ()), *((CONTENT_LAYER,) if method.content else ())}
    targets: list[Work] = []
    each: list[Work] = []
    if layers:
        targets += features(height, width, layers, dtype, backward=False, network=network)
        each += features(height, width, layers, dtype, backward=True, network=network)
    if method.style:
        targets += gram_matrices(height, width, dtype, backward=False)
        each += gram_matrices(height, width, dtype, backward=True)
    n = 3 * height * width
    # The picture and each of its targets read, the gradient written.
    pictures = 2 + bool(method.pixel) + bool(method.temporal)
    each.append(Work("pixels", 8 * n, 4 * n * pictures))
    # Every remembered pair s, y is read for its products with the gradient, and again where the step is put together.
    pairs = sum(min(done, 100) for done in range(iterations))
    steps = Work("L-BFGS", 8 * n * pairs, 4 * 4 * n * pairs)
    return [*targets, *(work.times(iterations) for work in each), steps]


class _Counter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes the operations and the bytes of every convolution and matrix product that is computed under it."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.work: list[Work] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run it, and count it."""
        kwargs = kwargs or {}
        counted = flop_registry.get(func._overloadpacket)
        if counted is None:
            with self:  # under torch.inference_mode, a convolution arrives as what it has yet to be taken apart into
                parts = func.decompose(*args, **kwargs)
            if parts is not NotImplemented:
                return parts
        out = func(*args, **kwargs)
        if counted is not None and isinstance(out, Tensor):
            tensors = [value for value in (*args, out) if isinstance(value, Tensor)]
            size = sum(tensor.numel() * tensor.element_size() for tensor in tensors)
            operations = counted(*args, **kwargs, out_val=out) * (_MINIMAL / _PLAIN if _is_minimal(func, args) else 1)
            self.work.append(Work(str(func), operations, size, out.dtype))
        return out


def _is_minimal(func: Any, args: Sequence[Any]) -> bool:
    """Whether it is a convolution that minimal filtering is for: by 3×3, without a stride, of vectors of channels."""
    if func._overloadpacket is not torch.ops.aten.convolution:
        return False
    x, weight, _, stride, *_ = args
    is_plain = weight.shape[2:] == (3, 3) and set(stride) == {1}
    return is_plain and x.dtype == torch.float32 and min(weight.shape[:2]) >= _VECTOR


def counted(work: Callable[[], object]) -> list[Work]:
    """Every convolution and matrix product that some work computes, as it runs: for networks of any make."""
    counter = _Counter()
    with counter:
        work()
    return counter.work


def operations(work: Iterable[Work]) -> float:
    """The sum of operations."""
    return sum(w.operations for w in work)


def traffic(work: Iterable[Work]) -> float:
    """The sum of bytes."""
    return sum(w.bytes for w in work)
