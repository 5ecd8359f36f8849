"""What lies in a request's file beside the picture: planes, one after another.

First the picture, float32 (H, W, 3); then the planes that come along with it; then room for those that are asked for.
All are float32, of the picture's height and width, row 0 at the top.
"""

from collections.abc import Iterable
from typing import NamedTuple

#: The channels of each plane that may come along with a picture, by name.
#:
#: mask:    how much of the painting is seen, 0 … 1, times the style weight.
#: vectors: exact motion in pixels, (right, down) to the frame before, then (right, down) to the frame after; all four
#:          are 0 where nothing is known.
#: depth:   the distance from the camera, in any unit that stays the same from frame to frame.
INPUTS = {"mask": 1, "vectors": 4, "depth": 1}

#: The same for those that may be asked for, as pictures to look at.
#:
#: flow:        sRGB, the motion from the frame before: the hue says where to, the saturation how fast.
#: reliability: how far that motion is trusted, 0 … 1.
OUTPUTS = {"flow": 3, "reliability": 1}

_CHANNELS = {"picture": 3, **INPUTS, **OUTPUTS}

#: Bytes of a float32.
_VALUE = 4


class Place(NamedTuple):
    """Where an array lies in the file: the first byte, and its shape."""

    offset: int
    shape: tuple[int, ...]


def places(height: int, width: int, planes: Iterable[str] = ()) -> dict[str, Place]:
    """The places of `picture` and of these planes, in their order. Raises ValueError for a plane that is none."""
    found: dict[str, Place] = {}
    offset = 0
    for name in ("picture", *planes):
        if name not in _CHANNELS or name in found:
            raise ValueError(f"there is no plane {name!r}, or it is named twice")
        channels = _CHANNELS[name]
        found[name] = Place(offset, (height, width) if channels == 1 else (height, width, channels))
        offset += _VALUE * height * width * channels
    return found


def size(places_: dict[str, Place]) -> int:
    """The bytes of a file with these places."""
    last = list(places_.values())[-1]
    count = _VALUE
    for length in last.shape:
        count *= length
    return last.offset + count
