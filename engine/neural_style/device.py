"""Which device computes, and in which number formats; chosen once."""

import os
from functools import cache
from time import perf_counter

import torch
import torch.nn.functional as F

from .errors import NeuralStyleError


def choose() -> torch.device:
    """$NEURAL_STYLE_DEVICE where it is set, else cuda, xpu or mps where there is one, else cpu."""
    given = os.environ.get("NEURAL_STYLE_DEVICE")
    if given:
        try:
            device = torch.device(given)
            torch.empty(1, device=device)
        except (RuntimeError, AssertionError, NotImplementedError) as error:  # torch's ways to say "not built with it"
            raise NeuralStyleError(
                "the device does not work here", given, "set NEURAL_STYLE_DEVICE to one that does, such as cpu"
            ) from error
        return device
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.xpu.is_available():
        return torch.device("xpu")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


@cache
def bfloat16_is_fast(device: torch.device) -> bool:
    """Whether convolutions in bfloat16 are clearly faster than in float32 on this device.

    Measured on a processor, once: some have the instructions and are slower with them (half as fast on a
    Xeon whose matrix unit is hidden from the machine), others are twice as fast.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu":
        return device.type == "xpu"
    if not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return False
    return _convolution_seconds(torch.bfloat16) * 1.2 < _convolution_seconds(torch.float32)


def _convolution_seconds(dtype: torch.dtype) -> float:
    """The least time of a convolution as VGG has them, over some tries."""
    x = torch.ones(1, 128, 64, 64, dtype=dtype).contiguous(memory_format=torch.channels_last)
    weight = torch.ones(128, 128, 3, 3, dtype=dtype).contiguous(memory_format=torch.channels_last)
    times = []
    for _ in range(6):
        start = perf_counter()
        F.conv2d(x, weight, padding=1)
        times.append(perf_counter() - start)
    return min(times)


def describe(device: torch.device) -> str:
    """The device in words, for reports."""
    if device.type == "cuda":
        return f"cuda ({torch.cuda.get_device_name(device)})"
    if device.type == "cpu":
        return f"cpu ({torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()})"
    return str(device)
