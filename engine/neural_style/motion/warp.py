"""Warping and reliability of optical flow on NumPy arrays: by the native kernels, by torch, or by OpenCL."""

import os
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from neural_style import native
from neural_style.door.errors import NeuralStyleError
from neural_style.motion import choice

if TYPE_CHECKING:
    import torch

    from neural_style.motion import opencl_backend

#: bilinear: 2×2 taps, softens a little each time. lanczos4: 8×8 taps, keeps the sharpness, may overshoot [0, 1].
Kernel = Literal["bilinear", "lanczos4"]

#: The environment variable that forces a backend: `native`, `torch` or `opencl`.
BACKEND_VARIABLE = "NEURAL_STYLE_WARP"


def without_opencl() -> Literal["native", "torch"]:
    """What warps where no OpenCL device does: the native kernels where they were built, else torch."""
    return "torch" if native.module is None else "native"


def backend() -> Literal["native", "torch", "opencl"]:
    """The name of what warps; `NEURAL_STYLE_WARP` forces one.

    Else an OpenCL device, where doctor measured one that is clearly faster and it can still be had; else native where
    it was built; else torch. All give the same numbers, to 1e-5.
    Raises NeuralStyleError where the variable names something else, or native kernels that are not there.
    """
    forced = os.environ.get(BACKEND_VARIABLE, "")
    if not forced:
        return "opencl" if _device(choice.chosen()) is not None else without_opencl()
    if forced == "torch":
        return "torch"
    if forced == "opencl":
        return "opencl"
    if forced != "native":
        raise NeuralStyleError("unknown warp backend", f"{BACKEND_VARIABLE}={forced}", "use native, torch or opencl")
    if native.module is None:
        raise NeuralStyleError(
            "the native kernels cannot be loaded",
            native.missing,
            f"install the engine again where there is a C++ compiler, or unset {BACKEND_VARIABLE}",
        )
    return "native"


@cache
def _device(name: str) -> "opencl_backend.OpenCL | None":
    """The OpenCL device of that name; None without a name, or where it is not there any more."""
    if not name:
        return None
    from neural_style.motion import opencl_backend

    with suppress(NeuralStyleError):
        return opencl_backend.open_device(name)
    return None


def _opencl() -> "opencl_backend.OpenCL":
    """The device that doctor chose, else the first. Raises NeuralStyleError where there is none."""
    from neural_style.motion import opencl_backend

    return _device(choice.chosen()) or opencl_backend.open_device()


def warp(
    image: NDArray[np.float32], flow: NDArray[np.float32], kernel: Kernel = "bilinear", threads: int = 0
) -> NDArray[np.float32]:
    """The image sampled along a flow: result[y, x] = image at (x + u, y + v).

    image:   float32 (H, W, C), any range. flow: float32 (H, W, 2) in pixels.
    kernel:  how to interpolate; Lanczos taps beyond the border repeat the edge.
    threads: of the native kernels, 0 for one per core.

    Where the position is outside the image (x < 0, x > W-1, y < 0, y > H-1) or not finite, the result is
    the unwarped pixel image[y, x], as in Fast Artistic Videos. So warp(b, flow from a to b) resembles a.
    Raises TypeError where an array is not float32, ValueError for a wrong shape or kernel.
    """
    used = backend()
    if used == "opencl":
        return _opencl().warp(image, flow, kernel)
    if used == "native" and native.module is not None:
        return native.module.warp(image, flow, kernel, threads)  # type: ignore[no-any-return]
    from neural_style.motion import torch_backend

    return torch_backend.warp(_tensor(image, "image"), _tensor(flow, "flow"), kernel).numpy()


def reliability(
    flow: NDArray[np.float32],
    reverse: NDArray[np.float32],
    motion_boundaries: bool = True,
    threads: int = 0,
) -> NDArray[np.float32]:
    """How far a flow from a to b can be trusted at each pixel of a, given the reverse flow from b to a.

    flow, reverse:     float32 (H, W, 2) in pixels. Returns float32 (H, W) in [0, 1].
    motion_boundaries: whether pixels on the edge of a motion count as unreliable.
    threads:           of the native kernels, 0 for one per core.

    0 where the flow leaves the image, where forward and backward flow disagree (occlusion) and on motion
    boundaries, smoothed by a Gaussian of σ 0.8 in which occlusion bleeds outward.
    Sundaram, Brox & Keutzer 2010, section on tracking; Ruder et al. 2016, section on the temporal loss.
    Raises TypeError where an array is not float32, ValueError for a wrong shape.
    """
    used = backend()
    if used == "opencl":
        return _opencl().reliability(flow, reverse, motion_boundaries)
    if used == "native" and native.module is not None:
        return native.module.reliability(flow, reverse, motion_boundaries, threads)  # type: ignore[no-any-return]
    from neural_style.motion import torch_backend

    return torch_backend.reliability(_tensor(flow, "flow"), _tensor(reverse, "reverse"), motion_boundaries).numpy()


def _tensor(array: NDArray[np.float32], name: str) -> "torch.Tensor":
    """The array as a tensor on the CPU, without a copy where torch can take it as it is."""
    import torch

    if not isinstance(array, np.ndarray):
        raise TypeError(f"{name} is a {type(array).__name__}; expected a float32 array")
    if array.dtype != np.float32:
        raise TypeError(f"{name} is {array.dtype} {array.shape}; expected float32")
    usable = array.flags.c_contiguous and array.flags.writeable and array.dtype.isnative
    return torch.from_numpy(array if usable else array.astype(np.float32, order="C"))
