"""What the worker does with a request: the frame out of its file, painted, and back into it."""

import logging
from pathlib import Path
from time import perf_counter

import numpy as np

from neural_style.beside import Beside
from neural_style.cache import PatientCache
from neural_style.device import describe
from neural_style.doctor import versions
from neural_style.door import planes
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Expect, Paint, Painted
from neural_style.foresight import Foresight
from neural_style.methods import METHODS
from neural_style.painter import Painter
from neural_style.pixels import Frame
from neural_style.session import Result, Session

#: Sessions kept at a time; the one unused for longest goes. One that is gone costs a look into the cache, no more.
_MOST_SESSIONS = 16

#: Frames that something is begun for at most: one of each of two nodes.
_EXPECTED = 2

_log = logging.getLogger(__name__)


_Mapped = np.memmap[tuple[int, ...], np.dtype[np.float32]]


class Server:
    """The engine of one worker: one painter, one cache, a session per stream."""

    def __init__(self) -> None:
        self.painter = Painter()
        #: To be settled when an answer is on its way.
        self.cache = PatientCache()
        self.device = describe(self.painter.device)
        self.versions = versions()
        self._sessions: dict[str, Session] = {}
        farthest = max(len(method.distances) for method in METHODS.values())
        self._foresight = Foresight(self.painter, _EXPECTED, farthest)

    def paint(self, request: Paint) -> Painted:
        """Paint the frame that lies in the request's file; the picture takes its place there."""
        start = perf_counter()
        arrays = _open(request, request.outputs)
        source, beside = _read(request, arrays)
        reading = perf_counter() - start
        result = self._session(request.stream).paint(
            source, request.settings, request.previous, beside=beside, outputs=request.outputs
        )
        start = perf_counter()
        for name, array in {"picture": result.picture, **result.planes}.items():
            arrays[name][:] = array
            arrays[name].flush()
        seconds = dict(result.seconds)
        seconds["transport"] = seconds.get("transport", 0.0) + reading + perf_counter() - start
        _log.info("%s, frame %d: %s", request.stream, request.frame, _in_words(result))
        _log.debug("%s, previous %s, key %s", request.settings, request.previous, result.key)
        return Painted(request.id, result.key, result.cut, result.cached, seconds, result.note)

    def expect(self, request: Expect) -> None:
        """Begin with what the next frame of a stream will ask for; from another thread than paints."""
        session = self._sessions.get(request.stream)
        if session is not None:
            source, beside = _read(request, _open(request))
            session.expect(source, self._foresight, beside)

    def _session(self, stream: str) -> Session:
        session = self._sessions.pop(stream, None) or Session(self.painter, self.cache)
        self._sessions[stream] = session  # now the one used last
        if len(self._sessions) > _MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        return session


def _in_words(result: Result) -> str:
    """What is logged of a frame: its seconds by stage, and what was special."""
    stages = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in result.seconds.items())
    special = (("kept from before", result.cached), ("a cut", result.cut), (result.note, bool(result.note)))
    return ", ".join([stages, *(text for text, is_so in special if is_so)])


def _read(request: Paint | Expect, arrays: "dict[str, _Mapped]") -> tuple[Frame, Beside]:
    """Copies of the request's picture, and of what comes along with it."""
    return np.array(arrays["picture"]), Beside(**{name: np.array(arrays[name]) for name in request.inputs})


def _open(request: Paint | Expect, outputs: tuple[str, ...] = ()) -> "dict[str, _Mapped]":
    """The request's picture and planes, to be read and written in place."""
    try:
        places = planes.places(request.height, request.width, (*request.inputs, *outputs))
        # Checked first: NumPy would make a file that is too short longer.
        held, expected = Path(request.pixels).stat().st_size, planes.size(places)
        if held < expected:
            raise ValueError(f"the file holds {held} bytes, the frame {expected}")
        return {
            name: np.memmap(request.pixels, np.float32, mode="r+", offset=place.offset, shape=place.shape)
            for name, place in places.items()
        }
    except (OSError, ValueError) as error:
        raise NeuralStyleError(
            f"the frame's pixels cannot be read ({error})", request.pixels, "render the frame again"
        ) from error
