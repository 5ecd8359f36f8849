"""Writes Torch7's binary files as `torch.save` does (torch7, File.lua), for tests; shares nothing with the reader.

Lua values are None, numbers, booleans and strings; tables are dicts and lists; the rest are the classes below.
"""

import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np

ELEMENTS = {"Byte": "u1", "Char": "i1", "Short": "<i2", "Int": "<i4", "Long": "<i8", "Half": "<f2"}
ELEMENTS |= {"Float": "<f4", "Double": "<f8", "Cuda": "<f4"}


@dataclass(eq=False, repr=False)
class Lua:
    """An object of a class; `version` None leaves it out, as files did before classes had versions."""

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    version: int | None = 1


@dataclass(eq=False, repr=False)
class Storage:
    """A storage; several tensors may lie in the same."""

    values: np.ndarray
    element: str = "Float"


@dataclass(eq=False, repr=False)
class Tensor:
    """A tensor within a storage; offset counts from 0 here."""

    storage: Storage | None
    offset: int = 0
    size: tuple[int, ...] = ()
    stride: tuple[int, ...] = ()
    element: str = "Float"


def tensor(values: np.ndarray, element: str = "Float") -> Tensor:
    """A tensor with a storage of its own."""
    values = np.ascontiguousarray(values)
    stride = tuple(step // values.itemsize for step in values.strides)
    return Tensor(Storage(values.ravel(), element), 0, values.shape, stride, element)


def dumps(value: Any) -> bytes:
    """The file's bytes."""
    return b"".join(_Writer().value(value))


class _Writer:
    def __init__(self) -> None:
        self._indices: dict[int, int] = {}
        self._alive: list[Any] = []

    def value(self, value: Any) -> list[bytes]:
        if value is None:
            return [self._int(0)]
        if isinstance(value, bool):
            return [self._int(5), self._int(int(value))]
        if isinstance(value, int | float):
            return [self._int(1), struct.pack("<d", value)]
        if isinstance(value, str):
            return [self._int(2), *self._string(value)]
        kind = self._int(3 if isinstance(value, dict | list) else 4)
        if id(value) in self._indices:
            return [kind, self._int(self._indices[id(value)])]
        self._alive.append(value)  # lest another gets its id
        self._indices[id(value)] = len(self._alive)
        return [kind, self._int(len(self._alive)), *self._body(value)]

    def _body(self, value: Any) -> list[bytes]:
        match value:
            case dict() | list():
                pairs = list(value.items() if isinstance(value, dict) else enumerate(value, start=1))
                return [self._int(len(pairs)), *(part for pair in pairs for item in pair for part in self.value(item))]
            case Lua(kind, fields, version):
                head = [] if version is None else self._string(f"V {version}")
                return [*head, *self._string(kind), *self.value(fields)]
            case Storage(values, element):
                data = np.ascontiguousarray(values, ELEMENTS[element]).tobytes()
                return [*self._class(f"{element}Storage"), struct.pack("<q", values.size), data]
            case Tensor(storage, offset, size, stride, element):
                numbers = [*size, *stride, offset + 1]
                head = [self._int(len(size)), struct.pack(f"<{len(numbers)}q", *numbers)]
                return [*self._class(f"{element}Tensor"), *head, *self.value(storage)]
        raise TypeError(type(value))

    def _class(self, name: str) -> list[bytes]:
        return [*self._string("V 1"), *self._string(f"torch.{name}")]

    def _string(self, text: str) -> list[bytes]:
        return [self._int(len(text)), text.encode("latin-1")]

    def _int(self, number: int) -> bytes:
        return struct.pack("<i", number)
