"""Work that is done behind: a thread does what it is told, in order, while who tells goes on."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import ParamSpec, Self

_Given = ParamSpec("_Given")


class Behind:
    """A context manager: at its end all is done, or, where it is left by an error, what waits is dropped.

    What a work raises is raised at the next call, or at the end; no work that follows it is done.

    most: works that wait at most, beside the one in hand; `do` waits where more would. name: of the thread.
    """

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._left: deque[Future[None]] = deque()
        self._failure: BaseException | None = None

    def do(self, work: Callable[_Given, object], *given: _Given.args, **named: _Given.kwargs) -> None:
        """Have this done after all before; what is given may not change from now on."""
        self._wait(self._most)
        self._left.append(self._pool.submit(self._unless_failed, partial(work, *given, **named)))

    def settle(self) -> None:
        """Wait until all is done."""
        self._wait(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.settle()
        finally:
            self._pool.shutdown(cancel_futures=True)

    def _wait(self, left: int) -> None:
        """Until no more than so many are not done; raises what has gone wrong so far."""
        while len(self._left) > left:
            self._left.popleft().result()
        if self._failure is not None:
            raise self._failure

    def _unless_failed(self, work: Callable[[], object]) -> None:
        if self._failure is None:
            try:
                work()
            except BaseException as failure:
                self._failure = failure
