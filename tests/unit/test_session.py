"""A session: frames in order, cuts, keys, and going on where another session ended."""

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from frames import moving_clip, texture
from neural_style.cache import FrameCache
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Settings
from neural_style.methods import METHODS
from neural_style.painter import Painter
from neural_style.session import Session, check

QUICK = Settings(method="steady", iterations=2, working_width=0)


def play(session: Session, clip, settings=QUICK, previous=None):
    """Paint a clip in order; the results."""
    results = []
    for frame in clip:
        results.append(session.paint(frame, settings, previous))
        previous = results[-1].key
    return results


@pytest.fixture
def session(painter, cache) -> Session:
    return Session(painter, cache)


def test_a_frame_depends_on_the_one_before(session):
    clip = moving_clip(3)
    chained = play(session, clip)
    alone = session.paint(clip[2], QUICK)
    assert chained[2].key != alone.key
    assert not np.array_equal(chained[2].picture, alone.picture)


def test_the_carried_picture_moves_with_the_source(session):
    clip = moving_clip(4)
    painted = [result.picture for result in play(session, clip)]
    alone = [session.paint(frame, replace(QUICK, method="johnson")).picture for frame in clip]

    def flicker(frames) -> float:
        """The mean squared change along the known motion of two pixels a frame to the right."""
        return float(np.mean([np.square(b[4:-4, 8:-8] - a[4:-4, 6:-10]).mean() for a, b in pairwise(frames)]))

    assert flicker(painted) < 0.5 * flicker(alone)


def test_no_style_bleeds_across_a_cut(session):
    first, second = moving_clip(2, seed=1), moving_clip(2, seed=2)
    second = [np.ascontiguousarray(frame * 0.2) for frame in second]
    results = play(session, first + second)
    assert [result.cut for result in results] == [False, False, True, False]
    afresh = play(session, second)
    assert np.array_equal(results[2].picture, afresh[0].picture)
    assert results[3].key == afresh[1].key


def test_a_blend_that_turns_slowly_is_no_cut(painter, cache):
    """A frame goes on from one whose shares are near, also from the cache; where they jump it starts afresh."""
    frame, whole = moving_clip(1)[0], replace(QUICK, style="starry-night")
    blend = replace(QUICK, style="starry-night:0.9+rust:0.1")
    jump = replace(QUICK, style="starry-night:0.5+rust:0.5")
    session = Session(painter, cache)
    first = session.paint(frame, whole)
    alone = {settings.style: Session(painter, cache).paint(frame, settings) for settings in (blend, jump)}
    for painting in (session, Session(painter, cache)):
        assert painting.paint(frame, blend, first.key).key != alone[blend.style].key
        assert painting.paint(frame, jump, first.key).key == alone[jump.style].key
    step = np.abs(session.paint(frame, blend, first.key).picture - first.picture).mean()
    assert 0 < step < np.abs(alone[blend.style].picture - first.picture).mean()  # held, and yet it moves


def test_a_new_session_goes_on_where_another_ended(painter, cache):
    clip = moving_clip(4)
    whole = play(Session(painter, FrameCache(cache.folder / "a")), clip)
    parts = play(Session(painter, cache), clip[:2])
    parts += play(Session(painter, cache), clip[2:], previous=parts[-1].key)
    for a, b in zip(whole, parts, strict=True):
        assert a.key == b.key
        assert np.array_equal(a.picture, b.picture)


def test_frames_asked_for_again_are_kept_and_the_same(painter, cache):
    clip = moving_clip(3)
    first = play(Session(painter, cache), clip)
    again = play(Session(painter, cache), clip)
    assert [result.cached for result in first] == [False] * 3
    assert [result.cached for result in again] == [True] * 3
    assert all(np.array_equal(a.picture, b.picture) for a, b in zip(first, again, strict=True))


def test_changing_one_frame_keeps_those_before_it(painter, cache):
    clip = moving_clip(4)
    play(Session(painter, cache), clip)
    clip[2] = np.ascontiguousarray(clip[2] * 0.9)
    assert [result.cached for result in play(Session(painter, cache), clip)] == [True, True, False, False]


@pytest.mark.parametrize(
    "change", [{"style": "de-stijl"}, {"method": "blend"}, {"temporal": 0.5}, {"iterations": 3}, {"seed": 4}]
)
def test_the_key_names_every_setting_of_the_picture(session, change):
    clip = moving_clip(2)
    before = play(session, clip)
    after = play(session, clip, replace(QUICK, **change))
    assert before[1].key != after[1].key
    assert not np.array_equal(before[1].picture, after[1].picture)


def test_the_style_weight_needs_no_painting_anew(session):
    frame = moving_clip(1)[0]
    full = session.paint(frame, QUICK)
    half = session.paint(frame, replace(QUICK, style_weight=0.5))
    none = session.paint(frame, replace(QUICK, style_weight=0.0))
    assert half.cached and none.cached
    assert half.picture == pytest.approx((frame + full.picture) / 2, abs=1e-6)
    assert np.array_equal(none.picture, frame)


def test_another_style_begins_on_its_very_frame(session):
    clip = moving_clip(3)
    first = session.paint(clip[0], QUICK)
    other = replace(QUICK, style="de-stijl")
    switched = session.paint(clip[1], other, first.key)
    assert np.array_equal(switched.picture, session.paint(clip[1], other).picture)


def test_temporal_fades_out_to_every_frame_by_itself(session):
    clip = moving_clip(2)
    previous = session.paint(clip[0], QUICK).key
    none, nearly, full = (
        session.paint(clip[1], replace(QUICK, method="steady", temporal=value), previous).picture
        for value in (0.0, 1e-4, 1.0)
    )
    assert np.abs(nearly - none).mean() < 0.2 * np.abs(full - none).mean()


def test_a_lost_predecessor_starts_a_shot_and_says_so(session):
    result = session.paint(moving_clip(1)[0], QUICK, "0123456789")
    assert "no longer kept" in result.note


def test_another_size_starts_a_shot_and_says_so(session):
    first = session.paint(texture(40, 60), QUICK)
    result = session.paint(texture(48, 64), QUICK, first.key)
    assert "size" in result.note


@pytest.mark.parametrize("size", [(37, 53), (64, 64), (5, 7), (1, 1), (33, 200)])
@pytest.mark.parametrize("width", [0, 24, 40])
def test_any_size_comes_back_as_it_went_in(session, size, width):
    settings = replace(QUICK, working_width=width)
    previous = None
    for seed in (1, 1):
        result = session.paint(texture(*size, seed), settings, previous)
        previous = result.key
        assert result.picture.shape == (*size, 3)
        assert result.picture.dtype == np.float32
        assert result.picture.min() >= 0 and result.picture.max() <= 1


def test_values_that_no_screen_shows_do_no_harm(session):
    frame = texture(40, 48)
    frame[5, 5], frame[6, 6], frame[7, 7], frame[8, 8] = 40.0, -2.0, np.inf, np.nan
    result = session.paint(frame, QUICK)
    assert np.isfinite(result.picture).all()
    half = session.paint(frame, replace(QUICK, style_weight=0.5)).picture
    assert half[5, 5] == pytest.approx((40 + result.picture[5, 5]) / 2, rel=1e-5)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"style": "starry-knight"}, "starry-knight"),
        ({"style": "starry-night:-1"}, "share"),
        ({"style": "nowhere.pth"}, "nowhere.pth"),
        ({"method": "quick"}, "quick"),
        ({"style_weight": 1.5}, "style weight"),
        ({"temporal": -1.0}, "temporal"),
        ({"iterations": -1}, "iterations"),
        ({"seed": -1}, "seed"),
        ({"working_width": -5}, "working width"),
        ({"upscale": 3}, "3"),
    ],
)
def test_a_wrong_setting_is_one_sentence(wrong, word):
    with pytest.raises(NeuralStyleError, match=word) as error:
        check(replace(Settings(), **wrong))
    assert error.value.mend
    assert "\n" not in str(error.value)


def test_long_term_frames_are_those_at_the_methods_distances(painter, cache, monkeypatch):
    """A row that looks one and three frames back, in a shot that is cut after the second frame and goes on."""
    row = replace(METHODS["blend"], distances=(1, 3))
    monkeypatch.setitem(METHODS, "blend", row)
    asked = []
    paint = Painter.paint
    monkeypatch.setattr(
        Painter, "paint", lambda self, source, *rest: (asked.append((source, rest[2])), paint(self, source, *rest))[1]
    )
    clip = [np.ascontiguousarray(0.2 * frame) for frame in moving_clip(2, seed=2)] + moving_clip(5)
    settings = replace(QUICK, method="blend")
    play(Session(painter, cache), clip, settings)
    sources = [source for source, _ in asked]
    place = {source.astype(np.float16).tobytes(): index for index, source in enumerate(sources)}
    found = [[place[state.source.astype(np.float16).tobytes()] for state in earlier] for _, earlier in asked]
    assert found == [[], [0], [], [2], [3], [4, 2], [5, 3]]


def test_methods_that_paint_whole_shots_are_refused_one_frame(session):
    with pytest.raises(NeuralStyleError, match="whole shots"):
        session.paint(texture(48, 64), replace(QUICK, method="ruder-multipass"))


def test_a_method_with_a_painting_needs_one(session):
    with pytest.raises(NeuralStyleError, match="--painting"):
        check(replace(QUICK, method="painterly", style="opal-glass"))
    check(replace(QUICK, method="steady", style="opal-glass"))


def test_the_painting_decides_the_picture(session, tmp_path):
    """The same frame in a red and in a blue painting; a kept frame is not taken for the other."""
    source = texture(48, 64)
    means = {}
    for name, colour in (("red", (0.9, 0.1, 0.1)), ("blue", (0.1, 0.1, 0.9))):
        path = tmp_path / f"{name}.png"
        picture = np.clip(0.3 * texture(64, 64, 3) + np.array(colour), 0, 1)
        cv2.imwrite(str(path), (picture[..., ::-1] * 255).round().astype(np.uint8))
        settings = Settings(method="gatys", iterations=25, painting=str(path), working_width=0)
        means[name] = session.paint(source, settings).picture.mean(axis=(0, 1))
    assert means["red"][0] > means["blue"][0] + 0.05
    assert means["blue"][2] > means["red"][2] + 0.05
