"""Warping and reliability of optical flow by OpenCL: the numbers of the native kernels, on devices torch cannot drive.

pyopencl is imported only here, and only when a device is asked for: a driver that is broken harms nobody else.
"""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from threading import Lock
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neural_style.door.errors import NeuralStyleError

Array = NDArray[np.float32]

KERNELS = ("bilinear", "lanczos4")

#: A work group's pixels, across and down.
_GROUP = (32, 4)


class OpenCL:
    """A device that is ready to compute. Calls from several threads are done one after another.

    name: the device's, as `device_names` says it.
    """

    def __init__(self, name: str, device: Any) -> None:
        cl = _pyopencl()
        self.name = name
        self._lock = Lock()
        with self._explained():
            self._context = cl.Context([device])
            self._queue = cl.CommandQueue(self._context)
            source = resources.files("neural_style.motion").joinpath("kernels.cl").read_text(encoding="utf-8")
            program = cl.Program(self._context, source).build()
            self._kernels = {kernel.function_name: kernel for kernel in program.all_kernels()}
            # Where host and device share their memory, an array is used where it lies.
            self._shared = bool(device.host_unified_memory)
            size = _GROUP[0] * _GROUP[1]
            fits = device.max_work_item_sizes[0] >= _GROUP[0] and device.max_work_item_sizes[1] >= _GROUP[1]
            for kernel in self._kernels.values():
                fits = fits and kernel.get_work_group_info(cl.kernel_work_group_info.WORK_GROUP_SIZE, device) >= size
            self._group = _GROUP if fits else None

    def warp(self, image: Array, flow: Array, kernel: str = "bilinear") -> Array:
        """The image sampled at (x + u, y + v); see `neural_style.motion.warp`.

        image: float32 (H, W, C); flow: float32 (H, W, 2). Returns (H, W, C).
        Raises TypeError where an array is not float32, ValueError for a wrong shape or kernel, NeuralStyleError where
        the device fails.
        """
        image = _taken(image, "image", "(H, W, C)")
        flow = _taken(flow, "flow", "(H, W, 2)", like=image)
        if kernel not in KERNELS:
            raise ValueError(f"kernel is {kernel!r}; expected 'bilinear' or 'lanczos4'")
        height, width, channels = image.shape
        result = np.empty_like(image)
        with self._lock, self._explained():
            target = self._output(result)
            self._run(kernel, width, height, self._input(image), self._input(flow), target, np.int32(channels))
            self._fetch(target, result)
        return result

    def reliability(self, flow: Array, reverse: Array, motion_boundaries: bool = True) -> Array:
        """How far a flow can be trusted, (H, W) in [0, 1]; see `neural_style.motion.reliability`.

        flow, reverse: float32 (H, W, 2). Raises as `warp` does.
        """
        cl = _pyopencl()
        flow = _taken(flow, "flow", "(H, W, 2)")
        reverse = _taken(reverse, "reverse", "(H, W, 2)", like=flow)
        height, width, _ = flow.shape
        result = np.empty((height, width), np.float32)
        gaussian = np.array([math.exp(-0.5 * (i / 0.8) ** 2) for i in range(3)] + [0.0])
        gaussian = (gaussian / (gaussian[0] + 2 * gaussian[1:].sum())).astype(np.float32)
        with self._lock, self._explained():
            codes, across = (cl.Buffer(self._context, cl.mem_flags.READ_WRITE, result.nbytes) for _ in range(2))
            target = self._output(result)
            boundaries = np.int32(motion_boundaries)
            self._run("codes", width, height, self._input(flow), self._input(reverse), codes, boundaries)
            self._run("smooth", width, height, codes, across, gaussian, np.int32(0))
            self._run("smooth", width, height, across, target, gaussian, np.int32(1))
            self._fetch(target, result)
        return result

    def _input(self, array: Array) -> Any:
        cl = _pyopencl()
        how = cl.mem_flags.USE_HOST_PTR if self._shared else cl.mem_flags.COPY_HOST_PTR
        return cl.Buffer(self._context, cl.mem_flags.READ_ONLY | how, hostbuf=array)

    def _output(self, array: Array) -> Any:
        cl = _pyopencl()
        if self._shared:
            return cl.Buffer(self._context, cl.mem_flags.READ_WRITE | cl.mem_flags.USE_HOST_PTR, hostbuf=array)
        return cl.Buffer(self._context, cl.mem_flags.READ_WRITE, array.nbytes)

    def _run(self, name: str, width: int, height: int, *arguments: Any) -> None:
        """Let a kernel work on every pixel; width and height follow its buffers."""
        cl = _pyopencl()
        kernel = self._kernels[name]
        count = sum(isinstance(argument, cl.Buffer) for argument in arguments)
        kernel.set_args(*arguments[:count], np.int32(width), np.int32(height), *arguments[count:])
        size = (width, height)
        if self._group is not None:  # whole groups: kernels leave out what lies beyond the image
            size = (-(-width // _GROUP[0]) * _GROUP[0], -(-height // _GROUP[1]) * _GROUP[1])
        cl.enqueue_nd_range_kernel(self._queue, kernel, size, self._group)

    def _fetch(self, buffer: Any, array: Array) -> None:
        """Wait for the device, and have what is in the buffer in the array."""
        cl = _pyopencl()
        if not self._shared:
            cl.enqueue_copy(self._queue, array, buffer)
            return
        mapped, _ = cl.enqueue_map_buffer(
            self._queue, buffer, cl.map_flags.READ, 0, array.shape, array.dtype, is_blocking=True
        )
        mapped.base.release(self._queue)
        self._queue.finish()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        cl = _pyopencl()
        try:
            yield
        except cl.Error as error:
            said = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise NeuralStyleError(
                "the OpenCL device failed", f"{self.name}: {said}", "set NEURAL_STYLE_WARP=native to do without it"
            ) from error


def device_names() -> list[str]:
    """The OpenCL devices of this machine, with their drivers, those that are no processors first; empty for none."""
    return list(_devices())


@cache
def open_device(name: str = "") -> OpenCL:
    """The device of that name, ready to compute; without a name the first.

    Raises NeuralStyleError where there is none, or where it fails.
    """
    devices = _devices()
    if name not in devices and (name or not devices):
        raise NeuralStyleError(
            "there is no such OpenCL device" if name else "there is no OpenCL device",
            name or _missing(),
            "install the device's OpenCL driver, or unset NEURAL_STYLE_WARP",
        )
    name = name or next(iter(devices))
    return OpenCL(name, devices[name])


def _missing() -> str:
    """Why there is no device, in a few words."""
    try:
        _pyopencl()
    except ImportError as error:
        return f"pyopencl cannot be loaded ({error})"
    return "no driver is installed"


@cache
def _devices() -> dict[str, Any]:
    """All devices by name, processors last."""
    try:
        cl = _pyopencl()
        found = [device for platform in cl.get_platforms() for device in _of(platform)]
    except ImportError:
        return {}
    except Exception:  # the loader's ways to say that no driver is installed: cl.Error, RuntimeError
        return {}
    found.sort(key=lambda device: bool(device.type & cl.device_type.CPU))
    return {
        f"{device.name.strip()}, {device.platform.name.strip()} {device.driver_version}": device for device in found
    }


def _of(platform: Any) -> list[Any]:
    cl = _pyopencl()
    try:
        return [device for device in platform.get_devices() if device.available and device.compiler_available]
    except cl.Error:  # a driver without a device
        return []


def _pyopencl() -> ModuleType:
    """pyopencl, which is to leave nothing behind on the disk. Raises ImportError."""
    os.environ.setdefault("PYOPENCL_NO_CACHE", "1")
    import pyopencl

    return pyopencl


def _taken(array: Array, name: str, expected: str, like: Array | None = None) -> Array:
    """The array as the device takes it: C-contiguous, without a copy where it is that already."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{name} is a {type(array).__name__}; expected a float32 array {expected}")
    if array.dtype != np.float32:
        raise TypeError(f"{name} is {array.dtype} {array.shape}; expected float32 {expected}")
    if array.ndim != 3 or array.size == 0 or (expected.endswith("2)") and array.shape[2] != 2):
        raise ValueError(f"{name} has shape {array.shape}; expected {expected}, not empty")
    if like is not None and array.shape[:2] != like.shape[:2]:
        raise ValueError(f"{name} has shape {array.shape}; expected {expected} of the size of {like.shape}")
    return np.ascontiguousarray(array, np.float32)
