"""The transformer networks' convolutions, in the arithmetic that costs least: the same sums in another order.

A processor computes sixteen channels of a result at once, so a convolution with three of them wastes most of it, and
one that follows an enlargement reads every value four times. Both become convolutions at half the size with four times
the channels, one for each *phase*: each pair of an even or odd row and an even or odd column (the sub-pixel
convolution of Shi et al. 2016, "Real-time single image and video super-resolution", section 3.2, the other way round).
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from neural_style.networks.instance_norm import is_native
from neural_style.networks.minimal import convolved

#: Where a phase lies: rows down, columns to the right.
_PHASES = ((0, 0), (0, 1), (1, 0), (1, 1))

#: How many channels of a result are computed at once. With fewer, all phases of an enlargement take one convolution;
#: with fewer than half of them a large kernel costs less by phases, for a quarter more arithmetic.
_FEW = 16

#: What the phases (two) of a doubled row make of a kernel's three rows (last) in terms of the rows that were doubled
#: (in between: before, here, after). Reflected at its border, a doubled row shows the value at the border.
_OF_DOUBLED = [[[1, 0, 0], [0, 1, 1], [0, 0, 0]], [[0, 0, 0], [1, 1, 0], [0, 0, 1]]]


def reflected(x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1) -> Tensor:
    """Reflection padding by half the kernel, and a convolution: x (N, C, H, W), weight (O, C, K, K), K odd."""
    outputs, _, size, _ = weight.shape
    if is_native(x, outputs):  # the normalisation that follows takes it so, and the processor convolves so fastest
        x = x.contiguous(memory_format=torch.channels_last)
        if size == 3 and stride == 1 and (found := convolved(x, weight, bias)) is not None:
            return found
    padded = F.pad(x, [size // 2] * 4, mode="reflect")
    if stride > 1 or size < 5 or outputs >= _FEW // 2 or x.shape[-2] % 2 or x.shape[-1] % 2:
        return F.conv2d(padded, weight, bias, stride)
    # An even or odd column of the result sees the kernel one place farther left or right in a kernel one wider.
    phases = [F.pixel_unshuffle(F.pad(weight, (right, 1 - right, down, 1 - down)), 2) for down, right in _PHASES]
    return F.pixel_shuffle(
        F.conv2d(F.pixel_unshuffle(padded, 2), torch.stack(phases, 1).flatten(0, 1), _of_phases(bias)), 2
    )


def enlarged(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Nearest ×2, reflection padding, and a convolution: x (N, C, H, W), weight (O, C, 3, 3); (N, O, 2H, 2W)."""
    outputs, (height, width) = len(weight), x.shape[-2:]
    combine = torch.tensor(_OF_DOUBLED, dtype=weight.dtype, device=weight.device)
    phases = torch.einsum("dyi,rxj,ocij->odrcyx", combine, combine, weight)  # of which all but 2×2 are nought
    x = F.pad(x, [1] * 4, mode="replicate")
    if outputs < _FEW:
        return F.pixel_shuffle(F.conv2d(x, phases.flatten(0, 2), _of_phases(bias)), 2)
    layout = torch.channels_last if is_native(x, outputs) else torch.contiguous_format
    x, shape = x.contiguous(memory_format=layout), (len(x), outputs, 2 * height, 2 * width)
    out = torch.empty(shape, dtype=x.dtype, device=x.device, memory_format=layout)
    for down, right in _PHASES:
        seen = x[..., down : down + height + 1, right : right + width + 1]
        kernel = phases[:, down, right, :, down : down + 2, right : right + 2]
        out[..., down::2, right::2] = F.conv2d(seen, kernel.contiguous(), bias)
    return out


def _of_phases(bias: Tensor | None) -> Tensor | None:
    return None if bias is None else bias.repeat_interleave(4)
