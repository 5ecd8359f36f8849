"""Warp and reliability said as plainly as can be, in loops and NumPy: what the fast versions are held to."""

import math
import os

import numpy as np
import pytest
import torch

from neural_style.motion import opencl_backend, torch_backend


def warp(image, flow, kernel):
    """Positions in float32 (that is the definition), everything after them in float64."""
    height, width, _ = image.shape
    result = image.astype(np.float64)
    for y in range(height):
        for x in range(width):
            sx, sy = np.float32(x) + flow[y, x, 0], np.float32(y) + flow[y, x, 1]
            if not (0 <= sx <= width - 1 and 0 <= sy <= height - 1):
                continue
            taps = bilinear_taps if kernel == "bilinear" else lanczos_taps
            result[y, x] = sum(
                wx * wy * image[min(max(ty, 0), height - 1), min(max(tx, 0), width - 1)].astype(np.float64)
                for tx, wx in taps(float(sx))
                for ty, wy in taps(float(sy))
            )
    return result


def bilinear_taps(position):
    start = math.floor(position)
    return [(start, 1 - (position - start)), (start + 1, position - start)]


def lanczos_taps(position):
    """The textbook's window, sinc(d)·sinc(d/4), made to sum 1."""
    start = math.floor(position)
    taps = [start + k for k in range(-3, 5)]
    weights = [float(np.sinc(position - t) * np.sinc((position - t) / 4)) for t in taps]
    return [(t, w / sum(weights)) for t, w in zip(taps, weights, strict=True)]


def reliability(flow, reverse, motion_boundaries):
    """The formula in the order of the published code, float32 up to the comparisons, then float64."""
    one, half = np.float32(1), np.float32(0.5)
    height, width, _ = flow.shape
    codes = np.zeros((height, width))
    for y in range(height):
        for x in range(width):
            f1 = flow[y, x]
            bx, by = np.float32(x) + f1[0], np.float32(y) + f1[1]
            if not (np.isfinite(bx) and np.isfinite(by)):
                continue
            x0, y0 = math.floor(bx), math.floor(by)
            if x0 < 0 or y0 < 0 or x0 + 1 > width - 1 or y0 + 1 > height - 1:
                continue
            ax, ay = bx - np.float32(x0), by - np.float32(y0)
            top = (one - ax) * reverse[y0, x0] + ax * reverse[y0, x0 + 1]
            low = (one - ax) * reverse[y0 + 1, x0] + ax * reverse[y0 + 1, x0 + 1]
            f2 = (one - ay) * top + ay * low
            gap = f1 + f2
            if not (_square(gap) < np.float32(0.01) * (_square(f1) + _square(f2)) + half):
                codes[y, x] = -255
                continue
            right, left = flow[y, min(x + 1, width - 1)], flow[y, max(x - 1, 0)]
            below, above = flow[min(y + 1, height - 1), x], flow[max(y - 1, 0), x]
            dx, dy = half * (right - left), half * (below - above)
            u_gradient, v_gradient = dx[0] * dx[0] + dy[0] * dy[0], dx[1] * dx[1] + dy[1] * dy[1]
            smooth = u_gradient + v_gradient <= np.float32(0.01) * _square(f1) + np.float32(0.002)
            codes[y, x] = 255 if smooth or not motion_boundaries else 0
    gaussian = np.exp(-0.5 * (np.arange(-2, 3) / 0.8) ** 2)
    gaussian /= gaussian.sum()
    for axis in (1, 0):
        padded = np.pad(codes, [(2, 2) if a == axis else (0, 0) for a in (0, 1)], mode="symmetric")
        count = codes.shape[axis]
        codes = sum(g * padded.take(range(i, i + count), axis) for i, g in enumerate(gaussian))
    return codes.clip(0, 255) / 255


def _square(vector):
    return vector[0] * vector[0] + vector[1] * vector[1]


class Native:
    """The native kernels. Where they are missing a test fails; it is skipped only if one says so by a variable."""

    def __getattr__(self, name):
        if os.environ.get("NEURAL_STYLE_NO_NATIVE") == "1":
            pytest.skip("NEURAL_STYLE_NO_NATIVE=1")
        from neural_style import _native

        return getattr(_native, name)


class Torch:
    """The torch backend, on NumPy arrays."""

    def warp(self, image, flow, kernel="bilinear"):
        return torch_backend.warp(torch.from_numpy(image), torch.from_numpy(flow), kernel).numpy()

    def reliability(self, flow, reverse, motion_boundaries=True):
        return torch_backend.reliability(torch.from_numpy(flow), torch.from_numpy(reverse), motion_boundaries).numpy()


class OpenCL:
    """The first OpenCL device; PoCL, where the tests' set-up found no other. Skipped only where there is none."""

    def __getattr__(self, name):
        if not opencl_backend.device_names():
            pytest.skip("there is no OpenCL device here; on Debian and Ubuntu, pocl-opencl-icd makes one")
        return getattr(opencl_backend.open_device(), name)


#: What `NEURAL_STYLE_WARP` may say.
NAMES = ("native", "torch", "opencl")


def need(name):
    """The name of a backend; the test is skipped where it cannot be had and need not."""
    _ = {"native": Native, "torch": Torch, "opencl": OpenCL}[name]().warp
    return name


BACKENDS = [
    pytest.param(Native(), id="native"),
    pytest.param(Torch(), id="torch"),
    pytest.param(OpenCL(), id="opencl"),
]
