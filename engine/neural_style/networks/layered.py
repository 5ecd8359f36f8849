"""A network that is a list of layers, as data: the family in which Torch7's models are kept.

The layout is JSON: `preprocessing`, a key of `PREPROCESSING`, and `layers`, each an object with its `kind`, a key of
`KINDS`, and what that kind needs; a layer with weights has a `name`, under which they lie among the tensors as
`NAME.weight`, `NAME.bias`, `NAME.mean` and `NAME.variance`.
"""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from neural_style.door.errors import NeuralStyleError
from neural_style.networks.instance_norm import InstanceNorm
from neural_style.networks.vgg import MEANS_BGR

Layer = Mapping[str, Any]
Tensors = Mapping[str, Tensor]

#: Larger numbers than these are no network's.
_MOST_LAYERS, _DEEPEST, _WIDEST_BORDER, _LARGEST_SCALE = 500, 8, 256, 8


class _Border(nn.Module):
    """Continues a picture beyond its border: left, right, top, bottom, in pixels; negative numbers cut off."""

    def __init__(self, mode: str, border: list[int]) -> None:
        super().__init__()
        self.mode, self.border = mode, border

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        # torch reflects by less than the picture's size only; Torch7's models take small frames all the same.
        if self.mode == "reflect" and max(self.border) >= min(height, width):
            left, right, top, bottom = self.border
            x = x[..., _reflected(-top, height + bottom, height, x.device), :]
            return x[..., _reflected(-left, width + right, width, x.device)]
        return F.pad(x, self.border, mode=self.mode)


def _reflected(start: int, stop: int, size: int, device: torch.device) -> Tensor:
    """The indices start … stop − 1, reflected at 0 and size − 1 as often as needed."""
    period = max(1, 2 * (size - 1))
    index = torch.arange(start, stop, device=device) % period
    return torch.minimum(index, period - index)


class _Sum(nn.Module):
    """What several branches make of the same input, added up: a residual block."""

    def __init__(self, branches: list[nn.Module]) -> None:
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        total: Tensor = sum(branch(x) for branch in self.branches)
        return total


class _Affine(nn.Module):
    """x · by + plus."""

    def __init__(self, by: float = 1.0, plus: float = 0.0) -> None:
        super().__init__()
        self.by, self.plus = by, plus

    def forward(self, x: Tensor) -> Tensor:
        return x * self.by + self.plus


class LayeredNetwork(nn.Module):
    """The network that a layout and its tensors make."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, tensors: Tensors, layout: Mapping[str, Any]) -> None:
        """Raises NeuralStyleError where they make none."""
        super().__init__()
        try:
            if layout["preprocessing"] not in PREPROCESSING:
                _refuse(f"an unknown preprocessing, {layout['preprocessing']}")
            self.is_bgr, mean, deviation = PREPROCESSING[layout["preprocessing"]]
            self.layers = _sequence(layout["layers"], tensors, [0], 0)
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            what = f"no {error}" if isinstance(error, KeyError) else str(error).splitlines()[0]
            raise NeuralStyleError(
                f"the layers do not make a network ({what})", "", "give an undamaged transformer network"
            ) from error
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor(deviation).view(1, 3, 1, 1))

    def forward(self, image: Tensor) -> Tensor:
        """image: (N, 3, H, W), sRGB in [0, 1], H and W multiples of four; the same shape back, within [0, 1]."""
        x = image.flip(1) if self.is_bgr else image
        x = self.layers((x - self.mean) / self.deviation)
        out: Tensor = x * self.deviation + self.mean
        return (out.flip(1) if self.is_bgr else out).clamp(0, 1)


#: What the first layer takes and the last one gives, as (BGR instead of RGB, mean, deviation) of sRGB in [0, 1]:
#: `vgg` are the levels of the Caffe models, `resnet` those of torchvision's.
PREPROCESSING: dict[str, tuple[bool, list[float], list[float]]] = {
    "vgg": (True, [mean / 255 for mean in MEANS_BGR], [1 / 255] * 3),
    "resnet": (False, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
}


def _sequence(layers: Any, tensors: Tensors, count: list[int], depth: int) -> nn.Sequential:
    """The layers one after the other. count: of all layers made so far, as a list of one."""
    if not isinstance(layers, list) or depth > _DEEPEST:
        _refuse("layers that are no list of layers")
    made: list[nn.Module] = []
    for layer in layers:
        count[0] += 1
        if count[0] > _MOST_LAYERS:
            _refuse("more layers than a transformer network has")
        if not isinstance(layer, dict):
            _refuse("a layer that is none")
        if layer.get("kind") == "sum":
            made.append(_Sum([_sequence(branch, tensors, count, depth + 1) for branch in layer["branches"]]))
            continue
        make = KINDS.get(str(layer.get("kind")))
        if make is None:
            _refuse(f"a layer of an unknown kind, {layer.get('kind')}")
        made.append(make(layer, tensors))
    return nn.Sequential(*made)


def _pair(layer: Layer, key: str, least: int, most: int) -> tuple[int, int]:
    """Two whole numbers of a layer: vertical, horizontal."""
    first, second = layer[key]
    if not all(isinstance(n, int) and least <= n <= most for n in (first, second)):
        _refuse(f"a {layer['kind']} with {key} {layer[key]}")
    return first, second


def _convolution(layer: Layer, tensors: Tensors) -> nn.Module:
    weight, bias = tensors[f"{layer['name']}.weight"], tensors.get(f"{layer['name']}.bias")
    outputs, inputs, *size = weight.shape
    module = nn.Conv2d(
        inputs, outputs, (size[0], size[1]), _pair(layer, "stride", 1, 8), _pair(layer, "padding", 0, _WIDEST_BORDER),
        bias=bias is not None,
    )  # fmt: skip
    return _filled(module, weight=weight, bias=bias)


def _full_convolution(layer: Layer, tensors: Tensors) -> nn.Module:
    weight, bias = tensors[f"{layer['name']}.weight"], tensors.get(f"{layer['name']}.bias")
    inputs, outputs, *size = weight.shape
    module = nn.ConvTranspose2d(
        inputs, outputs, (size[0], size[1]), _pair(layer, "stride", 1, 8), _pair(layer, "padding", 0, _WIDEST_BORDER),
        _pair(layer, "adjustment", 0, 8), bias=bias is not None,
    )  # fmt: skip
    return _filled(module, weight=weight, bias=bias)


def _batch_norm(layer: Layer, tensors: Tensors) -> nn.Module:
    name = layer["name"]
    mean, variance = tensors[f"{name}.mean"], tensors[f"{name}.variance"]
    weight, bias = tensors.get(f"{name}.weight"), tensors.get(f"{name}.bias")
    module = nn.BatchNorm2d(len(mean), float(layer["epsilon"]), affine=weight is not None)
    return _filled(module, running_mean=mean, running_var=variance, weight=weight, bias=bias)


def _instance_norm(layer: Layer, tensors: Tensors) -> nn.Module:
    weight, bias = tensors[f"{layer['name']}.weight"], tensors[f"{layer['name']}.bias"]
    return _filled(InstanceNorm(len(weight), float(layer["epsilon"])), weight=weight, bias=bias)


def _filled(module: nn.Module, **values: Tensor | None) -> nn.Module:
    """A module with these parameters and buffers; their shapes must be the module's own."""
    state = {name: value for name, value in values.items() if value is not None}
    module.load_state_dict(state, strict=False)  # strict would want a counter of training steps as well
    return module.eval()


def _border(mode: str) -> Callable[[Layer, Tensors], nn.Module]:
    def make(layer: Layer, _tensors: Tensors) -> nn.Module:
        border = layer["border"]
        least = -_WIDEST_BORDER if mode == "constant" else 0
        if len(border) != 4 or not all(isinstance(n, int) and least <= n <= _WIDEST_BORDER for n in border):
            _refuse(f"a border of {border} pixels")
        return _Border(mode, border)

    return make


def _crop(layer: Layer, _tensors: Tensors) -> nn.Module:
    size = layer["size"]
    if not isinstance(size, int) or not 0 <= size <= _WIDEST_BORDER:
        _refuse(f"a crop of {size} pixels")
    return _Border("constant", [-size] * 4)


def _nearest(layer: Layer, _tensors: Tensors) -> nn.Module:
    scale = layer["scale"]
    if not isinstance(scale, int) or not 1 <= scale <= _LARGEST_SCALE:
        _refuse(f"an enlargement by {scale}")
    return nn.Upsample(scale_factor=scale, mode="nearest")


#: What a layer can be; `sum`, which has `branches`, each a list of layers, comes besides.
KINDS: dict[str, Callable[[Layer, Tensors], nn.Module]] = {
    "convolution": _convolution,
    "full convolution": _full_convolution,
    "batch norm": _batch_norm,
    "instance norm": _instance_norm,
    "reflect": _border("reflect"),
    "replicate": _border("replicate"),
    "zero": _border("constant"),
    "crop": _crop,
    "nearest": _nearest,
    "relu": lambda _layer, _tensors: nn.ReLU(),
    "leaky relu": lambda layer, _tensors: nn.LeakyReLU(float(layer["slope"])),
    "tanh": lambda _layer, _tensors: nn.Tanh(),
    "sigmoid": lambda _layer, _tensors: nn.Sigmoid(),
    "multiply": lambda layer, _tensors: _Affine(by=float(layer["by"])),
    "add": lambda layer, _tensors: _Affine(plus=float(layer["by"])),
}


def _refuse(what: str) -> NoReturn:
    raise ValueError(what)
