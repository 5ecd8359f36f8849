"""Tells whoever waits why something takes longer than usual: that a network is fetched."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def _print(text: str) -> None:
    print(text, file=sys.stderr)


_tell: Callable[[str], None] = _print


def tell(text: str) -> None:
    """Say what goes on now, in a few words, without a full stop."""
    _tell(text)


@contextmanager
def told_to(listener: Callable[[str], None]) -> Iterator[None]:
    """While the block lasts, what is told goes to `listener`, and not to standard error."""
    global _tell
    before, _tell = _tell, listener
    try:
        yield
    finally:
        _tell = before
