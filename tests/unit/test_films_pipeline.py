"""What goes on in a film while a frame is painted: flow and T of the next ones, and the writing of those before."""

import resource
import threading
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from filming import LENGTHS
from frames import texture
from neural_style import foresight, memory
from neural_style.ahead import Ahead
from neural_style.cache import FrameCache
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Settings
from neural_style.films import paint_clip
from neural_style.films.shot import SegmentFile
from neural_style.motion import refine
from neural_style.motion.ahead import AheadMotion
from neural_style.painter import Painter
from neural_style.styles import AheadStylist
from neural_style.video import VideoWriter, read_frames

QUICK = Settings(method="blend", working_width=0)
pytestmark = pytest.mark.usefixtures("short_segments")


def painted(clip, output, painter, settings=QUICK, **options):
    paint_clip(clip, output, settings, painter, cache=FrameCache(limit=0), **options)
    return output.read_bytes()


def test_motion_is_there_before_it_is_asked_for(clip, painter, tmp_path, found):
    """All of it: what is expected is what the painter asks with, to the last bit."""
    painted(clip, tmp_path / "film.mp4", painter)
    assert len(found[AheadMotion]) == sum(length - 1 for length in LENGTHS)
    assert None not in found[AheadMotion]


def test_flow_is_moved_to_the_edges_beside_painting(clip, painter, tmp_path, monkeypatch):
    threads, plain = [], refine.to_edges

    def noted(*arguments):
        threads.append(threading.current_thread().name)
        return plain(*arguments)

    monkeypatch.setattr(refine, "to_edges", noted)
    painted(clip, tmp_path / "film.mp4", painter, replace(QUICK, method="steady", iterations=1))
    assert len(threads) == 2 * sum(length - 1 for length in LENGTHS)
    assert all(name.startswith("motion") for name in threads)
    assert painter.ahead_motion is None


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
    assert found[AheadStylist] == [] and set(begun) == {AheadMotion}


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
    assert painter.ahead_motion is None and painter.ahead_stylist is None
    assert list(tmp_path.iterdir()) == []
    assert not [
        t
        for t in threading.enumerate()
        if t.name.startswith(("motion", "transformer", "reading", "writing", "keeping", "searching"))
    ]


def test_the_cache_is_written_behind_and_all_of_it(clip, painter, tmp_path, monkeypatch):
    threads, put, cache = set(), FrameCache.put, FrameCache(tmp_path / "cache")

    def noted(self, key, state):
        if self is cache:
            threads.add(threading.current_thread().name)
        put(self, key, state)

    monkeypatch.setattr(FrameCache, "put", noted)
    first = paint_clip(clip, tmp_path / "first.mp4", QUICK, painter, cache=cache)
    assert threads == {"keeping_0"}
    again = paint_clip(clip, tmp_path / "again.mp4", QUICK, painter, cache=cache)
    assert (first.cached, again.cached) == (0, sum(LENGTHS))
    assert (tmp_path / "again.mp4").read_bytes() == (tmp_path / "first.mp4").read_bytes()


def pictures(count, height=48, width=64):
    return [texture(height, width, seed=number) for number in range(count)]


def test_a_segment_is_encoded_behind_and_is_the_same(tmp_path, monkeypatch):
    threads, write = set(), VideoWriter.write

    def noted(self, frame):
        threads.add(threading.current_thread().name)
        write(self, frame)

    with VideoWriter(tmp_path / "plain.mp4", 25, 64, 48, pixel_aspect=2) as plain:
        for picture in pictures(9):
            plain.write(picture)
    monkeypatch.setattr(VideoWriter, "write", noted)
    with SegmentFile(tmp_path / "segment.mp4", Fraction(25), Fraction(2)) as file:
        for picture in pictures(9):
            file.write(picture)
        assert not (tmp_path / "segment.mp4").exists()
    assert (tmp_path / "segment.mp4").read_bytes() == (tmp_path / "plain.mp4").read_bytes()
    assert threads == {"writing_0"}


@pytest.mark.parametrize("after", [0, 5])
def test_a_picture_of_another_size_is_told_however_late(tmp_path, after):
    """At the end, or where more pictures follow."""
    with (
        pytest.raises(ValueError, match="expected"),
        SegmentFile(tmp_path / "segment.mp4", Fraction(25), Fraction(1)) as file,
    ):
        for picture in [*pictures(2), *pictures(1, height=50), *pictures(after)]:
            file.write(picture)
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_leaves_no_file_and_no_thread(tmp_path):
    with (
        pytest.raises(KeyboardInterrupt),
        SegmentFile(tmp_path / "segment.mp4", Fraction(25), Fraction(1)) as file,
    ):
        for picture in pictures(4):
            file.write(picture)
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("writing")]


def test_a_disk_that_is_full_is_said_while_there_is_more_to_write(tmp_path):
    """A limit to the size of files stands for it: what exceeds it fails in the same place."""
    noise = np.random.default_rng(0).random((4, 128, 160, 3), np.float32)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    written = 0
    with (
        pytest.raises(NeuralStyleError, match="cannot be written, file too large"),
        SegmentFile(tmp_path / "segment.mp4", Fraction(25), Fraction(1)) as file,
    ):
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
        try:
            for number in range(400):
                file.write(noise[number % 4])
                written += 1
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert written < 400
    assert list(tmp_path.iterdir()) == []


def test_a_film_whose_writing_fails_keeps_its_whole_segments_and_goes_on(clip, painter, tmp_path, monkeypatch):
    plain = painted(clip, tmp_path / "plain.mp4", painter)
    write, output = VideoWriter.write, tmp_path / "film.mp4"

    def failing(self, frame):
        if self.path.stem == "shot-00001-002" and self.frames == 2:
            raise NeuralStyleError("the disk is full", str(self.path), "make room")
        write(self, frame)

    with monkeypatch.context() as patch, pytest.raises(NeuralStyleError, match="the disk is full"):
        patch.setattr(VideoWriter, "write", failing)
        painted(clip, output, painter)
    names = sorted(path.name for path in (tmp_path / "film.mp4.part").rglob("*.mp4"))
    assert names == ["shot-00001-001.mp4"]
    assert painted(clip, output, painter) == plain
    assert sum(1 for _ in read_frames(output)) == sum(LENGTHS)
