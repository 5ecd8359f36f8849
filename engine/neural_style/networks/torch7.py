"""Reads Torch7's binary files (`.t7`) as plain data: no code of the file is run, and nothing in it is trusted.

The format is that of `torch.save` (torch7, doc/serialization.md and File.lua), little-endian with 64-bit longs: a type
number, then the value; tables, objects and tensors carry an index, under which they can be referred to again.
"""

import struct
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neural_style.door.errors import NeuralStyleError

_NIL, _NUMBER, _STRING, _TABLE, _OBJECT, _BOOLEAN = range(6)
_FUNCTIONS = (6, 7, 8)

#: More values, or values nested deeper, than any network has: a file that goes on so is hostile or damaged. The most
#: values of a checkpoint are its history: the losses of every one of some ten thousand iterations.
_MOST_VALUES, _DEEPEST = 2_000_000, 100

#: Element types of `torch.XTensor` and `torch.XStorage`, by X; on a GPU, `Cuda` comes before it.
_TYPES = {
    "Byte": "u1", "Char": "i1", "Short": "<i2", "Int": "<i4", "Long": "<i8",
    "Half": "<f2", "Float": "<f4", "Double": "<f8",
}  # fmt: skip

_ARRAYS = {f"torch.{place}{name}": dtype for place in ("", "Cuda") for name, dtype in _TYPES.items()}
_ARRAYS["torch.Cuda"] = "<f4"

Key = str | float | bool


@dataclass(repr=False)
class Table:
    """A Lua table. A sequence has the keys 1.0, 2.0 …; entries whose keys are tables or objects are left out."""

    values: dict[Key, Any] = field(default_factory=dict)

    def sequence(self) -> list[Any]:
        """The values of the keys 1, 2, … up to the first that is missing."""
        found: list[Any] = []
        while len(found) + 1 in self.values:
            found.append(self.values[len(found) + 1])
        return found


@dataclass(repr=False)
class Object:
    """An object of a Torch class, such as `nn.ReLU`, and its fields; `version` of the class when it was written."""

    kind: str
    version: int
    fields: Table


@dataclass(frozen=True)
class Tensor:
    """A tensor as a view into a storage that several may share."""

    storage: NDArray[Any] | None
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]

    def array(self) -> NDArray[np.float32]:
        """The values, as an array of its own. Raises ValueError where they lie outside of the storage."""
        if self.storage is None or not self.size:
            return np.empty(0, np.float32)
        last = self.offset + sum((n - 1) * step for n, step in zip(self.size, self.stride, strict=True))
        held = len(self.storage)
        # No view may read beyond its storage, and none may grow, by a stride of 0, into more than there is.
        if min(self.size) < 1 or min(self.stride) < 0 or self.offset < 0 or last >= held or prod(self.size) > held:
            raise ValueError("a tensor reaches out of its storage")
        strides = [step * self.storage.itemsize for step in self.stride]
        view = np.lib.stride_tricks.as_strided(self.storage[self.offset :], self.size, strides, writeable=False)
        return np.array(view, np.float32)


def read(path: Path) -> Any:
    """What a `.t7` file holds: numbers, strings, booleans, None, and the classes above.

    Raises NeuralStyleError where it is no such file, is cut short, or holds what no network does.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NeuralStyleError(
            f"the network's file cannot be read ({error.strerror})", str(path), "give the path of a .t7 file"
        ) from error
    try:
        if data[:2] in (b"3\n", b"4\n"):
            raise ValueError("it is in Torch7's text format")
        return _Reader(data).value()
    except (ValueError, struct.error, RecursionError, OverflowError) as error:
        text = str(error) if type(error) is ValueError else "it is damaged"
        raise NeuralStyleError(
            f"not a binary Torch7 file ({text})", str(path), "give a .t7 file as torch.save writes it on 64 bits"
        ) from error


class _Reader:
    """Reads the values of one file, in order. Raises ValueError or struct.error where the file is wrong."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._count = 0
        self._depth = 0
        self._seen: dict[int, Any] = {}

    def value(self) -> Any:
        """The next value."""
        self._count += 1
        if self._count > _MOST_VALUES or self._depth > _DEEPEST:
            raise ValueError("it holds more than any network does")
        self._depth += 1
        kind = self._int()
        try:
            if kind == _NIL:
                return None
            if kind == _NUMBER:
                return self._unpack("<d")
            if kind == _STRING:
                return self._string()
            if kind == _BOOLEAN:
                return self._int() == 1
            if kind in (_TABLE, _OBJECT):
                index = self._int()
                if index in self._seen:
                    return self._seen[index]
                return self._table(index) if kind == _TABLE else self._object(index)
        finally:
            self._depth -= 1
        if kind in _FUNCTIONS:
            raise ValueError("it carries program code, which is never run")
        raise ValueError("an unknown type of value")

    def _table(self, index: int) -> Table:
        table = self._seen[index] = Table()
        for _ in range(self._count_of(self._int(), 8)):
            key, value = self.value(), self.value()
            if isinstance(key, str | float | bool):
                table.values[key] = value
        return table

    def _object(self, index: int) -> Any:
        text, version = self._string(), 0
        if text.startswith("V "):  # files from before classes had versions begin with the class
            digits = text[2:]
            if not digits.isdecimal() or len(digits) > 9:
                raise ValueError("an object of no version")
            version, text = int(digits), self._string()
        name = text.removesuffix("Tensor").removesuffix("Storage")
        if name in _ARRAYS and text != name:
            found = self._tensor() if text.endswith("Tensor") else self._storage(_ARRAYS[name])
            self._seen[index] = found
            return found
        made = self._seen[index] = Object(text, version, Table())
        fields = self.value()
        if not isinstance(fields, Table):
            raise ValueError(f"an object of an unknown kind, {shown(text)}")
        made.fields = fields
        return made

    def _tensor(self) -> Tensor:
        count = self._count_of(self._int(), 16)
        size, stride = (tuple(self._unpack("<q") for _ in range(count)) for _ in range(2))
        offset = self._unpack("<q") - 1
        storage = self.value()
        if storage is not None and not isinstance(storage, np.ndarray):
            raise ValueError("a tensor without a storage")
        return Tensor(storage, offset, size, stride)

    def _storage(self, dtype: str) -> NDArray[Any]:
        width = np.dtype(dtype).itemsize
        count = self._count_of(self._unpack("<q"), width)
        array: NDArray[Any] = np.frombuffer(self._data, dtype, count, self._at) if count else np.empty(0, dtype)
        self._at += count * width
        return array

    def _string(self) -> str:
        count = self._count_of(self._int(), 1)
        self._at += count
        return self._data[self._at - count : self._at].decode("latin-1")

    def _count_of(self, count: int, each: int) -> int:
        """A count of things of `each` bytes at least, which must still fit into the file."""
        if not 0 <= count <= (len(self._data) - self._at) // each:
            raise ValueError("it is cut short")
        return count

    def _int(self) -> int:
        return int(self._unpack("<i"))

    def _unpack(self, layout: str) -> Any:
        width = struct.calcsize(layout)
        if self._at + width > len(self._data):
            raise ValueError("it is cut short")
        (value,) = struct.unpack_from(layout, self._data, self._at)
        self._at += width
        return value


def shown(text: str) -> str:
    """A name from the file, fit to be shown."""
    return "".join(c if c.isprintable() else "?" for c in text[:60])
