"""The client of the engine: starts its worker, sends one request at a time, starts it once more where it dies."""

import collections
import contextlib
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from . import exchange
from .door import framing, messages
from .errors import CancelledError, PaintError

#: Seconds that a worker may take to say hello: a cold disk and a first import of torch are slow.
HELLO_SECONDS = float(os.environ.get("NEURAL_STYLE_HELLO_SECONDS", "180"))

#: How much the engine logs: what it writes is shown in Blender's console where it is more than what goes wrong.
LOG_VARIABLE = "NEURAL_STYLE_LOG"

#: Seconds between two looks at the clock while waiting for a message.
_LOOK_SECONDS = 0.5


class _DiedError(Exception):
    """The process is gone, or no longer speaks."""


class _Process:
    """One run of the worker. Its two pipes are read by threads, so that a hello can be waited for with a limit."""

    def __init__(self, python: Path, cwd: Path, offline: bool) -> None:
        # What leads Blender's Python to its modules would lead the engine's astray.
        environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "PYTHONPATH")}
        if offline:
            environment["NEURAL_STYLE_OFFLINE"] = "1"  # the engine fetches nothing then, and says what to do
        if sys.platform == "win32":
            flags = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
        else:
            flags = {"start_new_session": True}  # Ctrl-C in the terminal is for Blender, which then ends the worker
        pipe = subprocess.PIPE
        try:
            self._child = subprocess.Popen(
                [str(python), "-m", "neural_style.worker"],
                stdin=pipe, stdout=pipe, stderr=pipe, env=environment, cwd=cwd, **flags,
            )  # fmt: skip
        except OSError as error:
            words = error.strerror or str(error)
            raise PaintError("the engine cannot be started", str(python), words, "preferences") from error
        self._inbox: queue.SimpleQueue = queue.SimpleQueue()
        self._is_loud = environment.get(LOG_VARIABLE, "") in ("info", "debug")
        self._last_words: collections.deque[str] = collections.deque(maxlen=30)
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._read, self._listen)]
        for reader in self._readers:
            reader.start()

    def send(self, message: messages.Message) -> None:
        """Send one message; `_DiedError` where nobody reads it."""
        try:
            framing.send(self._child.stdin, messages.pack(message))
        except framing.BrokenPipe as error:
            raise _DiedError from error

    def receive(self, seconds: float | None = None) -> messages.Message | None:
        """The next message, None after `seconds`; `_DiedError` where none can come any more."""
        end = None if seconds is None else time.monotonic() + seconds
        while end is None or time.monotonic() < end:
            with contextlib.suppress(queue.Empty):
                message = self._inbox.get(timeout=_LOOK_SECONDS)
                if isinstance(message, Exception):
                    raise _DiedError from message
                return message
        return None

    @property
    def last_words(self) -> str:
        """The last line that it wrote to its standard error, or how it ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(1)
        self._readers[1].join(1)
        lines = [line for line in self._last_words if line.strip()]
        code = self._child.poll()
        ended = "" if code is None else f"killed by signal {-code}" if code < 0 else f"exit status {code}"
        return ": ".join(text for text in (ended, lines[-1].strip() if lines else "") if text)

    def kill(self) -> None:
        """End it at once. From any thread."""
        with contextlib.suppress(OSError):
            self._child.kill()

    def end(self, patience: float = 2.0) -> None:
        """Close its input, which asks it to leave; interrupt, then kill it where it does not."""
        with contextlib.suppress(OSError, ValueError):
            self._child.stdin.close()
        interrupt = signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT
        for step in (lambda: None, lambda: self._child.send_signal(interrupt), self._child.kill):
            with contextlib.suppress(OSError):
                step()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(patience)
                break
        for reader in self._readers:
            reader.join(1)
        self._child.stdout.close()
        self._child.stderr.close()

    def _read(self) -> None:
        try:
            while (data := framing.receive(self._child.stdout)) is not None:
                self._inbox.put(messages.unpack(data))
            self._inbox.put(EOFError())
        except (framing.BrokenPipe, ValueError, OSError) as error:
            self._inbox.put(error)

    def _listen(self) -> None:
        with contextlib.suppress(ValueError, OSError):
            for line in self._child.stderr:
                self._last_words.append(line.decode(errors="replace"))
                if self._is_loud:
                    print(self._last_words[-1], end="", file=sys.stderr, flush=True)


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
        self._process: _Process | None = None
        self._folder = exchange.folder()
        self._pixels = exchange.PixelFile(self._folder)
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
            self._process = _Process(self.python, self._folder, self.offline)
            hello = self._process.receive(HELLO_SECONDS)
        except _DiedError as error:
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
        meanwhile: Callable[[], None] = lambda: None,
    ) -> tuple[messages.Painted, np.ndarray]:
        """Paint one frame; return what the engine says of it, and the picture. The planes it asks for are in `seen`.

        request: its `id`, `pixels`, `width`, `height` and `inputs` are filled in here.
        source:  float32 (H, W, 3), as the door wants it; planes: what comes along with it, likewise.
        meanwhile: what there is to do while the engine paints.
        A worker that dies is started again once, with the same request. Raises `PaintError`.
        """
        with self._at_work():
            for attempt in (1, 2):
                try:
                    return self._paint(request, source, planes or {}, meanwhile if attempt == 1 else lambda: None)
                except _DiedError as error:
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
        meanwhile: Callable[[], None],
    ) -> tuple[messages.Painted, np.ndarray]:
        self.start()
        self._tell("loading the networks" if self._is_fresh else "")
        self._requests += 1
        # Written again for each attempt: a worker that died may have left half a picture in the file.
        self._pixels.write(source, planes, request.outputs)
        height, width = source.shape[:2]
        request = replace(request, id=self._requests, pixels=self._pixels.path, width=width, height=height)
        self._process.send(replace(request, inputs=tuple(planes)))
        try:
            meanwhile()
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

    def _drop(self) -> None:
        if self._process:
            self._process.end()
        self._process = self.hello = None

    def close(self) -> None:
        """End the process and remove the pixel file."""
        self._drop()
        self._pixels.close()
        shutil.rmtree(self._folder, ignore_errors=True)
