"""A worker that misbehaves: `PYTHON fragile_engine.py HOW MARKER ARGUMENT ...` in place of `python -m …worker`.

whole:     does not, after all.
hang:      says nothing, ever.
garbage:   prints into the pipe of messages.
old:       speaks another protocol.
dead:      ends before it says hello.
refuse:    answers every request with a failure.
once:      the real worker, which scribbles over the pixels and is killed on its third request, if the file MARKER
           does not exist yet; it makes it.
die:       the same, and on every request from there on.
"""

import os
import sys
import time
from pathlib import Path

_, how, marker, *_ = sys.argv


def main() -> None:
    if how == "dead":
        sys.exit("RuntimeError: no such device")
    if how == "hang":
        time.sleep(600)
    if how == "garbage":
        print("Welcome to this engine!", flush=True)
        sys.stdin.read()
    from neural_style import worker
    from neural_style.door import framing, messages

    if how in ("old", "refuse"):
        answers = sys.stdout.buffer
        hello = messages.Hello(messages.PROTOCOL - (how == "old"), "0.0.1", "abacus")
        framing.send(answers, messages.pack(hello))
        while (request := framing.receive(sys.stdin.buffer)) is not None:
            failed = messages.Failed(request["id"], "the paint is dry", "the pot", "buy another")
            framing.send(answers, messages.pack(failed))
        sys.exit()

    import numpy as np

    from neural_style.serving import Server

    plain, count = Server.paint, [0]

    def paint(self, request):
        count[0] += 1
        before = Path(marker).exists()
        if (how in ("once", "die") and count[0] == 3 and not before) or (how == "die" and before):
            Path(marker).touch()
            np.memmap(request.pixels, np.float32, "r+")[::2] = 7
            os.kill(os.getpid(), 9)
        return plain(self, request)

    Server.paint = paint
    worker.run()


main()
