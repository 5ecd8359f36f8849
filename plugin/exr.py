"""Reads the one kind of OpenEXR file that a capture is: uncompressed float32 scanlines with R, G, B and A, or X … W.

Blender could load it too, but that makes an image data-block in the user's file for every frame, from the render
thread; this takes a few milliseconds and touches nothing. Layout: "OpenEXR File Layout", openexr.com.
"""

import struct
from pathlib import Path

import numpy as np

_MAGIC = b"\x76\x2f\x31\x01"
_HALF, _FLOAT = 1, 2


def read(path: Path) -> np.ndarray:
    """The picture as float32 (H, W, 4), RGBA, row 0 at the *bottom* (as Blender counts); of vectors, X, Y, Z and W.

    Raises ValueError where the file is of another kind, OSError where it cannot be read.
    """
    data = path.read_bytes()
    if data[:4] != _MAGIC or int.from_bytes(data[4:8], "little") & 0x1A00:
        raise ValueError(f"{path.name} is not a plain OpenEXR file")
    header, start = _header(data)
    channels = _channels(header["channels"])
    if header["compression"] != b"\0" or any(kind != _FLOAT for _, kind in channels):
        raise ValueError(f"{path.name} is not uncompressed float32")
    left, top, right, bottom = np.frombuffer(header["dataWindow"], "<i4")
    width, height = right - left + 1, bottom - top + 1

    # After the header: a table of one 64-bit offset a line, then the lines in any order, each as its number,
    # its length in bytes and, channel after channel in the order of the header, `width` floats.
    line = np.dtype([("y", "<i4"), ("bytes", "<i4"), ("values", "<f4", (len(channels), width))])
    lines = np.frombuffer(data, line, count=height, offset=start + 8 * height)
    picture = np.zeros((height, width, 4), np.float32)
    picture[..., 3] = 1
    rows = bottom - lines["y"]
    upward = slice(None, None, -1) if np.array_equal(rows, np.arange(height)[::-1]) else rows  # views are faster
    for place, (name, _) in enumerate(channels):
        if name in "RGBAXYZW":
            picture[upward, :, "RGBAXYZW".index(name) % 4] = lines["values"][:, place]
    return picture


def _header(data: bytes) -> tuple[dict[str, bytes], int]:
    """The header's attributes by name, and where it ends."""
    attributes, at = {}, 8
    while data[at]:
        name, at = _text(data, at)
        _, at = _text(data, at)
        size = int.from_bytes(data[at : at + 4], "little")
        attributes[name] = data[at + 4 : at + 4 + size]
        at += 4 + size
    return attributes, at + 1


def _channels(table: bytes) -> list[tuple[str, int]]:
    """The channels' names and types, in the order in which they are stored."""
    channels, at = [], 0
    while table[at]:
        name, at = _text(table, at)
        channels.append((name, int.from_bytes(table[at : at + 4], "little")))
        at += 16
    return channels


def _text(data: bytes, at: int) -> tuple[str, int]:
    """The zero-terminated text at `at`, and where the next thing begins."""
    end = data.index(b"\0", at)
    return data[at:end].decode("latin-1"), end + 1


def write(path: Path, picture: np.ndarray) -> None:
    """Write a picture, float32 (H, W, 4), RGBA, bottom row first, as half floats for Blender to read."""
    height, width = picture.shape[:2]
    names = "ABGR"
    channels = b"".join(name.encode() + b"\0" + struct.pack("<iiii", _HALF, 0, 1, 1) for name in names) + b"\0"
    window = struct.pack("<iiii", 0, 0, width - 1, height - 1)
    header = _MAGIC + struct.pack("<i", 2)
    for name, kind, value in (
        ("channels", "chlist", channels),
        ("compression", "compression", b"\0"),
        ("dataWindow", "box2i", window),
        ("displayWindow", "box2i", window),
        ("lineOrder", "lineOrder", b"\0"),
        ("pixelAspectRatio", "float", struct.pack("<f", 1)),
        ("screenWindowCenter", "v2f", struct.pack("<ff", 0, 0)),
        ("screenWindowWidth", "float", struct.pack("<f", 1)),
    ):
        header += name.encode() + b"\0" + kind.encode() + b"\0" + struct.pack("<i", len(value)) + value
    header += b"\0"
    line = np.dtype([("y", "<i4"), ("bytes", "<i4"), ("values", "<f2", (len(names), width))])
    lines = np.empty(height, line)
    lines["y"], lines["bytes"] = np.arange(height), line["values"].itemsize
    lines["values"] = np.clip(picture[::-1, :, ["RGBA".index(name) for name in names]], -65504, 65504).swapaxes(1, 2)
    offsets = len(header) + 8 * height + line.itemsize * np.arange(height, dtype="<u8")
    with path.open("wb") as file:
        file.writelines((header, offsets.tobytes(), lines.tobytes()))
