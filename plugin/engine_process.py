"""The process that the engine runs in, as its client sees it: messages there and back, last words, and its end."""

import collections
import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from .door import framing, messages
from .errors import PaintError

#: How much the engine logs: what it writes is shown in Blender's console where it is more than what goes wrong.
LOG_VARIABLE = "NEURAL_STYLE_LOG"

#: Seconds between two looks at the clock while waiting for a message.
_LOOK_SECONDS = 0.5


class DiedError(Exception):
    """The process is gone, or no longer speaks."""


class EngineProcess:
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
        """Send one message; `DiedError` where nobody reads it."""
        try:
            framing.send(self._child.stdin, messages.pack(message))
        except framing.BrokenPipe as error:
            raise DiedError from error

    def receive(self, seconds: float | None = None) -> messages.Message | None:
        """The next message, None after `seconds`; `DiedError` where none can come any more."""
        end = None if seconds is None else time.monotonic() + seconds
        while end is None or time.monotonic() < end:
            with contextlib.suppress(queue.Empty):
                message = self._inbox.get(timeout=_LOOK_SECONDS)
                if isinstance(message, Exception):
                    raise DiedError from message
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
