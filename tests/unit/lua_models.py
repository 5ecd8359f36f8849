"""Models of fast-neural-style as its Lua code saves them, with random weights, and what they paint, in plain NumPy.

Written after models.lua, train.lua, InstanceNormalization.lua and preprocess.lua of jcjohnson/fast-neural-style; shares
nothing with the engine. Two architectures: Johnson's own, and one with nearest-neighbour upsampling.
"""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from t7_writer import Lua, Storage, Tensor

JOHNSON = "c9s1-32,d64,d128,R128,R128,R128,R128,R128,u64,u32,c9s1-3"
SMALL = "c9s1-8,d12,d16,R16,R16,R16,R16,R16,u12,u8,c9s1-3"
UPSAMPLED = "c9s1-8,d12,d16,R16,R16,R16,R16,R16,U2,c3s1-12,U2,c3s1-8,c9s1-3"

EPSILON = 1e-5
MEANS = np.array([103.939, 116.779, 123.68])


class Builder:
    """Makes modules; all parameters lie in one storage, as `getParameters` leaves them."""

    def __init__(self, seed: int, instance: bool, backend: str = "nn") -> None:
        self.random = np.random.default_rng(seed)
        self.instance, self.backend = instance, backend
        self.storage = Storage(np.empty(0, np.float32))

    def module(self, kind: str, backend: str = "nn", **fields: Any) -> Lua:
        empty = Tensor(None)  # clearState leaves these behind
        return Lua(f"{backend}.{kind}", {"_type": "torch.FloatTensor", "output": empty, "train": False, **fields})

    def parameter(self, values: np.ndarray) -> Tensor:
        offset = self.storage.values.size
        self.storage.values = np.concatenate([self.storage.values, values.astype(np.float32).ravel()])
        stride = tuple(int(np.prod(values.shape[i + 1 :])) for i in range(values.ndim))
        return Tensor(self.storage, offset, values.shape, stride)

    def convolution(self, inputs: int, outputs: int, size: int, stride: int, pad: int, full: bool = False) -> Lua:
        shape = (inputs, outputs, size, size) if full else (outputs, inputs, size, size)
        spread = np.sqrt(2 / (inputs * size * size / (stride**2 if full else 1)))
        fields = {"nInputPlane": inputs, "nOutputPlane": outputs, "kW": size, "kH": size, "dW": stride, "dH": stride}
        fields |= {"padW": pad, "padH": pad}
        fields["weight"] = self.parameter(self.random.normal(0, spread, shape))
        fields["bias"] = self.parameter(self.random.normal(0, 0.1, outputs))
        fields["gradWeight"] = self.parameter(np.zeros(shape))
        if full:
            fields |= {"adjW": stride - 1, "adjH": stride - 1}
        return self.module("SpatialFullConvolution" if full else "SpatialConvolution", self.backend, **fields)

    def norm(self, channels: int) -> Lua:
        weight = self.parameter(self.random.uniform(0.5, 1.5, channels))
        bias = self.parameter(self.random.normal(0, 0.3, channels))
        if self.instance:
            inner = self.module("SpatialBatchNormalization", eps=EPSILON, running_mean=Tensor(None))
            return self.module(
                "InstanceNormalization", eps=EPSILON, nOutput=channels, prev_N=1, weight=weight, bias=bias, bn=inner
            )
        mean, variance = self.random.normal(0, 0.5, channels), self.random.uniform(0.5, 2, channels)
        running = {"running_mean": self.parameter(mean), "running_var": self.parameter(variance)}
        made = self.module(
            "SpatialBatchNormalization", self.backend, eps=EPSILON, momentum=0.1, affine=True, weight=weight,
            bias=bias, **running,
        )  # fmt: skip
        made.version = 2
        return made

    def relu(self) -> Lua:
        return self.module("ReLU", self.backend, inplace=True, threshold=0, val=0)

    def sequence(self, *modules: Lua) -> Lua:
        return self.module("Sequential", modules=list(modules))

    def residual(self, channels: int) -> Lua:
        block = [self.convolution(channels, channels, 3, 1, 0), self.norm(channels), self.relu()]
        block += [self.convolution(channels, channels, 3, 1, 0), self.norm(channels)]
        concat = self.module("ConcatTable", modules=[self.sequence(*block), self.module("ShaveImage", size=2)])
        return self.sequence(concat, self.module("CAddTable"))


def model(arch: str, instance: bool, seed: int = 0, backend: str = "nn") -> Lua:
    """The model of an architecture string, padded once by reflection (`-padding_type reflect-start`)."""
    make, channels, modules = Builder(seed, instance, backend), 3, []
    modules.append(make.module("SpatialReflectionPadding", pad_l=40, pad_r=40, pad_t=40, pad_b=40))
    layers = arch.split(",")
    for place, layer in enumerate(layers):
        kind, rest = layer[0], layer[1:]
        if kind == "c":
            size, outputs = int(rest[0]), int(rest.split("-")[1])
            modules.append(make.convolution(channels, outputs, size, 1, size // 2))
        elif kind == "U":
            outputs = channels
            modules.append(make.module("SpatialUpSamplingNearest", scale_factor=int(rest)))
        elif kind == "R":
            modules.append(make.residual(channels))
            continue
        else:
            outputs = int(rest)
            modules.append(make.convolution(channels, outputs, 3, 2, 1, full=kind == "u"))
        channels = outputs
        if place < len(layers) - 1:
            modules += [make.norm(channels), make.relu()]
    # The last convolution as a trained one is: its picture is neither grey nor pure black and white.
    last = modules[-1].fields["weight"]
    make.storage.values[last.offset : last.offset + int(np.prod(last.size))] *= 0.5 if instance else 0.001
    modules += [make.module("Tanh", backend), make.module("MulConstant", constant_scalar=150)]
    return make.sequence(*modules, make.module("TotalVariation", strength=1e-6))


def checkpoint(arch: str = SMALL, instance: bool = True, seed: int = 0, backend: str = "nn", **options: Any) -> dict:
    """What train.lua saves."""
    opt = {"arch": arch, "padding_type": "reflect-start", "tanh_constant": 150, "preprocessing": "vgg", **options}
    history = [120.5, 90.25, 60.0]
    return {"opt": opt, "train_loss_history": history, "model": model(arch, instance, seed, backend)}


def paint(frame: np.ndarray, lua: Lua) -> np.ndarray:
    """What a model paints: (H, W, 3) in and out, sRGB in [0, 1], as fast_neural_style.lua does without its filter."""
    x = (frame[..., ::-1].astype(np.float64) * 255 - MEANS).transpose(2, 0, 1)
    x = _run(x, lua).transpose(1, 2, 0) + MEANS
    return np.clip(x[..., ::-1] / 255, 0, 1)


def _run(x: np.ndarray, module: Lua) -> np.ndarray:
    f = module.fields
    match module.kind.partition(".")[2]:
        case "Sequential":
            modules = f["modules"]
            if modules[0].kind == "nn.ConcatTable":
                block, shave = modules[0].fields["modules"]
                s = shave.fields["size"]
                return _run(x, block) + x[:, s:-s, s:-s]
            for inner in modules:
                x = _run(x, inner)
            return x
        case "SpatialReflectionPadding":
            return np.pad(x, ((0, 0), (f["pad_t"], f["pad_b"]), (f["pad_l"], f["pad_r"])), mode="reflect")
        case "SpatialConvolution":
            return _convolve(x, values(f["weight"]), f["dH"], f["padH"]) + values(f["bias"])[:, None, None]
        case "SpatialFullConvolution":
            return _scatter(x, values(f["weight"]), f["dH"], f["padH"], f["adjH"]) + values(f["bias"])[:, None, None]
        case "SpatialUpSamplingNearest":
            return x.repeat(f["scale_factor"], 1).repeat(f["scale_factor"], 2)
        case "InstanceNormalization":
            mean, variance = x.mean((1, 2)), x.var((1, 2))
            return _normalise(x, mean, variance, f)
        case "SpatialBatchNormalization":
            return _normalise(x, values(f["running_mean"]), values(f["running_var"]), f)
        case "ReLU":
            return np.maximum(x, 0)
        case "Tanh":
            return np.tanh(x)
        case "MulConstant":
            return x * f["constant_scalar"]
        case "TotalVariation":
            return x
    raise ValueError(module.kind)


def values(tensor: Tensor) -> np.ndarray:
    """The values of a (contiguous) tensor."""
    count = int(np.prod(tensor.size))
    return tensor.storage.values[tensor.offset : tensor.offset + count].reshape(tensor.size).astype(np.float64)


def _convolve(x: np.ndarray, weight: np.ndarray, stride: int, pad: int) -> np.ndarray:
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad)))
    windows = sliding_window_view(x, weight.shape[2:], axis=(1, 2))[:, ::stride, ::stride]
    return np.tensordot(weight, windows, axes=((1, 2, 3), (0, 3, 4)))


def _scatter(x: np.ndarray, weight: np.ndarray, stride: int, pad: int, extra: int) -> np.ndarray:
    """A full convolution: every value lays the kernel down, times itself, `stride` apart."""
    _, outputs, size, _ = weight.shape
    height, width = x.shape[1:]
    out = np.zeros((outputs, (height - 1) * stride + size + extra, (width - 1) * stride + size + extra))
    for dy in range(size):
        for dx in range(size):
            laid = np.tensordot(weight[:, :, dy, dx], x, axes=((0,), (0,)))
            out[:, dy : dy + height * stride : stride, dx : dx + width * stride : stride][:, :height, :width] += laid
    return out[:, pad : out.shape[1] - pad, pad : out.shape[2] - pad]


def _normalise(x: np.ndarray, mean: np.ndarray, variance: np.ndarray, f: dict) -> np.ndarray:
    x = (x - mean[:, None, None]) / np.sqrt(variance + f["eps"])[:, None, None]
    return x * values(f["weight"])[:, None, None] + values(f["bias"])[:, None, None]
