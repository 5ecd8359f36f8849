"""How far a render job is, in the words and the bar that a node shows."""

from .status import Line


class Progress:
    """One node's way through the frames of a scene.

    scene: anything with `frame_start`, `frame_end` and `frame_step`.
    """

    def __init__(self, scene) -> None:
        self._scene = scene
        self._seconds = 0.0
        self._count = 0

    def painting(self, frame: int) -> Line:
        """While a frame is painted."""
        place, done, step = self._place(frame)
        pace = f", {self._pace()}" if self._count else ""
        return Line(f"{place}{pace}", progress=None if done is None else done - step, is_busy=True)

    def painted(self, frame: int, seconds: float, cached: bool, device: str) -> Line:
        """When it is.

        seconds: that it took. cached: whether it was kept from before, and so tells nothing of the pace.
        device:  as the engine's hello says it.
        """
        if not cached:
            self._seconds += seconds
            self._count += 1
        place, done, _ = self._place(frame)
        words = (place, self._pace() if self._count else "kept from before", short(device))
        return Line(" · ".join(words), progress=done)

    def _pace(self) -> str:
        return f"{self._seconds / self._count:.1f} s a frame"

    def _place(self, frame: int) -> tuple[str, float | None, float]:
        """The frame in words, how much of the range is done with it, and how much of it one frame is."""
        first, step = self._scene.frame_start, self._scene.frame_step
        count = (self._scene.frame_end - first) // step + 1
        number = (frame - first) // step + 1
        if count < 2 or not 1 <= number <= count:
            return f"Frame {frame}", None, 0.0
        words = f"Frame {number} of {count}" if number == frame else f"Frame {frame} ({number} of {count})"
        return words, number / count, 1 / count


def short(device: str) -> str:
    """The device in a word: "cpu (2 threads, AVX512)" is the CPU, "cuda (NVIDIA H200)" the NVIDIA H200."""
    kind, _, about = device.partition(" (")
    name = about.removesuffix(")")
    return name if name and kind != "cpu" else kind.upper()
