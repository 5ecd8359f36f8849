"""Does in the window's thread what changes Blender's data.

A render that the artist starts has a thread of its own, and the handlers that it calls run there. Python's lock keeps
scripts apart from each other, not from Blender: while a handler adds, links or removes data-blocks, the window's thread
evaluates and draws the very lists, and crashes (5.2). So handlers have it done over there, and wait.
"""

import functools
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from . import handlers

_Result = TypeVar("_Result")

#: Seconds between two looks for errands: while a render is under way, and else.
_SOON, _LATER = 0.005, 0.05

#: Seconds after an errand in which others are expected.
_BUSY = 10.0

#: Seconds after which the window's thread is taken to wait for the render itself, as where the artist quits Blender.
_PATIENCE = 5.0

_errands: deque["_Errand"] = deque()
_last = 0.0


class _Errand:
    """Something to do, once, by whoever takes it first."""

    def __init__(self, action: Callable[[], _Result]) -> None:
        self.done = threading.Event()
        self._action = action
        self._untaken = threading.Semaphore(1)
        self._result: _Result | None = None
        self._error: BaseException | None = None

    def do(self) -> None:
        """Do it, unless it is taken."""
        if not self._untaken.acquire(blocking=False):
            return
        try:
            self._result = self._action()
        except BaseException as error:  # whoever waits is to meet it
            self._error = error
        finally:
            self.done.set()

    def outcome(self) -> _Result:
        """What it gave; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._result


def run(action: Callable[[], _Result]) -> _Result:
    """Do something in the window's thread, and wait: gives what it gives, raises what it raises.

    At once where this is that thread, as always in a Blender without a window. Here after all where that thread does
    nothing for long.
    """
    if threading.current_thread() is threading.main_thread():
        return action()
    errand = _Errand(action)
    _errands.append(errand)
    if not errand.done.wait(_PATIENCE):
        errand.do()
        errand.done.wait()
    return errand.outcome()


def only(function: Callable[..., _Result]) -> Callable[..., _Result]:
    """A function that is always done in the window's thread, whoever calls it."""

    @functools.wraps(function)
    def there(*args, **kwargs) -> _Result:
        return run(lambda: function(*args, **kwargs))

    return there


def _serve() -> float:
    """The timer: do what waits."""
    global _last
    while _errands:
        _errands.popleft().do()
        _last = time.monotonic()
    return _SOON if time.monotonic() - _last < _BUSY else _LATER


def register() -> None:
    """Begin to serve."""
    handlers.start(_serve, persistent=True)


def unregister() -> None:
    """Stop."""
    handlers.stop(_serve)
