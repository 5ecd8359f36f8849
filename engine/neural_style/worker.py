"""The process that Blender talks to: reads requests on its standard input, owns the device, answers.

Run as `python -m neural_style.worker`. It leaves when its input closes, also in the middle of a frame, so that it
outlives nobody, however that one ended: no ports, no process files.
Nothing heavy is imported before the pipes are taken over, lest an import prints into them.
"""

import logging
import os
import queue
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from neural_style import __version__
from neural_style.door import framing
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import PROTOCOL, Expect, Failed, Hello, Message, Paint, Progress, pack, unpack

if TYPE_CHECKING:
    from neural_style.serving import Server

#: Seconds that the process has to leave once its input has closed.
_GRACE = 0.3

#: Held while a frame that was painted is written to the cache: the process does not leave in between.
_keeping = threading.Lock()


#: Messages, as they arrive; what is wrong with the pipe; None at its end.
_Inbox = queue.SimpleQueue[dict[str, object] | framing.BrokenPipe | None]


def main() -> int:
    """Serve until the input ends."""
    requests, answers = _take_over_pipes()
    inbox, expected = _Inbox(), _Inbox()
    threading.Thread(target=_read, args=(requests, inbox, expected), daemon=True).start()
    try:
        try:
            from neural_style.serving import Server

            _log()
            server = Server()
        except Exception as error:
            framing.send(answers, pack(_failed(None, error)))
            return 1
        framing.send(answers, pack(Hello(PROTOCOL, __version__, server.device, server.versions)))
        threading.Thread(target=_expect, args=(expected, server), daemon=True).start()
        while (data := inbox.get()) is not None:
            if isinstance(data, framing.BrokenPipe):
                raise data
            framing.send(answers, pack(_answer(data, server, answers)))
            _keep(server)
    except (framing.BrokenPipe, KeyboardInterrupt):
        return 1
    return 0


def _read(requests: BinaryIO, inbox: _Inbox, expected: _Inbox) -> None:
    """Put what arrives into the inboxes, None at its end; then see to it that this process ends.

    What is expected does not wait for the frame that is painted.
    """
    try:
        while (data := framing.receive(requests)) is not None:
            (expected if data.get("kind") == Expect.kind else inbox).put(data)
        inbox.put(None)
    except framing.BrokenPipe as error:
        inbox.put(error)
    time.sleep(_GRACE)  # one that has nothing to do leaves by itself
    with _keeping:
        os._exit(1)


def _expect(expected: _Inbox, server: "Server") -> None:
    """Have begun with what is expected. What goes wrong there is told when the frame is asked for."""
    while isinstance(data := expected.get(), dict):
        try:
            request = unpack(data)
            if isinstance(request, Expect):
                server.expect(request)
        except Exception as error:
            traceback.print_exception(error)


def _log() -> None:
    """Log to standard error, as much as $NEURAL_STYLE_LOG says: warning (the default), info or debug."""
    level = os.environ.get("NEURAL_STYLE_LOG", "warning").upper()
    known = level if level in ("WARNING", "INFO", "DEBUG") else "WARNING"
    logging.basicConfig(stream=sys.stderr, format="neural-style: %(message)s")
    logging.getLogger("neural_style").setLevel(known)


def _take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The streams of messages. Whatever else prints, also from C, goes to standard error from here on."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return sys.stdin.buffer, answers


def _answer(data: dict[str, object], server: "Server", answers: BinaryIO) -> Message:
    """The answer to one message; what makes it wait goes down `answers`. No failure of one frame ends the worker."""
    from neural_style.activity import told_to

    request: Message | None = None
    try:
        request = unpack(data)
        if not isinstance(request, Paint):
            raise ValueError(f"the worker does not take {request.kind} messages")
        number = request.id
        with told_to(lambda text: framing.send(answers, pack(Progress(number, text)))):
            return server.paint(request)
    except Exception as error:  # the worker lives on, and the artist is told
        return _failed(request.id if isinstance(request, Paint) else None, error)


def _keep(server: "Server") -> None:
    """Write what was painted to the cache. What goes wrong there costs the cache, never the worker."""
    try:
        with _keeping:
            server.cache.settle()
    except Exception as error:
        traceback.print_exception(error)


def _failed(number: int | None, error: Exception) -> Failed:
    """An error as a message; one that is no NeuralStyleError goes to standard error in full as well."""
    if isinstance(error, NeuralStyleError):
        return Failed(number, error.what, error.where, error.mend, error.remedy)
    traceback.print_exception(error)
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():  # torch has several kinds
        return Failed(number, "not enough memory to paint the frame", "", "paint in less Detail", "coarser")
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    what = f"the engine met a fault of its own ({type(error).__name__}: {error})"
    return Failed(number, what, where, "please report it")


def run() -> NoReturn:
    """Serve, and end this process: whoever asked it to leave waits for that, and a plain exit frees all of torch."""
    status = main()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    run()
