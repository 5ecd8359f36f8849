"""Warping and reliability of optical flow in torch: the numbers of the native kernels, on any device."""

import math

import torch
from torch import Tensor

KERNELS = ("bilinear", "lanczos4")


def warp(image: Tensor, flow: Tensor, kernel: str = "bilinear") -> Tensor:
    """The image sampled at (x + u, y + v); see `neural_style.motion.warp`.

    image: float32 (H, W, C); flow: float32 (H, W, 2), on one device. Returns (H, W, C) there.
    Raises TypeError where a tensor is not float32, ValueError for a wrong shape or kernel.
    """
    _check(image, "image", "(H, W, C)")
    _check(flow, "flow", "(H, W, 2)", like=image)
    if kernel not in KERNELS:
        raise ValueError(f"kernel is {kernel!r}; expected 'bilinear' or 'lanczos4'")
    height, width, channels = image.shape
    x, y = _targets(flow)
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    x, y = x.where(inside, 0), y.where(inside, 0)  # NaN and infinity make no index
    x0, y0 = x.floor(), y.floor()
    ax, ay = x - x0, y - y0
    if kernel == "bilinear":
        first, wx, wy = 0, torch.stack((1 - ax, ax)), torch.stack((1 - ay, ay))
    else:
        first, wx, wy = -3, lanczos_weights(ax), lanczos_weights(ay)
    columns = [(x0.long() + first + i).clamp(0, width - 1) for i in range(len(wx))]
    rows = [(y0.long() + first + i).clamp(0, height - 1) * width for i in range(len(wy))]
    pixels = image.reshape(-1, channels)
    result = torch.zeros_like(image)
    for row, weight in zip(rows, wy, strict=True):
        line = torch.zeros_like(image)
        for column, share in zip(columns, wx, strict=True):
            line += share[..., None] * pixels[row + column]
        result += weight[..., None] * line
    return result.where(inside[..., None], image)


def lanczos_weights(a: Tensor) -> Tensor:
    """Lanczos-4 weights of the taps -3 … 4 around a position, sum 1: (8, …) for fractions `a` in [0, 1].

    OpenCV's kernel, sin(πd)·sin(πd/4)/d², of which sin(πd) only changes its sign over the eight taps.
    Multiplied by a(1-a) it has no pole at a whole pixel, and so needs no special case there.
    """
    b = 1 - a
    p = a * b
    sine_a, sine_b = torch.sinc(a / 4) * (math.pi / 4), torch.sinc(b / 4) * (math.pi / 4)  # sin(πt/4) / t
    cosine_a, cosine_b = torch.cos(a * (math.pi / 4)), torch.cos(b * (math.pi / 4))
    weights = torch.stack(
        (
            -p * b * sine_b / (a + 3) ** 2,
            p * cosine_a / (a + 2) ** 2,
            -p * cosine_b / (a + 1) ** 2,
            b * sine_a,
            a * sine_b,
            -p * cosine_a / (b + 1) ** 2,
            p * cosine_b / (b + 2) ** 2,
            -p * a * sine_a / (b + 3) ** 2,
        )
    )
    return weights / weights.sum(0)


def reliability(flow: Tensor, reverse: Tensor, motion_boundaries: bool = True) -> Tensor:
    """How far a flow can be trusted, (H, W) in [0, 1]; see `neural_style.motion.reliability`.

    flow, reverse: float32 (H, W, 2), on one device. The order of the operations up to each comparison is that
    of native/reliability.cpp, one rounding each, so that a pixel falls on the same side of every threshold.
    Raises TypeError where a tensor is not float32, ValueError for a wrong shape.
    """
    _check(flow, "flow", "(H, W, 2)")
    _check(reverse, "reverse", "(H, W, 2)", like=flow)
    height, width, _ = flow.shape
    x, y = _targets(flow)
    inside = (x >= 0) & (x < width - 1) & (y >= 0) & (y < height - 1)
    x, y = x.where(inside, 0), y.where(inside, 0)
    x0, y0 = x.floor(), y.floor()
    ax, ay = (x - x0)[..., None], (y - y0)[..., None]
    vectors = reverse.reshape(-1, 2)
    here = y0.long() * width + x0.long()
    right, down = int(width > 1), width * int(height > 1)  # a picture one pixel wide has no neighbours to read
    above = (1 - ax) * vectors[here] + ax * vectors[here + right]
    below = (1 - ax) * vectors[here + down] + ax * vectors[here + down + right]
    back = (1 - ay) * above + ay * below
    length = _squares(flow)
    consistent = _squares(flow + back) < 0.01 * (length + _squares(back)) + 0.5
    codes = torch.where(consistent, 1.0, -1.0)
    if motion_boundaries:
        dx = 0.5 * (_shifted(flow, 1, 1) - _shifted(flow, -1, 1))
        dy = 0.5 * (_shifted(flow, 1, 0) - _shifted(flow, -1, 0))
        across, along = dx * dx, dy * dy
        gradient = (across[..., 0] + along[..., 0]) + (across[..., 1] + along[..., 1])
        # Said this way round because NaN is never smooth.
        codes = codes.where(~consistent | (gradient <= 0.01 * length + 0.002), 0.0)
    codes = codes.where(inside, 0.0)
    return _smoothed(_smoothed(codes, 1), 0).clamp(0, 1)


def _targets(flow: Tensor) -> tuple[Tensor, Tensor]:
    """Where each pixel goes: x and y, each (H, W)."""
    height, width, _ = flow.shape
    x = torch.arange(width, dtype=flow.dtype, device=flow.device)
    y = torch.arange(height, dtype=flow.dtype, device=flow.device)
    return x + flow[..., 0], y[:, None] + flow[..., 1]


def _squares(vectors: Tensor) -> Tensor:
    squares = vectors * vectors
    return squares[..., 0] + squares[..., 1]


def _shifted(values: Tensor, by: int, axis: int) -> Tensor:
    """values[i + by] along one axis, mirrored at the border with the edge itself repeated (c b a | a b c)."""
    count = values.shape[axis]
    index = (torch.arange(count, device=values.device) + by) % (2 * count)
    return values.index_select(axis, torch.minimum(index, 2 * count - 1 - index))


def _smoothed(values: Tensor, axis: int) -> Tensor:
    """A Gaussian of σ 0.8 and 5 taps along one axis."""
    g = [math.exp(-0.5 * (i / 0.8) ** 2) for i in range(3)]
    g0, g1, g2 = (weight / (g[0] + 2 * g[1] + 2 * g[2]) for weight in g)
    near = _shifted(values, -1, axis) + _shifted(values, 1, axis)
    far = _shifted(values, -2, axis) + _shifted(values, 2, axis)
    return g0 * values + g1 * near + g2 * far


def _check(tensor: Tensor, name: str, expected: str, like: Tensor | None = None) -> None:
    shape = tuple(tensor.shape)
    if tensor.dtype != torch.float32:
        raise TypeError(f"{name} is {tensor.dtype} {shape}; expected float32 {expected}")
    if len(shape) != 3 or tensor.numel() == 0 or (expected.endswith("2)") and shape[2] != 2):
        raise ValueError(f"{name} has shape {shape}; expected {expected}, not empty")
    if like is not None and shape[:2] != like.shape[:2]:
        raise ValueError(f"{name} has shape {shape}; expected {expected} of the size of {tuple(like.shape)}")
