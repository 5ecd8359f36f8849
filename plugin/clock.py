"""The seconds that a frame takes, by what they are spent on."""

import time


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self._begin = self._last = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """Add the time since the last lap to a stage."""
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._last
        self._last = now

    def move(self, stage: str, parts: dict[str, float]) -> None:
        """Book a part of a stage's time on others."""
        for part, seconds in parts.items():
            self.seconds[stage] -= seconds
            self.seconds[part] = self.seconds.get(part, 0.0) + seconds

    @property
    def total(self) -> float:
        """Seconds since it was made."""
        return self._last - self._begin
