"""Super-resolution of painted frames: in the source's size at the door, larger in films, and kept where it pays."""

from dataclasses import replace

import numpy as np
import pytest

import clips
from frames import moving_clip
from neural_style.cli import main
from neural_style.door.messages import Settings
from neural_style.pixels import scaled
from neural_style.session import Session
from neural_style.upscale import NETWORKS, Upscaler, needed
from neural_style.video import probe, read_frames

PLAIN = Settings(method="johnson", working_width=0)
HALF = replace(PLAIN, working_width=64)


@pytest.fixture
def session(painter, cache) -> Session:
    return Session(painter, cache)


@pytest.fixture
def source():
    return moving_clip(1)[0]


@pytest.fixture
def wide():
    """Twice as wide as `HALF` paints it."""
    return moving_clip(1, 96, 128)[0]


@pytest.mark.parametrize("times", [2, 4])
def test_a_film_grows(session, source, times):
    painted = session.paint(source, PLAIN)
    result = session.paint(source, replace(PLAIN, upscale=times), enlarged=True)
    assert result.picture.shape == (48 * times, 64 * times, 3)
    assert np.array_equal(result.picture, session.painter.upscaler(painted.picture, times))
    assert result.seconds["upscale"] > 0
    # What the next frame goes on from is the same.
    assert (result.key, result.cached) == (painted.key, True)


def test_a_film_that_does_not_grow_stays(session, source):
    assert np.array_equal(session.paint(source, PLAIN, enlarged=True).picture, session.paint(source, PLAIN).picture)


def test_weight_and_colours_are_those_of_the_larger_source(session, source):
    twice = replace(PLAIN, upscale=2)
    full = session.paint(source, twice, enlarged=True).picture
    large = scaled(source, (96, 128))
    half = session.paint(source, replace(twice, style_weight=0.5), enlarged=True).picture
    assert np.allclose(half, (full + large) / 2, atol=1e-6)
    assert np.array_equal(session.paint(source, replace(twice, style_weight=0.0), enlarged=True).picture, large)
    coloured = session.paint(source, replace(twice, original_colours=True), enlarged=True).picture
    luma = np.array([0.299, 0.587, 0.114], np.float32)
    expected = np.clip(large.clip(0, 1) + ((full - large.clip(0, 1)) @ luma)[..., None], 0, 1)
    assert np.allclose(coloured, expected, atol=1e-6)


def test_at_the_door_the_size_is_the_sources(session, wide):
    small = session.paint(scaled(wide, (48, 64)), PLAIN).picture
    result = session.paint(wide, replace(HALF, upscale=2)).picture
    assert np.abs(result - session.painter.upscaler(small)).max() < 1e-3  # half floats
    assert np.abs(result - session.paint(wide, HALF).picture).max() > 0.02


def test_no_larger_than_it_is_wanted(session, wide):
    assert np.array_equal(
        session.paint(wide, replace(HALF, upscale=4)).picture, session.paint(wide, replace(HALF, upscale=2)).picture
    )
    assert np.array_equal(session.paint(wide, replace(PLAIN, upscale=4)).picture, session.paint(wide, PLAIN).picture)
    wanted = [(1, 640, 1280), (2, 640, 640), (2, 640, 641), (4, 640, 1280), (4, 640, 1281), (4, 640, 9999)]
    assert [needed(*each) for each in wanted] == [1, 1, 2, 2, 4, 4]


def test_what_was_enlarged_is_kept(painter, cache, wide, monkeypatch):
    settings = replace(HALF, upscale=2)
    first = Session(painter, cache).paint(wide, settings)
    calls = []
    enlarge = Upscaler.__call__
    monkeypatch.setattr(Upscaler, "__call__", lambda self, *rest: calls.append(rest) or enlarge(self, *rest))
    again = Session(painter, cache).paint(wide, settings)
    assert np.array_equal(first.picture, again.picture) and not calls
    Session(painter, cache).paint(wide, replace(settings, seed=1))
    assert len(calls) == 1


@pytest.mark.parametrize("network", NETWORKS)
def test_the_command_writes_a_large_film(tmp_path, network):
    clip, small, large = (tmp_path / name for name in ("clip.mp4", "small.mp4", "large.mp4"))
    clips.write(clip, count=2)
    command = ["paint", str(clip), "--method", "johnson", "--style", "pale-mist", "--width", "40"]
    assert main([*command, "-o", str(small)]) == 0
    assert main([*command, "-o", str(large), "--upscale", "4", "--upscaler", network]) == 0
    info = probe(large)
    assert (info.width, info.height, info.frames) == (160, 120, 2)
    first, second = (np.stack(list(read_frames(path))) for path in (small, large))
    back = np.stack([scaled(frame, (30, 40)) for frame in second])
    assert np.abs(back - first).mean() < 0.03  # the same pictures, but for two times H.264
