"""Johnson's own models, as his Lua code saved them (`.t7`, fast-neural-style): both families, and any like them.

Johnson et al. 2016, supplement: `c9s1-32,d64,d128,R128×5,u64,u32,c9s1-3`, padded once by reflection, the skips
cropped, tanh × 150 at the end, in and out in VGG space. `eccv16` has batch normalisation, `instance_norm` instance
normalisation. The modules are taken one by one as the file lists them, so that models of other widths, paddings and
upsamplings, which that code can also train, are read by the same rules.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from neural_style.door.errors import NeuralStyleError
from neural_style.networks import torch7
from neural_style.networks.stored import StoredNetwork

Layer = dict[str, Any]

#: Modules that do nothing to a picture that is only painted.
_NOTHING = {"Identity", "TotalVariation", "TVLoss", "Dropout", "SpatialDropout", "Contiguous", "Copy", "WeightedTVLoss"}

_MOST_MODULES = 500


def read_t7(path: Path) -> StoredNetwork:
    """The network of a `.t7` file. Raises NeuralStyleError where it holds none that can be rebuilt."""
    found = torch7.read(path)
    preprocessing = "vgg"
    if isinstance(found, torch7.Table):  # a checkpoint: the model, its options and the history of its training
        options = found.values.get("opt")
        if isinstance(options, torch7.Table):
            preprocessing = options.values.get("preprocessing") or preprocessing
        found = found.values.get("model")
    try:
        if not isinstance(found, torch7.Object):
            raise ValueError("there is no model in it")
        reading = _Reading()
        layers = reading.layers(found)
        return StoredNetwork("layers", reading.tensors, {"preprocessing": preprocessing, "layers": layers})
    except (ValueError, RecursionError) as error:
        text = str(error) if type(error) is ValueError else "its modules contain each other"
        raise NeuralStyleError(
            f"not a transformer network of fast-neural-style ({text})", str(path), "give a .t7 file of its models"
        ) from error


class _Reading:
    """Turns modules into layers, and gathers their tensors. Raises ValueError where that cannot be done."""

    def __init__(self) -> None:
        self.tensors: dict[str, torch.Tensor] = {}
        self._count = 0

    def layers(self, module: torch7.Object) -> list[Layer]:
        """The layers that a module comes to: several of a container, none where it does nothing."""
        self._count += 1
        if self._count > _MOST_MODULES:
            raise ValueError("more modules than a transformer network has")
        library, _, kind = module.kind.partition(".")
        if library not in ("nn", "cudnn"):
            raise ValueError(f"a {torch7.shown(module.kind)} in place of a module")
        if kind == "Sequential":
            return self._sequence(_modules(module))
        if kind in _NOTHING:
            return []
        make = _MAKERS.get(kind)
        if make is None:
            raise ValueError(f"a module of a kind that is not known, {torch7.shown(module.kind)}")
        return [make(self, module)]

    def _sequence(self, modules: list[torch7.Object]) -> list[Layer]:
        made: list[Layer] = []
        waiting = list(modules)
        while waiting:
            module = waiting.pop(0)
            if module.kind != "nn.ConcatTable":
                made += self.layers(module)
                continue
            following = waiting.pop(0) if waiting else None
            if following is None or following.kind != "nn.CAddTable":
                raise ValueError("branches that are not added up")
            made.append({"kind": "sum", "branches": [self.layers(branch) for branch in _modules(module)]})
        return made

    def keep(self, **arrays: NDArray[np.float32] | None) -> str:
        """Keep a layer's tensors, and give the name that they are kept under."""
        name = str(self._count)
        for key, array in arrays.items():
            if array is not None and array.size:
                self.tensors[f"{name}.{key}"] = torch.from_numpy(array)
        return name


def _modules(container: torch7.Object) -> list[torch7.Object]:
    table = container.fields.values.get("modules")
    modules = table.sequence() if isinstance(table, torch7.Table) else []
    if not modules or not all(isinstance(module, torch7.Object) for module in modules):
        raise ValueError(f"a {torch7.shown(container.kind)} without modules")
    return modules


def _number(module: torch7.Object, *keys: str, default: float | None = None) -> float:
    """A number of a module, under the first of these keys that it has."""
    for key in keys:
        value = module.fields.values.get(key)
        if isinstance(value, float):
            return value
    if default is None:
        raise ValueError(f"a {torch7.shown(module.kind)} without {keys[0]}")
    return default


def _whole(module: torch7.Object, *keys: str, default: int | None = None) -> int:
    value = float(_number(module, *keys, default=default))
    if not value.is_integer():
        raise ValueError(f"a {torch7.shown(module.kind)} whose {keys[0]} is {value}")
    return int(value)


def _array(module: torch7.Object, key: str) -> NDArray[np.float32] | None:
    value = module.fields.values.get(key)
    return value.array() if isinstance(value, torch7.Tensor) else None


def _shaped(module: torch7.Object, key: str, *shape: int) -> NDArray[np.float32]:
    """A tensor of a module that must be there; old files hold convolutions as matrices of the same numbers."""
    array = _array(module, key)
    if array is None or array.size != np.prod(shape, dtype=object):
        raise ValueError(f"a {torch7.shown(module.kind)} whose {key} has another size than it says")
    return array.reshape(shape)


def _convolution(reading: _Reading, module: torch7.Object) -> Layer:
    inputs, outputs, height, width = (_whole(module, key) for key in ("nInputPlane", "nOutputPlane", "kH", "kW"))
    if _whole(module, "groups", default=1) != 1 or _whole(module, "dilationW", default=1) != 1:
        raise ValueError("a convolution in groups or with gaps")
    name = reading.keep(weight=_shaped(module, "weight", outputs, inputs, height, width), bias=_array(module, "bias"))
    return {"kind": "convolution", "name": name, **_steps(module)}


def _full_convolution(reading: _Reading, module: torch7.Object) -> Layer:
    inputs, outputs, height, width = (_whole(module, key) for key in ("nInputPlane", "nOutputPlane", "kH", "kW"))
    name = reading.keep(weight=_shaped(module, "weight", inputs, outputs, height, width), bias=_array(module, "bias"))
    adjustment = [_whole(module, "adjH", default=0), _whole(module, "adjW", default=0)]
    return {"kind": "full convolution", "name": name, **_steps(module), "adjustment": adjustment}


def _steps(module: torch7.Object) -> Layer:
    """A convolution's stride and zero padding, (vertical, horizontal)."""
    return {
        "stride": [_whole(module, "dH", default=1), _whole(module, "dW", default=1)],
        "padding": [_whole(module, "padH", "padding", default=0), _whole(module, "padW", "padding", default=0)],
    }


def _batch_norm(reading: _Reading, module: torch7.Object) -> Layer:
    epsilon = _number(module, "eps", default=1e-5)
    mean, variance = _array(module, "running_mean"), _array(module, "running_var")
    deviation = _array(module, "running_std")
    if variance is None and deviation is not None:
        variance = deviation**-2 - epsilon  # what files of the class's first version hold is 1 / √(variance + ε)
    if mean is None or variance is None or not mean.size == variance.size > 0:
        raise ValueError("a batch normalisation without its statistics")
    name = reading.keep(mean=mean, variance=variance, weight=_array(module, "weight"), bias=_array(module, "bias"))
    return {"kind": "batch norm", "name": name, "epsilon": epsilon}


def _instance_norm(reading: _Reading, module: torch7.Object) -> Layer:
    channels = _whole(module, "nOutput", "nFeatures")
    weight, bias = (_shaped(module, key, channels) for key in ("weight", "bias"))
    return {
        "kind": "instance norm",
        "name": reading.keep(weight=weight, bias=bias),
        "epsilon": _number(module, "eps", default=1e-5),
    }


def _border(kind: str) -> Callable[[_Reading, torch7.Object], Layer]:
    def make(_reading: _Reading, module: torch7.Object) -> Layer:
        return {"kind": kind, "border": [_whole(module, f"pad_{side}") for side in "lrtb"]}

    return make


_MAKERS: dict[str, Callable[[_Reading, torch7.Object], Layer]] = {
    "SpatialConvolution": _convolution,
    "SpatialConvolutionMM": _convolution,
    "SpatialFullConvolution": _full_convolution,
    "SpatialBatchNormalization": _batch_norm,
    "InstanceNormalization": _instance_norm,
    "SpatialReflectionPadding": _border("reflect"),
    "SpatialReplicationPadding": _border("replicate"),
    "SpatialZeroPadding": _border("zero"),
    "SpatialUpSamplingNearest": lambda _, module: {"kind": "nearest", "scale": _whole(module, "scale_factor")},
    "ShaveImage": lambda _, module: {"kind": "crop", "size": _whole(module, "size")},
    "ReLU": lambda _, _module: {"kind": "relu"},
    "LeakyReLU": lambda _, module: {"kind": "leaky relu", "slope": _number(module, "negval", default=0.01)},
    "Tanh": lambda _, _module: {"kind": "tanh"},
    "Sigmoid": lambda _, _module: {"kind": "sigmoid"},
    "MulConstant": lambda _, module: {"kind": "multiply", "by": _number(module, "constant_scalar")},
    "AddConstant": lambda _, module: {"kind": "add", "by": _number(module, "constant_scalar")},
}
