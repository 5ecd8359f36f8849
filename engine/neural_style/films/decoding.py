"""Frames that are decoded in a thread of their own, ahead of whoever uses them."""

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor

from neural_style.pixels import Frame

#: Frames that are read ahead at most.
AHEAD = 2


def ahead(frames: Generator[Frame], most: int = AHEAD) -> Generator[Frame]:
    """The same frames, which another thread takes from `frames` before they are asked for, `most` of them at most."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="reading")
    try:
        waiting: deque[Future[Frame | None]] = deque(pool.submit(next, frames, None) for _ in range(most))
        while (frame := waiting.popleft().result()) is not None:
            waiting.append(pool.submit(next, frames, None))
            yield frame
    finally:
        pool.shutdown(cancel_futures=True)
        frames.close()
