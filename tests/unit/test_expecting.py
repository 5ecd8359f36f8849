"""A frame that is expected while the one before is in hand: its motion and T are begun, and its picture is the same."""

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from frames import moving_clip, texture
from neural_style.beside import Beside
from neural_style.door.messages import Expect, Paint, Settings, pack, unpack
from neural_style.foresight import Foresight
from neural_style.motion.ahead import AheadMotion
from neural_style.serving import Server
from neural_style.session import Session
from neural_style.styles import AheadStylist

QUICK = Settings(method="steady", iterations=2, working_width=0)


def play(painter, cache, clip, settings=QUICK, expect=True, **more):
    """The pictures of a clip; each frame is expected while the one before is in hand, where it is to be."""
    session, pictures, key = Session(painter, cache), [], None
    with closing(Foresight(painter, 2, 6)) as foresight:
        for number, frame in enumerate(clip, 1):
            result = session.paint(frame, settings, key, **more)
            if expect and number < len(clip):
                session.expect(clip[number], foresight, more.get("beside", Beside()))
            key = result.key
            pictures.append(result.picture)
    return np.stack(pictures)


def hits(found, kind) -> list[bool]:
    """Of what was asked for, what had been begun."""
    return [begun is not None for begun in found[kind]]


@pytest.mark.parametrize(
    ("changes", "motions"),
    [
        ({}, 4),
        ({"method": "fast", "temporal": 0.5}, 4),
        ({"working_width": 40}, 4),
        ({"method": "steady-long-term"}, 4 + 3 + 1),
    ],
)
def test_all_motion_is_there_and_the_pictures_the_same(painter, cache, found, changes, motions):
    clip, settings = moving_clip(5), replace(QUICK, **changes)
    expected = play(painter, replace_folder(cache, "plain"), clip, settings, expect=False)
    found[AheadMotion].clear()
    np.testing.assert_array_equal(play(painter, cache, clip, settings), expected)
    assert hits(found, AheadMotion) == [True] * motions


@pytest.mark.usefixtures("beside")
def test_t_is_there_where_it_is_painted_beside(painter, cache, found):
    play(painter, cache, moving_clip(4))
    assert hits(found, AheadStylist) == [False, True, True, True]


def test_a_wrong_guess_changes_nothing(painter, cache, found):
    """Another frame comes than was expected, of another style."""
    clip, other = moving_clip(3), texture(64, 96, seed=9)
    expected = play(painter, replace_folder(cache, "plain"), clip[:2], expect=False)
    session = Session(painter, cache)
    with closing(Foresight(painter, 2, 6)) as foresight:
        key = session.paint(clip[0], QUICK).key
        for guess in (other, other[:40], clip[2]):
            session.expect(guess, foresight)
        picture = session.paint(clip[1], QUICK, key).picture
    np.testing.assert_array_equal(picture, expected[1])
    assert hits(found, AheadMotion)[-1:] == [False]


def test_nothing_is_begun_for_a_cut_nor_for_frames_that_are_kept(painter, cache, found, monkeypatch):
    begun = []
    monkeypatch.setattr(AheadMotion, "expect", lambda *given: begun.append(given))
    dark = [np.ascontiguousarray(0.2 * frame) for frame in moving_clip(2, seed=2)]
    clip = moving_clip(2) + dark
    play(painter, cache, clip)
    assert len(begun) == 2, "one in each shot"
    play(painter, cache, clip)
    assert len(begun) == 2, "the second time all are found in the cache"


def test_exact_motion_is_not_estimated(painter, cache, found, monkeypatch):
    begun = []
    monkeypatch.setattr(AheadMotion, "expect", lambda *given: begun.append(given))
    clip = moving_clip(4)
    vectors = np.ones((*clip[0].shape[:2], 4), np.float32)
    play(painter, cache, clip, beside=Beside(vectors=vectors))
    assert not begun
    play(painter, cache, clip, replace(QUICK, method="steady-long-term"), beside=Beside(vectors=vectors))
    assert len(begun) == 2, "but that to the frame before it"


def test_the_worker_is_told_by_message(found, tmp_path):
    server, clip, paths = Server(), moving_clip(3), [tmp_path / str(number) for number in range(3)]
    height, width = clip[0].shape[:2]
    key = None
    for number, (frame, path) in enumerate(zip(clip, paths, strict=True)):
        frame.tofile(path)
        if number:
            message = Expect("a", width, height, str(path))
            assert unpack(pack(message)) == message
            server.expect(message)
            server.expect(replace(message, stream="of nobody"))
        key = server.paint(Paint(number, "a", number, width, height, str(path), QUICK, key)).key
    assert hits(found, AheadMotion) == [True, True]


def replace_folder(cache, name):
    """Another cache beside this one."""
    return type(cache)(cache.folder.parent / name)
