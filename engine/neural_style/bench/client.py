"""A worker of one's own, asked for frames as Blender asks, with its own cache that goes with it."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import BinaryIO, cast

import numpy as np

from neural_style.bench.machine import peak_memory
from neural_style.door import framing
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Failed, Hello, Paint, Painted, Progress, Settings, pack, unpack
from neural_style.pixels import Frame

#: Where temporary files lie in memory, as the plugin's do.
_SHARED_MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Answer:
    """A painted frame: the key, the engine's seconds by stage, and the seconds from the pixels in to the pixels out."""

    key: str
    stages: dict[str, float]
    seconds: float

    @property
    def outside(self) -> float:
        """Seconds that went into neither motion, network nor solver: files, pipes, keys, the cache, scaling."""
        return self.seconds - sum(took for stage, took in self.stages.items() if stage != "transport")


class Client:
    """A worker process, to be used in a `with`."""

    def __init__(self) -> None:
        place = _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else None
        self._folder = tempfile.TemporaryDirectory(prefix="neural-style-bench-", dir=place)
        self._cache = tempfile.TemporaryDirectory(prefix="neural-style-bench-")
        self._number = 0

    def __enter__(self) -> "Client":
        """Start the worker, and wait until it is ready."""
        start = perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "neural_style.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "NEURAL_STYLE_CACHE": self._cache.name},
        )
        if not isinstance(self._receive(), Hello):
            self.__exit__(None, None, None)
            raise NeuralStyleError("the worker does not start", "", "run `neural-style doctor`")
        self.seconds_to_start = perf_counter() - start
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, and remove its files."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()  # a worker leaves when its input closes
        self._process.wait()
        self._process.stdout.close()
        self._folder.cleanup()
        self._cache.cleanup()

    def paint(self, frame: Frame, settings: Settings, previous: str | None = None, stream: str = "bench") -> Answer:
        """Have a frame (H, W, 3) painted, the picture read included."""
        self._number += 1
        height, width = frame.shape[:2]
        path = Path(self._folder.name) / f"{stream}-{height}x{width}"
        start = perf_counter()
        pixels = np.memmap(path, np.float32, mode="r+" if path.exists() else "w+", shape=frame.shape)
        pixels[...] = frame
        pixels.flush()
        request = Paint(self._number, stream, self._number, width, height, str(path), settings, previous)
        framing.send(cast(BinaryIO, self._process.stdin), pack(request))
        while isinstance(answer := self._receive(), Progress):
            pass
        np.array(pixels)
        seconds = perf_counter() - start
        if isinstance(answer, Failed):
            raise NeuralStyleError(answer.what, answer.where, answer.mend)
        if not isinstance(answer, Painted):
            raise NeuralStyleError("the worker is gone", "", "look at what it said, and at the machine's memory")
        return Answer(answer.key, answer.seconds, seconds)

    def memory(self) -> dict[str, float]:
        """The worker's memory in MB, `now` and its `peak`; empty where the system does not tell."""
        return peak_memory(self._process.pid)

    def _receive(self) -> object:
        data = framing.receive(cast(BinaryIO, self._process.stdout))
        return None if data is None else unpack(data)
