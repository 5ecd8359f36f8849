"""What comes along with a frame, and what is given back of its motion: mask, exact vectors, flow as a picture."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from frames import moving_clip, texture
from neural_style.beside import FULL_SPEED, Beside, flow_picture, seen
from neural_style.cache import FrameCache
from neural_style.door import planes
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Paint, Settings
from neural_style.motion import DISFlow, Motion
from neural_style.serving import Server
from neural_style.session import Session

HEIGHT, WIDTH = 48, 64
SETTINGS = Settings(method="blend", working_width=0)


def vectors(right: float, size=(HEIGHT, WIDTH)) -> np.ndarray:
    """All moves `right` pixels a frame: (right, down) to the frame before, then to the frame after."""
    return np.tile(np.float32((-right, 0, right, 0)), (*size, 1))


def play(session: Session, clip, beside: Beside, settings=SETTINGS, outputs=()):
    results, previous = [], None
    for frame in clip:
        results.append(session.paint(frame, settings, previous, beside=beside, outputs=outputs))
        previous = results[-1].key
    return results


class NoFlow:
    """Stands where nothing may be estimated."""

    name = DISFlow.name

    def __call__(self, a, b):
        raise AssertionError("flow was estimated")


def test_places_lie_behind_each_other():
    found = planes.places(5, 7, ("mask", "vectors", "flow"))
    assert found["picture"] == (0, (5, 7, 3))
    assert found["mask"] == (4 * 35 * 3, (5, 7))
    assert found["vectors"] == (4 * 35 * 4, (5, 7, 4))
    assert planes.size(found) == 4 * 35 * (3 + 1 + 4 + 3)
    for wrong in (("colour",), ("mask", "mask")):
        with pytest.raises(ValueError, match=wrong[0]):
            planes.places(5, 7, wrong)


def test_planes_cross_the_door(painter, tmp_path, monkeypatch):
    """Through the server, in one file: what lies there is read and written at its place."""
    monkeypatch.setattr("neural_style.serving.Painter", lambda: painter)
    monkeypatch.setenv("NEURAL_STYLE_CACHE", str(tmp_path / "cache"))
    server, frame, file = Server(), texture(HEIGHT, WIDTH), tmp_path / "pixels"
    inputs, outputs = ("mask", "vectors"), ("flow", "reliability")
    places = planes.places(HEIGHT, WIDTH, (*inputs, *outputs))
    with file.open("wb") as content:
        for array in (frame, np.zeros((HEIGHT, WIDTH), np.float32), vectors(2)):
            array.tofile(content)
        content.truncate(planes.size(places))
    request = Paint(1, "stream", 1, WIDTH, HEIGHT, str(file), SETTINGS, None, inputs, outputs)
    server.paint(request)
    found = {name: np.memmap(file, np.float32, "r", place.offset, place.shape) for name, place in places.items()}
    np.testing.assert_array_equal(found["picture"], frame)  # the mask is black
    np.testing.assert_array_equal(found["vectors"], vectors(2))
    assert np.all(found["flow"] == 1) and not found["reliability"].any()
    with pytest.raises(NeuralStyleError, match="the file holds"):
        server.paint(replace(request, inputs=(*inputs, "depth")))


def test_exact_motion_takes_the_place_of_flow(painter, cache, monkeypatch):
    """The pictures move by two pixels; what is carried along is moved by what is told, and no flow is estimated."""
    clip = moving_clip(3)
    estimated = play(Session(painter, cache), clip, Beside())
    monkeypatch.setattr(painter, "flow", NoFlow())
    exact = play(Session(painter, cache), clip, Beside(vectors=vectors(2)))
    assert exact[0].key != estimated[0].key and np.array_equal(exact[0].picture, estimated[0].picture)
    inside = np.s_[8:-8, 12:-8]
    assert np.abs(exact[2].picture - estimated[2].picture)[inside].mean() < 0.02
    wrong = play(Session(painter, cache), clip, Beside(vectors=vectors(5)))
    assert np.abs(wrong[2].picture - estimated[2].picture)[inside].mean() > 0.04
    assert len({result.key for result in exact + wrong + estimated}) == 9


def test_exact_motion_and_depth_survive_the_cache(painter, cache, monkeypatch):
    """A session made anew, and states that come from the disk, give the same pictures."""
    monkeypatch.setattr(painter, "flow", NoFlow())
    clip, beside = moving_clip(3), Beside(vectors=vectors(2), depth=np.full((HEIGHT, WIDTH), 1e10, np.float32))
    whole = play(Session(painter, FrameCache(cache.folder / "a")), clip, beside)
    first, second = play(Session(painter, cache), clip[:2], beside)
    third = Session(painter, FrameCache(cache.folder)).paint(clip[2], SETTINGS, second.key, beside=beside)
    assert not third.cached and third.key == whole[2].key
    assert np.array_equal(third.picture, whole[2].picture)
    assert not np.array_equal(first.picture, third.picture)


def test_smaller_the_vectors_are_shorter(painter, cache):
    """Painted at half the width: as the vectors of the half-sized clip say."""
    large = [cv2.resize(frame, (2 * WIDTH, 2 * HEIGHT), interpolation=cv2.INTER_CUBIC) for frame in moving_clip(2)]
    halved = replace(SETTINGS, working_width=WIDTH)
    asked = ("flow", "reliability")
    found = play(Session(painter, cache), large, Beside(vectors=vectors(4, (2 * HEIGHT, 2 * WIDTH))), halved, asked)[1]
    told = flow_picture(np.tile(np.float32((2, 0)), (1, WIDTH, 1)))[0, 0]
    np.testing.assert_allclose(found.planes["flow"], np.broadcast_to(told, found.picture.shape), atol=1e-5)
    assert found.planes["reliability"].shape == (2 * HEIGHT, 2 * WIDTH)
    assert found.planes["reliability"][:, 8:].mean() > 0.9
    assert found.planes["reliability"][:, :2].max() < 0.1


def test_vectors_that_tell_of_nothing_are_not_believed(painter, cache):
    """A render with motion blur has a Vector pass that is 0 everywhere."""
    clip = moving_clip(2)
    told = play(Session(painter, cache), clip, Beside(vectors=vectors(0)))
    plain = play(Session(painter, cache), clip, Beside())
    assert np.array_equal(told[1].picture, plain[1].picture)


def test_only_the_frame_before_is_told_exactly(painter, cache, monkeypatch):
    """Farther back motion is estimated: vectors that are chained lose what was hidden in between."""
    asked = []

    def estimate(frame, earlier):
        asked.append(1)
        return Motion(np.zeros((HEIGHT, WIDTH, 2), np.float32), np.ones((HEIGHT, WIDTH), np.float32))

    monkeypatch.setattr(painter, "motion_for", lambda method: estimate)
    play(Session(painter, cache), moving_clip(3), Beside(vectors=vectors(2)), replace(SETTINGS, method="blend-long"))
    assert len(asked) == 1  # of frame 3, to frame 1


@pytest.fixture(autouse=True)
def _long_term(monkeypatch):
    """A row of the table that looks back one frame, and two."""
    from neural_style.methods import METHODS

    monkeypatch.setitem(METHODS, "blend-long", replace(METHODS["blend"], name="blend-long", distances=(1, 2)))


def test_a_method_without_time_does_not_depend_on_motion(painter, cache):
    frame, alone = texture(HEIGHT, WIDTH), replace(SETTINGS, method="johnson")
    session = Session(painter, cache)
    with_vectors = session.paint(frame, alone, beside=Beside(vectors=vectors(2)))
    assert with_vectors.key == session.paint(frame, alone).key


@pytest.mark.parametrize("weight", [1.0, 0.4])
def test_the_mask_is_a_style_weight_of_every_pixel(painter, cache, weight):
    frame, settings = texture(HEIGHT, WIDTH), replace(SETTINGS, method="johnson", working_width=40)
    mask = np.linspace(-0.5, 1.5, WIDTH, dtype=np.float32)[None] * np.ones((HEIGHT, 1), np.float32)
    mask[0, 0] = np.nan
    session = Session(painter, cache)
    whole = session.paint(frame, settings).picture
    masked = session.paint(frame, replace(settings, style_weight=weight), beside=Beside(mask=mask))
    share = weight * np.clip(np.nan_to_num(mask), 0, 1)[..., None]
    np.testing.assert_allclose(masked.picture, (1 - share) * frame + share * whole, atol=1e-6)
    assert masked.cached, "a mask needs no painting anew"


def test_planes_are_made_only_when_asked_for_also_of_kept_frames(painter, cache):
    clip = moving_clip(2)
    plain = play(Session(painter, cache), clip, Beside())
    assert all(not result.planes for result in plain)
    again = play(Session(painter, cache), clip, Beside(), outputs=("flow", "reliability"))
    assert all(result.cached for result in again)
    first, second = (result.planes for result in again)
    assert np.all(first["flow"] == 1) and not first["reliability"].any()
    to_right = flow_picture(np.full((1, WIDTH, 2), (2, 0), np.float32))[0, 0]
    np.testing.assert_allclose(np.median(second["flow"][8:-8, 8:-8], axis=(0, 1)), to_right, atol=0.05)
    assert second["reliability"][8:-8, 8:-8].mean() > 0.8


def test_colours_of_the_flow():
    """Red to the right, green-yellow down, cyan to the left, violet up; paler when slower; white at rest."""
    fast = FULL_SPEED * 100
    moves = [(fast, 0), (0, fast), (-fast, 0), (0, -fast), (9 * fast, 0), (fast / 4, 0), (0, 0)]
    flow = np.zeros((1, 100, 2), np.float32)
    flow[0, : len(moves)] = moves
    colours = flow_picture(flow)[0]
    expected = [(1, 0, 0), (0.5, 1, 0), (0, 1, 1), (0.5, 0, 1), (1, 0, 0), (1, 0.5, 0.5), (1, 1, 1)]
    np.testing.assert_allclose(colours[: len(moves)], expected, atol=0.01)


def test_planes_of_nothing():
    assert seen((), np.zeros((4, 4, 2), np.float32), np.zeros((4, 4), np.float32), (8, 8)) == {}
