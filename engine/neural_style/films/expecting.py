"""Tells what a film will ask for: as its frames go by, read ahead, the motion and T of each are begun."""

from collections import deque
from collections.abc import Generator

from neural_style.door.messages import Settings
from neural_style.films.decoding import AHEAD
from neural_style.foresight import Foresight
from neural_style.halves import Halves, halves, whole
from neural_style.methods import Method
from neural_style.pixels import Frame, to_working

#: Frames that something may be begun for: those that are read ahead, the one that waits to be among them, and the one
#: in hand.
FRAMES = AHEAD + 2

#: Bytes of frames that are held to begin with the motion to distant ones; beyond, that is estimated when asked for.
_MOST_HELD = 1 << 29


def expecting(frames: Generator[Frame], foresight: Foresight, settings: Settings, method: Method) -> Generator[Frame]:
    """The same frames, of one shot; as each goes by, what painting it will ask for is begun."""
    distances = method.distances if method.follows_time else ()
    earlier: deque[Halves] = deque(maxlen=max(distances, default=0))
    try:
        for frame in frames:
            now = to_working(frame, settings.working_width)
            # A session keeps what it has painted in half floats.
            there = [
                whole(earlier[-distance])
                for distance in distances
                if distance <= len(earlier) and distance * now.nbytes <= 2 * _MOST_HELD
            ]
            foresight.expect(now, there, method, settings.style, settings.seed)
            earlier.append(halves(now))
            yield frame
    finally:
        frames.close()
