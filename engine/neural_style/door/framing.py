"""How one message travels through a pipe: four bytes of length (big-endian), then UTF-8 JSON."""

import json
import struct
from typing import Any, BinaryIO

_LENGTH = struct.Struct(">I")

#: No message is near this long; a longer length means that something else wrote into the pipe.
MAX_BYTES = 1 << 20


class BrokenPipe(Exception):  # noqa: N818 (it is what happened, not always an error)
    """The other side is gone, or what it sent is not a message."""


def send(stream: BinaryIO, message: dict[str, Any]) -> None:
    """Write one message and flush it. Raises `BrokenPipe` where the other side no longer reads."""
    body = json.dumps(message, ensure_ascii=False, allow_nan=False).encode()
    try:
        stream.write(_LENGTH.pack(len(body)) + body)
        stream.flush()
    except (OSError, ValueError) as error:  # ValueError: the stream was closed on this side
        raise BrokenPipe("the other side no longer reads") from error


def receive(stream: BinaryIO) -> dict[str, Any] | None:
    """Read one message; None where the stream ended cleanly between two messages."""
    head = _read(stream, _LENGTH.size)
    if not head:
        return None
    if len(head) < _LENGTH.size:
        raise BrokenPipe("the stream ended inside a message")
    (length,) = _LENGTH.unpack(head)
    if length > MAX_BYTES:
        raise BrokenPipe("what arrived is not a message (something else writes into the pipe)")
    body = _read(stream, length)
    if len(body) < length:
        raise BrokenPipe("the stream ended inside a message")
    try:
        message = json.loads(body)
    except ValueError as error:
        raise BrokenPipe("what arrived is not a message (something else writes into the pipe)") from error
    if not isinstance(message, dict):
        raise BrokenPipe("what arrived is not a message")
    return message


def _read(stream: BinaryIO, count: int) -> bytes:
    """Read `count` bytes, fewer only at the end of the stream."""
    parts = []
    while count:
        part = stream.read(count)
        if not part:
            break
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
