"""The one place where Blender's pixels become the door's, and come back.

Blender: float32 (H, W, 4), RGBA, scene-linear Rec. 709, premultiplied by alpha, row 0 at the bottom.
The door: float32 (H, W, 3), RGB, sRGB-encoded, straight, row 0 at the top; a source may exceed 0 … 1.
No Blender in here, so that it is tested without one.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

#: Values that are worked on at a time: few enough that they stay in a core's cache from one operation to the next, and
#: so many that threads seldom wait for each other between two operations.
_BAND = 1 << 18

#: Threads: NumPy leaves Python's lock alone while it computes.
_THREADS = min(8, os.cpu_count() or 1)


def to_srgb(linear: np.ndarray) -> np.ndarray:
    """Encode linear light as sRGB. Odd (a negative value gives the negative), not clipped above 1."""
    result = np.empty(linear.shape, np.float32)
    _in_bands(_encode, result, linear)
    return result


def to_linear(srgb: np.ndarray) -> np.ndarray:
    """The inverse of `to_srgb`."""
    result = np.empty(srgb.shape, np.float32)
    _in_bands(_decode, result, srgb)
    return result


def _encode(out: np.ndarray, linear: np.ndarray) -> None:
    size = np.abs(linear)
    # The power is taken of a clipped value, so that the line is the lesser of the two just where it holds.
    np.maximum(size, np.float32(0.0031308), out=out)
    np.log(out, out=out)  # and exp: NumPy has them for every processor's vectors, and the power only for AVX-512
    out *= np.float32(1 / 2.4)
    np.exp(out, out=out)
    out *= np.float32(1.055)
    out -= np.float32(0.055)
    size *= np.float32(12.92)
    np.minimum(out, size, out=out)
    np.copysign(out, linear, out=out)


def _curve(srgb: np.ndarray) -> np.ndarray:
    """The curve of sRGB's decoding, ((x + 0.055) / 1.055) to the power of 2.4, in place."""
    srgb += np.float32(0.055)
    srgb /= np.float32(1.055)
    square = srgb * srgb
    np.log(srgb, out=srgb)
    srgb *= np.float32(0.4)
    np.exp(srgb, out=srgb)
    srgb *= square  # the square apart: what is left to exp is small, and loses less in rounding
    return srgb


#: What the curve gives where the line ends, to the last bit, so that black stays black.
_BEND = _curve(np.full(16, 0.04045, np.float32))[0]


def _decode(out: np.ndarray, srgb: np.ndarray) -> None:
    size = np.abs(srgb)
    # The sum of a line up to the bend and of what the curve rises beyond it: both are without a branch.
    np.maximum(size, np.float32(0.04045), out=out)
    _curve(out)
    out -= _BEND
    np.minimum(size, np.float32(0.04045), out=size)
    size /= np.float32(12.92)
    out += size
    np.copysign(out, srgb, out=out)


def _copy_colours(out: np.ndarray, pixels: np.ndarray) -> None:
    """Copy R, G and B, from and to three or four numbers a pixel: one by one, five times as fast as at once."""
    for channel in range(3):
        out[..., channel] = pixels[..., channel]


def _in_bands(work: Callable[..., None], *arrays: np.ndarray) -> None:
    """Do some work on bands of rows of arrays, (H, …), on threads."""
    height = len(arrays[0])
    rows = max(1, _BAND * height // max(1, arrays[0].size))
    bands = [[array[top : top + rows] for array in arrays] for top in range(0, height, rows)]
    if len(bands) == 1 or _THREADS == 1:
        for band in bands:
            work(*band)
        return
    with ThreadPoolExecutor(_THREADS) as pool:
        for done in [pool.submit(work, *band) for band in bands]:
            done.result()


def to_door(rgba: np.ndarray) -> np.ndarray:
    """What the engine paints from: (H, W, 4) of Blender → (H, W, 3) of the door.

    Where alpha is 0 there is nothing to divide by: the colour goes as it is. What is not a number goes as black,
    because one such pixel would spread over the whole picture.
    """
    result = np.empty((*rgba.shape[:2], 3), np.float32)
    _in_bands(_to_door, result, rgba[::-1])
    return result


def _to_door(out: np.ndarray, rgba: np.ndarray) -> None:
    alpha = rgba[..., 3:]
    straight = rgba if (alpha == 1).all() else rgba / np.where(alpha == 0, 1, alpha)
    if not np.isfinite(straight).all():
        straight = np.nan_to_num(straight, nan=0.0, posinf=0.0, neginf=0.0)
    encoded = np.empty(rgba.shape, np.float32)  # with alpha, since four numbers a pixel are faster than three
    _encode(encoded, straight)
    _copy_colours(out, encoded)


def from_door(painted: np.ndarray, source: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """What Blender shows: (H, W, 3) of the door, and the (H, W, 4) it was painted from → (H, W, 4) of Blender.

    Alpha is the source's, bit for bit. Where it is 0 the source stays whole: there was nothing to paint; and where the
    mask, (H, W) of Blender, is 0, or less: there was not to be painted.
    """
    picture = np.empty_like(source)
    _in_bands(_from_door, picture, painted[::-1], source, *(() if mask is None else (mask,)))
    return picture


def _from_door(out: np.ndarray, painted: np.ndarray, source: np.ndarray, mask: np.ndarray | None = None) -> None:
    alpha = source[..., 3:]
    linear = np.empty(painted.shape, np.float32)
    _decode(linear, np.ascontiguousarray(painted))
    if not (alpha == 1).all():
        linear *= alpha
    _copy_colours(out, linear)
    out[..., 3:] = alpha
    bare = alpha == 0 if mask is None else (alpha == 0) | ~(mask[..., None] > 0)
    if bare.any():
        np.copyto(out, source, where=bare)


def plane_to_door(plane: np.ndarray) -> np.ndarray:
    """A plane of numbers that are no colours: (H, W), bottom row first → top row first."""
    return np.ascontiguousarray(plane[::-1], np.float32)


def vectors_to_door(vectors: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Blender's Vector pass (H, W, 4) → the door's: motion to the frame before and to the one after, (right, down).

    In Blender X and Y are where a point was less where it is, Z and W where it is less where it will be, in pixels, Y
    and W upwards: found by moving a plane, in Cycles and in EEVEE, in 4.5 and in 5.2.

    size: height and width of the picture that they belong to. Where it is another one, the nearest vector is taken,
    and is made longer or shorter with it.
    """
    height, width = vectors.shape[:2]
    rows, columns = (
        ((np.arange(new) + 0.5) * (old / new)).astype(int) for old, new in zip((height, width), size, strict=True)
    )
    to_door = np.float32([size[1] / width, -size[0] / height, -size[1] / width, size[0] / height])
    return np.ascontiguousarray(vectors[rows[:, None], columns][::-1] * to_door, np.float32)
