"""The one place where Blender's pixels become the door's, and come back.

Blender: float32 (H, W, 4), RGBA, scene-linear Rec. 709, premultiplied by alpha, row 0 at the bottom.
The door: float32 (H, W, 3), RGB, sRGB-encoded, straight, row 0 at the top; a source may exceed 0 … 1.
No Blender in here, so that it is tested without one.
"""

import numpy as np


def to_srgb(linear: np.ndarray) -> np.ndarray:
    """Encode linear light as sRGB. Odd (a negative value gives the negative), not clipped above 1."""
    size = np.abs(linear)
    # The power is taken of a clipped value only to keep the unused branch free of warnings.
    curve = 1.055 * np.power(np.maximum(size, 0.0031308), 1 / 2.4) - 0.055
    return np.copysign(np.where(size <= 0.0031308, 12.92 * size, curve), linear).astype(np.float32)


def to_linear(srgb: np.ndarray) -> np.ndarray:
    """The inverse of `to_srgb`."""
    size = np.abs(srgb)
    curve = np.power((np.maximum(size, 0.04045) + 0.055) / 1.055, 2.4)
    return np.copysign(np.where(size <= 0.04045, size / 12.92, curve), srgb).astype(np.float32)


def to_door(rgba: np.ndarray) -> np.ndarray:
    """What the engine paints from: (H, W, 4) of Blender → (H, W, 3) of the door.

    Where alpha is 0 there is nothing to divide by: the colour goes as it is. What is not a number goes as black,
    because one such pixel would spread over the whole picture.
    """
    alpha = rgba[..., 3:]
    straight = rgba[..., :3] / np.where(alpha == 0, 1, alpha)
    return to_srgb(np.nan_to_num(straight[::-1], nan=0.0, posinf=0.0, neginf=0.0))


def from_door(painted: np.ndarray, source: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """What Blender shows: (H, W, 3) of the door, and the (H, W, 4) it was painted from → (H, W, 4) of Blender.

    Alpha is the source's, bit for bit. Where it is 0 the source stays whole: there was nothing to paint; and where the
    mask, (H, W) of Blender, is 0, or less: there was not to be painted.
    """
    alpha = source[..., 3:]
    bare = alpha == 0 if mask is None else (alpha == 0) | ~(mask[..., None] > 0)
    picture = np.empty_like(source)
    picture[..., :3] = np.where(bare, source[..., :3], to_linear(painted[::-1]) * alpha)
    picture[..., 3:] = alpha
    return picture


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
