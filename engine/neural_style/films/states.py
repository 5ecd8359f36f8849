"""What a shot goes on from: the states of its last frames, kept for as long as the shot is in the making."""

import math
from contextlib import suppress
from pathlib import Path

from neural_style.behind import Behind
from neural_style.cache import FrameCache, State
from neural_style.door.errors import NeuralStyleError


class ShotStates(FrameCache):
    """A cache of frames that never loses those that the next ones of its shot need, in front of one that may.

    folder: of this shot alone. shared: the cache that all share, which has a limit; keeping: writes to it, behind the
    painting. reach: how many frames back a frame depends on.
    """

    def __init__(self, folder: Path, shared: FrameCache, keeping: Behind, reach: int) -> None:
        super().__init__(folder, limit=math.inf)
        self._shared = shared
        self._keeping = keeping
        self._reach = reach
        self._newest: tuple[str, State] | None = None
        self._line: list[str] = []  # of frames that are still there
        self._before: set[str] = set()  # that the segment in hand goes on from, after a kill too

    def get(self, key: str) -> State | None:
        """The state kept under this key, here or in the shared cache, where the newest ones may not be yet."""
        state = super().get(key) or self._shared.get(key)
        if state is not None:
            self._newest = key, state
        return state

    def put(self, key: str, state: State) -> None:
        """Keep a state as any cache would; `follow` says whether it is needed."""
        self._newest = key, state
        self._keeping.do(self._shared.put, key, state)

    def follow(self, key: str, last: bool) -> None:
        """The frame of this key is painted; `last` where a segment ends with it.

        Raises NeuralStyleError where what the next segment needs cannot be written.
        """
        self._line.append(key)
        # Looking back one frame, a session needs no help within a segment: it remembers that one itself.
        if self._reach > 1 or last:
            state = self._newest[1] if self._newest and self._newest[0] == key else self._shared.get(key)
            if state is not None:
                super().put(key, state)
            if not self._path(key).exists():
                mend = "choose a folder with enough space that you may write to"
                raise NeuralStyleError("what a shot goes on from cannot be kept", str(self.folder), mend)
        while len(self._line) > self._reach:
            self._drop(self._line.pop(0))

    def needed(self) -> list[str]:
        """The keys of the frames that the next one depends on, the last painted one at the end."""
        return list(self._line)

    def resume(self, keys: list[str]) -> bool:
        """Go on after frames with these keys; whether all are there."""
        self._line, self._before = list(keys), set(keys)
        return bool(keys) and all(self._path(key).exists() for key in keys) and super().get(keys[-1]) is not None

    def settle(self) -> None:
        """A segment is whole: what it went on from may go."""
        before, self._before = self._before, set(self._line)
        for key in before - self._before:
            self._drop(key)

    def _drop(self, key: str) -> None:
        if key not in self._before:
            with suppress(OSError):
                self._path(key).unlink()
