"""Which device computes, and in which number formats; chosen once."""

import json
import os
import platform
from contextlib import suppress
from functools import cache
from pathlib import Path
from time import perf_counter

import psutil
import torch
from filelock import FileLock

from neural_style.door.errors import NeuralStyleError
from neural_style.networks import rectified
from neural_style.weights import data_folder


def choose() -> torch.device:
    """$NEURAL_STYLE_DEVICE where it is set, else cuda, xpu or mps where there is one, else cpu."""
    given = os.environ.get("NEURAL_STYLE_DEVICE")
    if given:
        try:
            device = torch.device(given)
            torch.empty(1, device=device)
        except (RuntimeError, AssertionError, NotImplementedError) as error:  # torch's ways to say "not built with it"
            raise NeuralStyleError(
                "the device does not work here",
                given,
                "choose another in the preferences or in NEURAL_STYLE_DEVICE, such as cpu",
                "preferences",
            ) from error
        return device
    if torch.cuda.is_available():
        # What says float32 is to be float32, and a worker that is started again is to paint the same picture.
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cudnn.deterministic = True
        return torch.device("cuda")
    if torch.xpu.is_available():
        return torch.device("xpu")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def memory(device: torch.device) -> int:
    """The bytes of memory that the device has in all."""
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory)
    if device.type == "xpu":
        return int(torch.xpu.get_device_properties(device).total_memory)
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory())
    return int(psutil.virtual_memory().total)


def empty_cache() -> None:
    """Give the memory that torch keeps for later back to the device."""
    for kind in (torch.cuda, torch.xpu, torch.mps):
        if kind.is_available():
            kind.empty_cache()


#: Forces (1) or forbids (0) bfloat16, where what was measured is not what is wanted.
BFLOAT16_VARIABLE = "NEURAL_STYLE_BFLOAT16"


@cache
def bfloat16_is_fast(device: torch.device) -> bool:
    """Whether convolutions in bfloat16 are clearly faster than in float32 on this device.

    Processors that have the instructions may be twice as fast with them, or half (a Xeon whose matrix unit is
    hidden from the machine), and the native convolutions of float32 are faster than torch's. So it is measured, once
    for a processor, a version of torch and the native kernels there are: the answer is kept in the data folder, lest a
    worker that is started again under load decides, and paints, otherwise than the one before.
    """
    given = os.environ.get(BFLOAT16_VARIABLE)
    if given in ("0", "1"):
        return given == "1"
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu":
        return device.type == "xpu"
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    if not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return False
    name = f"{_processor()}, torch {torch.__version__}, {rectified.processor() or 'no'} kernels"
    kept = data_folder() / "bfloat16.json"
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(kept.with_suffix(".lock")):  # two at once would measure each other's load
            return _kept_answer(kept, name)
    except OSError:
        return False  # nowhere to remember: what every processor is good at


def _kept_answer(path: Path, name: str) -> bool:
    """The answer under a name in a file of answers; measured, and put there, where there is none."""
    try:
        answers = json.loads(path.read_text())
        known = answers.get(name)
    except (OSError, ValueError, AttributeError):
        answers, known = {}, None
    if not isinstance(known, bool):
        known = answers[name] = _measure_bfloat16()
        part = path.with_suffix(".part")
        part.write_text(json.dumps(answers, indent=1))
        part.replace(path)
    return known


def _processor() -> str:
    """The processor's name, as far as the system tells it."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _measure_bfloat16() -> bool:
    """Whether the least of some interleaved times is clearly less in bfloat16; the least is hardly the load's."""
    least = dict.fromkeys((torch.float32, torch.bfloat16), float("inf"))
    weight = torch.ones(128, 128, 3, 3).contiguous(memory_format=torch.channels_last)
    convolutions = {t: rectified.RectifiedConvolution(weight.to(t), torch.ones(128, dtype=t)) for t in least}
    for _ in range(8):
        for dtype in least:
            x = torch.ones(1, 128, 64, 64, dtype=dtype).contiguous(memory_format=torch.channels_last)
            convolution = convolutions[dtype]
            start = perf_counter()
            convolution(x)
            least[dtype] = min(least[dtype], perf_counter() - start)
    return least[torch.bfloat16] * 1.25 < least[torch.float32]


def describe(device: torch.device) -> str:
    """The device in words, for reports."""
    if device.type == "cuda":
        return f"cuda ({torch.cuda.get_device_name(device)})"
    if device.type == "cpu":
        return f"cpu ({torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()})"
    return str(device)
