"""`neural-style doctor`: what this installation consists of and what of it works here."""

import os
import platform
from collections.abc import Callable, Iterator
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from neural_style import __version__, motion, native, weights
from neural_style import device as devices
from neural_style.door.catalogue import DEFAULT_STYLE
from neural_style.door.errors import NeuralStyleError
from neural_style.methods import STYLE_LAYERS
from neural_style.motion import choice
from neural_style.networks import rectified
from neural_style.networks.arbitrary import BOTTLENECK, ArbitraryNetwork, StylePredictor
from neural_style.networks.vgg import VGG, read_vgg19
from neural_style.pixels import to_vgg
from neural_style.styles import Stylist

#: The packages that decide what a picture looks like, by the names they are installed under.
_PACKAGES = ("torch", "numpy", "opencv-python-headless", "av", "scenedetect-headless", "safetensors")


class Finding(NamedTuple):
    """One line of the report; `fine` is False where something does not work."""

    name: str
    text: str
    fine: bool = True


def versions() -> dict[str, str]:
    """The versions of the engine, of Python and of the packages that decide what a picture looks like."""
    found = {"neural-style": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "missing"
    return found


def examine() -> Iterator[Finding]:
    """Look at everything in turn; nothing is fetched."""
    yield Finding("versions", ", ".join(f"{name} {version}" for name, version in versions().items()))
    yield _tried("device", _device)
    if native.missing:
        yield Finding("warp: native", f"not built here, torch takes its place ({native.missing})")
    else:
        yield _tried("warp: native", partial(_warp, "native"))
    yield _tried("warp: torch", partial(_warp, "torch"))
    yield from _opencl()
    yield _tried("warp in use", motion.backend)
    yield _tried("convolutions", _convolutions)
    for name in motion.FLOWS:
        yield _tried(f"flow: {name}", partial(_flow, name))
    yield _tried("video", _video)
    given = os.environ.get("NEURAL_STYLE_VGG19")
    if given:
        yield _tried("vgg19", partial(_vgg19, Path(given)))
    for name, source in weights.SOURCES.items():
        if not weights.kept(name):
            yield Finding(name, f"{source.about}: not fetched yet, which happens at the first use")
        else:
            yield _tried(name, partial(_weights, name))


def _tried(name: str, test: Callable[[], str]) -> Finding:
    try:
        return Finding(name, test())
    except NeuralStyleError as error:
        return Finding(name, str(error), fine=False)
    except Exception as error:  # whatever it is: the doctor reports, and goes on
        return Finding(name, f"{type(error).__name__}: {error}", fine=False)


def _device() -> str:
    device = devices.choose()
    kind = "bfloat16" if devices.bfloat16_is_fast(device) else "float32"
    return f"{devices.describe(device)}, features in {kind}"


def _warp(backend: str) -> str:
    before = os.environ.get(motion.BACKEND_VARIABLE)
    os.environ[motion.BACKEND_VARIABLE] = backend
    try:
        image = np.random.default_rng(0).random((24, 32, 3), dtype=np.float32)
        moved = motion.warp(image, np.full((24, 32, 2), 2.0, np.float32))
    finally:
        os.environ.pop(motion.BACKEND_VARIABLE)
        if before is not None:
            os.environ[motion.BACKEND_VARIABLE] = before
    if not np.allclose(moved[:20, :28], image[2:22, 2:30], atol=1e-6):
        raise RuntimeError("a warp by two pixels went wrong")
    return "works"


def _convolutions() -> str:
    processor = rectified.processor()
    if not processor:
        return "torch's (the native ones are not made for this processor, or were not built)"
    random = torch.Generator().manual_seed(0)
    weight, x = torch.randn(64, 64, 3, 3, generator=random), torch.randn(1, 64, 9, 10, generator=random)
    found = rectified.RectifiedConvolution(weight, torch.zeros(64))(x.contiguous(memory_format=torch.channels_last))
    expected = F.relu(F.conv2d(x.double(), weight.double(), padding=1))
    if not torch.allclose(found.double(), expected, atol=1e-3 * float(expected.mean())):
        raise RuntimeError(f"the native convolutions for {processor} are wrong; NEURAL_STYLE_WINOGRAD=0 does without")
    return f"native, for {processor}: work"


def _opencl() -> Iterator[Finding]:
    """Every OpenCL device, and how fast it is beside what there is without: measured once for a machine, and kept."""
    try:
        found = choice.settle()
    except RuntimeError as error:
        yield Finding("warp: opencl", str(error))
        return
    if not found.devices:
        yield Finding("warp: opencl", "no OpenCL device here, and none is needed")
    own = {name: time for name, time in found.seconds.items() if name not in found.devices}
    for device, fault in found.devices.items():
        if fault:
            yield Finding("warp: opencl", f"{device}: not used, for it does not work ({fault})")
            continue
        times = ", ".join(f"{1e3 * time:.1f} ms ({name})" for name, time in own.items())
        used = "used" if device == found.device else "not used, for it is not clearly the fastest"
        yield Finding("warp: opencl", f"{device}: {used}; {1e3 * found.seconds[device]:.1f} ms a frame against {times}")


def _flow(name: str) -> str:
    y, x = np.mgrid[:96, :128]
    texture = 0.5 + 0.25 * np.sin(x / 5) + 0.25 * np.cos(y / 7)
    frame = np.repeat(texture[..., None], 3, axis=2).astype(np.float32)
    flow = motion.FLOWS[name]()(frame, np.roll(frame, 2, axis=1))
    u = float(np.median(flow[24:-24, 24:-24, 0]))
    if abs(u - 2) > 0.5:
        raise RuntimeError(f"a motion of 2 pixels was seen as {u:.2f}")
    return "works"


def _weights(name: str) -> str:
    frame = np.full((32, 32, 3), 0.5, np.float32)
    device = devices.choose()
    if name == "multistyle26":
        pictures = [Stylist(device).paint(frame, DEFAULT_STYLE)]
    elif name == "arbitrary-predict":
        picture = torch.full((1, 3, 64, 64), 0.5, device=device)
        pictures = [StylePredictor.from_tensors(weights.tensors(name)).to(device)(picture).cpu().numpy()]
    elif name == "arbitrary-transform":
        network = ArbitraryNetwork.from_tensors(weights.tensors(name)).to(device)
        x, bottleneck = torch.full((1, 3, 64, 64), 0.5, device=device), torch.zeros(BOTTLENECK, device=device)
        pictures = [network(x, bottleneck).cpu().numpy()]
    elif name == "vgg16":
        found = VGG(weights.tensors(name)).to(device).features(to_vgg(frame, device), STYLE_LAYERS)
        pictures = [feature.cpu().numpy() for feature in found.values()]
    else:
        return f"there: {weights.locate(name)}"
    if not all(np.isfinite(picture).all() and picture.any() for picture in pictures):
        raise RuntimeError("the network gives no sensible numbers")
    return f"works: {weights.locate(name)}"


def _vgg19(path: Path) -> str:
    read_vgg19(path)
    return f"works: {path}"


def _video() -> str:
    import av

    av.Codec("libx264", "w")
    return f"H.264 (libx264), FFmpeg {av.ffmpeg_version_info}"
