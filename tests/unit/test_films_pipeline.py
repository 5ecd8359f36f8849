"""What goes on in a film while a frame is painted: flow and T of the next ones."""

import threading
from dataclasses import replace

import pytest

from filming import film
from neural_style import device as devices
from neural_style import memory
from neural_style.ahead import Ahead
from neural_style.cache import FrameCache
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Settings
from neural_style.films import foresight, paint_clip, plan
from neural_style.motion import refine
from neural_style.motion.ahead import AheadFlow
from neural_style.painter import Painter
from neural_style.styles import AheadStylist

QUICK = Settings(method="blend", working_width=0)
LENGTHS = (13, 1, 9)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return film(tmp_path_factory.mktemp("film") / "clip.mp4", LENGTHS)


@pytest.fixture(autouse=True)
def _short_segments(monkeypatch):
    monkeypatch.setattr(plan, "LENGTH", 4)


@pytest.fixture
def beside(monkeypatch):
    """T of the next frames is painted beside, whatever the device."""
    monkeypatch.setattr(foresight, "_BESIDE", (devices.choose().type,))


@pytest.fixture
def found(monkeypatch):
    """What was found of what was asked for, by who was asked; None where nothing was begun."""
    taken, found = Ahead._taken, {AheadFlow: [], AheadStylist: []}

    def noted(self, given):
        found[type(self)].append(taken(self, given))
        return found[type(self)][-1]

    monkeypatch.setattr(Ahead, "_taken", noted)
    return found


def painted(clip, output, painter, settings=QUICK, **options):
    paint_clip(clip, output, settings, painter, cache=FrameCache(limit=0), **options)
    return output.read_bytes()


def test_flow_is_there_before_it_is_asked_for(clip, painter, tmp_path, found):
    """All of it: what is expected is what the painter asks with, to the last bit."""
    painted(clip, tmp_path / "film.mp4", painter)
    assert len(found[AheadFlow]) == 2 * sum(length - 1 for length in LENGTHS)
    assert None not in found[AheadFlow]


def test_flow_is_moved_to_the_edges_beside_painting(clip, painter, tmp_path, monkeypatch):
    threads, plain = [], refine.to_edges

    def noted(*arguments):
        threads.append(threading.current_thread().name)
        return plain(*arguments)

    monkeypatch.setattr(refine, "to_edges", noted)
    painted(clip, tmp_path / "film.mp4", painter, replace(QUICK, method="steady", iterations=1))
    assert len(threads) == 2 * sum(length - 1 for length in LENGTHS)
    assert all(name.startswith("flow") for name in threads)
    assert painter.ahead_flow is None


@pytest.mark.parametrize(
    ("method", "more"),
    [("blend", {"seed": 5}), ("steady", {"iterations": 2}), ("johnson", {"style": "rust+the-great-wave"})],
)
@pytest.mark.parametrize("width", [0, 40])
def test_t_painted_ahead_is_all_there_and_the_film_the_same(
    clip, painter, tmp_path, monkeypatch, found, method, more, width
):
    settings = replace(QUICK, method=method, working_width=width, **more)
    with monkeypatch.context() as patch:
        patch.setattr(foresight, "_BESIDE", ())
        plain = painted(clip, tmp_path / "plain.mp4", painter, settings, frames=16)
    assert found[AheadStylist] == []
    monkeypatch.setattr(foresight, "_BESIDE", (painter.device.type,))
    assert painted(clip, tmp_path / "film.mp4", painter, settings, frames=16) == plain
    assert len(found[AheadStylist]) == 16 and None not in found[AheadStylist]
    assert painter.ahead_stylist is None


@pytest.mark.usefixtures("beside")
def test_a_method_that_asks_for_no_t_gets_none_begun(clip, painter, tmp_path, found, monkeypatch):
    begun, begin = [], Ahead.begin
    monkeypatch.setattr(Ahead, "begin", lambda self, *given: (begun.append(type(self)), begin(self, *given)))
    painted(clip, tmp_path / "film.mp4", painter, replace(QUICK, method="ruder", iterations=1), frames=3)
    assert found[AheadStylist] == [] and set(begun) == {AheadFlow}


@pytest.mark.usefixtures("beside")
def test_where_memory_is_short_t_waits_for_the_solve(clip, painter, tmp_path, monkeypatch, found):
    monkeypatch.setenv(memory.VARIABLE, "0.001")
    painted(clip, tmp_path / "film.mp4", painter, frames=6)
    assert found[AheadStylist] == [None] * 6


@pytest.mark.usefixtures("beside")
def test_after_an_error_the_painter_paints_without_what_was_begun(clip, painter, tmp_path, monkeypatch):
    def broken(*arguments, **options):
        raise NeuralStyleError("the solver is broken", "frame 0", "mend it")

    with monkeypatch.context() as patch, pytest.raises(NeuralStyleError, match="solver is broken"):
        patch.setattr(Painter, "optimise", broken)
        painted(clip, tmp_path / "film.mp4", painter)
    assert painter.ahead_flow is None and painter.ahead_stylist is None
    assert list(tmp_path.iterdir()) == []
    assert not [t for t in threading.enumerate() if t.name.startswith(("flow", "transformer", "reading"))]
