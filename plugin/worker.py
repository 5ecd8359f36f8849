"""The client of the engine: starts its worker, sends one request at a time, starts it once more where it dies."""

import contextlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from . import exchange
from .door import messages
from .engine_process import DiedError, EngineProcess
from .errors import CancelledError, PaintError

#: Seconds that a worker may take to say hello: a cold disk and a first import of torch are slow.
HELLO_SECONDS = float(os.environ.get("NEURAL_STYLE_HELLO_SECONDS", "180"))


#: A source and its planes, as `Worker.paint` takes them.
Coming = tuple[np.ndarray, Mapping[str, np.ndarray]]


class Worker:
    """Paints frames, one after the other. Make it cheaply: the process starts with the first request.

    python:  the engine's Python.
    offline: whether the engine may fetch nothing.
    tell:    is told what the engine is at, in a few words, where that is not just painting; of "" where it is.
    """

    def __init__(self, python: Path, offline: bool = False, tell: Callable[[str], None] = lambda _: None) -> None:
        self.python = python
        self.offline = offline
        self._tell = tell
        #: What it was started with, for whoever made it to compare.
        self.launch: tuple = ()
        self.hello: messages.Hello | None = None
        self._process: EngineProcess | None = None
        self._folder = exchange.folder()
        self._pixels = exchange.PixelFile(self._folder)
        #: What the next request will bring, and lies there already, with the planes that it has room for.
        self._coming: tuple[Coming, tuple[str, ...]] | None = None
        self._coming_pixels = exchange.PixelFile(self._folder)
        self._requests = 0
        #: The planes that the last request asked for.
        self.seen: dict[str, np.ndarray] = {}
        self._is_fresh = True  # has painted nothing yet
        self._lock = threading.RLock()
        self._is_busy = self._is_cancelled = False

    def start(self) -> messages.Hello:
        """Start the process, unless it runs, and return what it says of itself. Raises `PaintError`."""
        with self._at_work():
            return (self._process and self.hello) or self._start()

    def _start(self) -> messages.Hello:
        self._tell("starting the engine")
        try:
            self._process = EngineProcess(self.python, self._folder, self.offline)
            hello = self._process.receive(HELLO_SECONDS)
        except DiedError as error:
            words = self._process.last_words
            self._drop()
            if self._is_cancelled:
                raise CancelledError from error
            raise PaintError("the engine does not start", str(self.python), words, "install") from error
        finally:
            self._tell("")
        if hello is None:
            self._drop()
            raise PaintError("the engine does not answer", str(self.python), f"waited {HELLO_SECONDS:g} seconds")
        if isinstance(hello, messages.Failed):
            self._drop()
            raise PaintError(hello.what, hello.where, hello.mend, hello.remedy)
        if not isinstance(hello, messages.Hello) or hello.protocol != messages.PROTOCOL:
            version = getattr(hello, "version", "unknown")
            self._drop()
            raise PaintError(
                f"the engine's version {version} does not fit the extension",
                str(self.python),
                "install the engine and the extension of the same version",
                "install",
            )
        self.hello = hello
        self._is_fresh = True
        return hello

    def paint(
        self,
        request: messages.Paint,
        source: np.ndarray,
        planes: Mapping[str, np.ndarray] | None = None,
        meanwhile: Callable[[], Coming | None] = lambda: None,
    ) -> tuple[messages.Painted, np.ndarray]:
        """Paint one frame; return what the engine says of it, and the picture. The planes it asks for are in `seen`.

        request: its `id`, `pixels`, `width`, `height` and `inputs` are filled in here.
        source:  float32 (H, W, 3), as the door wants it; planes: what comes along with it, likewise.
        meanwhile: what there is to do while the engine paints; it may return the very source and planes that the next
                   request of the stream will bring, and the engine begins with what that will ask for.
        A worker that dies is started again once, with the same request. Raises `PaintError`.
        """
        planes = {} if planes is None else planes
        with self._at_work():
            for attempt in (1, 2):
                try:
                    return self._paint(request, source, planes, meanwhile if attempt == 1 else lambda: None)
                except DiedError as error:
                    if self._is_cancelled:
                        self._drop()
                        raise CancelledError from error
                    words = self._process.last_words if self._process else ""
                    self._drop()
                    if attempt == 2:
                        raise PaintError(
                            "the engine died twice while it painted", f"frame {request.frame}", words
                        ) from error
                    print(f"Neural Style: the engine died at frame {request.frame} ({words}); it is started again")
        raise AssertionError

    def cancel(self) -> None:
        """End the process in the middle of what it paints, from another thread: `paint` raises CancelledError there."""
        process = self._process
        if process and self._is_busy:
            self._is_cancelled = True
            process.kill()

    @contextlib.contextmanager
    def _at_work(self) -> Iterator[None]:
        """One thread at a time: a render and a preview share the worker."""
        with self._lock:
            outermost, self._is_busy = not self._is_busy, True
            if outermost:
                self._is_cancelled = False
            try:
                yield
            finally:
                self._is_busy = not outermost

    def _paint(
        self,
        request: messages.Paint,
        source: np.ndarray,
        planes: Mapping[str, np.ndarray],
        meanwhile: Callable[[], Coming | None],
    ) -> tuple[messages.Painted, np.ndarray]:
        self.start()
        self._tell("loading the networks" if self._is_fresh else "")
        self._requests += 1
        self._write(source, planes, request.outputs)
        height, width = source.shape[:2]
        request = replace(request, id=self._requests, pixels=self._pixels.path, width=width, height=height)
        self._process.send(replace(request, inputs=tuple(planes)))
        try:
            self._expect(request, meanwhile())
        except BaseException:
            self._drop()  # it would go on, and write into the file that the next request is in
            raise
        while True:
            answer = self._process.receive()
            if isinstance(answer, messages.Failed) and answer.id in (None, self._requests):
                raise PaintError(answer.what, answer.where, answer.mend, answer.remedy)
            if isinstance(answer, messages.Progress) and answer.id == self._requests:
                self._tell(answer.activity)
            if isinstance(answer, messages.Painted) and answer.id == self._requests:
                self._tell("")
                self._is_fresh = False
                self.seen = {name: self._pixels.read(name) for name in request.outputs}
                return answer, self._pixels.read()

    def _write(self, source: np.ndarray, planes: Mapping[str, np.ndarray], outputs: tuple[str, ...]) -> None:
        """Put a request's pixels into their file, where they are not there yet."""
        coming, self._coming = self._coming, None  # for once: the answer takes the place of the source
        if coming is not None and coming[0][0] is source and coming[0][1] is planes and coming[1] == outputs:
            self._pixels, self._coming_pixels = self._coming_pixels, self._pixels
        else:
            self._pixels.write(source, planes, outputs)

    def _expect(self, request: messages.Paint, coming: Coming | None) -> None:
        """Tell the engine what comes after a request that it is painting."""
        if coming is None:
            return
        source, planes = coming
        height, width = source.shape[:2]
        # No room for another file, or an engine that died: what is wrong is told of a frame that is asked for.
        with contextlib.suppress(OSError, DiedError):
            self._coming_pixels.write(source, planes, request.outputs)
            self._coming = coming, request.outputs
            path = self._coming_pixels.path
            self._process.send(messages.Expect(request.stream, width, height, path, tuple(planes)))

    def _drop(self) -> None:
        if self._process:
            self._process.end()
        self._process = self.hello = None

    def close(self) -> None:
        """End the process and remove the pixel file."""
        self._drop()
        self._pixels.close()
        self._coming_pixels.close()
        shutil.rmtree(self._folder, ignore_errors=True)
