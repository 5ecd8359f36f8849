"""Files that styles consist of: their hashes, and the pictures in them; neither is read twice."""

import hashlib
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from neural_style.door.errors import NeuralStyleError
from neural_style.pixels import Frame

#: The endings of picture files.
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".jp2", ".avif", ".gif", ".ppm")

#: A picture longer than this is made smaller when it is read: no frame is larger than an 8K one.
LONGEST_SIDE = 4096

#: A picture must have this many pixels in both directions: less holds no style.
SHORTEST_SIDE = 16

#: What is white in a file of this type; 1 in one of floating point.
_WHITE = {"uint8": 255.0, "uint16": 65535.0}


def file_hash(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal; read again only where its date or size has changed.

    Raises NeuralStyleError where it cannot be read.
    """
    return _hash(path, *_stamp(path))


def read_picture(path: Path) -> Frame:
    """The picture in a file: float32 (H, W, 3), sRGB in [0, 1], upright, at most `LONGEST_SIDE` long.

    It is shared by all who ask for it: not to be written into. What is transparent lies on white; colour profiles
    are not read. Raises NeuralStyleError where the file is no picture, or a tiny one.
    """
    return _picture(path, *_stamp(path))


def _stamp(path: Path) -> tuple[int, int]:
    """What tells that a file has changed, without reading it."""
    try:
        found = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    return found.st_mtime_ns, found.st_size


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> NeuralStyleError:
    return NeuralStyleError(
        f"the style's file cannot be read ({error.strerror})", str(path), "give the path of an existing file"
    )


@lru_cache(maxsize=64)
def _hash(path: Path, modified: int, size: int) -> str:
    return hashlib.sha256(_bytes(path)).hexdigest()


@lru_cache(maxsize=8)
def _picture(path: Path, modified: int, size: int) -> Frame:
    frame = _decoded(_bytes(path))
    if frame is None:
        raise NeuralStyleError(
            "the file is not a picture that can be read", str(path), "give a picture file, such as a JPEG or PNG"
        )
    height, width = frame.shape[:2]
    if min(height, width) < SHORTEST_SIDE:
        raise NeuralStyleError(
            f"the picture is only {width}×{height} pixels large", str(path), "give a larger picture as style"
        )
    if max(height, width) > LONGEST_SIDE:
        scale = LONGEST_SIDE / max(height, width)
        smaller = max(SHORTEST_SIDE, round(width * scale)), max(SHORTEST_SIDE, round(height * scale))
        frame = np.asarray(cv2.resize(frame, smaller, interpolation=cv2.INTER_AREA), np.float32)
    return frame


def _decoded(data: bytes) -> Frame | None:
    """The picture in a file's bytes; None where there is none."""
    coded = np.frombuffer(data, np.uint8)
    try:
        # IMREAD_COLOR turns the picture upright as its EXIF data say and converts whatever it is to 8 bits of BGR,
        # but drops transparency.
        picture = cv2.imdecode(coded, cv2.IMREAD_COLOR)
        layers = cv2.imdecode(coded, cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if picture is None or layers is None:
        return None
    frame = picture[..., ::-1].astype(np.float32) / 255
    if layers.ndim == 3 and layers.shape[2] == 4 and layers.shape[:2] == frame.shape[:2]:
        alpha = layers[..., 3:].astype(np.float32) / _WHITE.get(layers.dtype.name, 1.0)
        frame = frame * alpha + (1 - alpha)
    return np.ascontiguousarray(frame, dtype=np.float32)
