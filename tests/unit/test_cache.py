"""The frame cache: what it keeps, what it drops, and how it takes damage."""

import numpy as np
import pytest

from neural_style import digests
from neural_style.cache import FrameCache, PatientCache, State, derived_key, frame_key
from neural_style.door.errors import NeuralStyleError


def state(seed: int = 0, side: int = 8) -> State:
    rng = np.random.default_rng(seed)
    source, picture = (rng.random((side, side, 3), dtype=np.float32) for _ in range(2))
    return State(source, picture, f"look {seed}", ("before", "long-before"), {"style": 0.1 * seed}).rounded()


def equal(a: State, b: State) -> bool:
    pairs = ((a.source, b.source), (a.picture, b.picture))
    return (a.look, a.line, a.parts) == (b.look, b.line, b.parts) and all(np.array_equal(x, y) for x, y in pairs)


def test_what_comes_back_is_what_went_in(cache):
    cache.put("ab12", state())
    found = cache.get("ab12")
    assert found is not None and equal(found, state())
    assert cache.get("ab13") is None


def test_a_damaged_file_is_as_good_as_none(cache):
    cache.put("ab12", state())
    (path,) = cache.folder.glob("??/*")
    path.write_bytes(path.read_bytes()[:100])
    assert cache.get("ab12") is None
    cache.put("ab12", state())
    assert cache.get("ab12") is not None


def test_the_longest_unused_go_first(tmp_path):
    cache = FrameCache(tmp_path, limit=7200)  # some six frames of 8×8
    for number in range(4):
        cache.put(f"a{number}", state(number))
    cache.get("a0")
    for number in range(4, 8):
        cache.put(f"a{number}", state(number))
        cache.get("a0")
    kept = {path.stem for path in tmp_path.glob("??/*")}
    assert "a0" in kept and "a7" in kept and "a1" not in kept
    assert sum(path.stat().st_size for path in tmp_path.glob("??/*")) <= 7200


def test_pictures_that_can_be_made_again_go_first(tmp_path):
    cache = FrameCache(tmp_path, limit=9000)
    cache.put("a0", state())
    picture = state(1, side=12).picture
    cache.put_picture("a0", picture)
    assert np.array_equal(cache.get_picture("a0"), picture)
    assert cache.get("a0") is not None and cache.get_picture("a1") is None
    for number in range(1, 5):
        cache.put_picture(f"b{number}", picture)  # newer than all states but one
        cache.put(f"a{number}", state(number))
    kept = {path.stem for path in tmp_path.glob("??/*")}
    assert {f"a{number}" for number in range(5)} <= kept
    assert sum(path.stat().st_size for path in tmp_path.glob("??/*")) <= 9000


def test_a_derived_key_names_all_parts():
    keys = {derived_key(*parts) for parts in (("a", "b"), ("a",), ("ab",), ("a", "c"), ("a", "b", ""))}
    assert len(keys) == 5


def test_a_limit_that_is_no_number_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("NEURAL_STYLE_CACHE_GB", "plenty")
    with pytest.raises(NeuralStyleError, match="plenty"):
        FrameCache(tmp_path)
    monkeypatch.setenv("NEURAL_STYLE_CACHE_GB", "")
    assert FrameCache(tmp_path).limit == 4e9


def test_no_room_at_all_keeps_nothing(tmp_path):
    cache = FrameCache(tmp_path, limit=0)
    cache.put("ab", state())
    assert cache.get("ab") is None


def test_a_folder_that_cannot_be_written_costs_no_frame(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    cache = FrameCache(blocked)
    cache.put("ab", state())
    assert cache.get("ab") is None


def test_the_key_names_pixels_predecessor_and_all_parts():
    frame = state().source
    changed = frame.copy()
    changed[3, 4, 1] += 1e-6
    keys = [
        frame_key(frame, (), "a", "b"),
        frame_key(changed, (), "a", "b"),
        frame_key(frame.reshape(4, 16, 3), (), "a", "b"),
        frame_key(frame, ("before",), "a", "b"),
        frame_key(frame, ("before", "long-before"), "a", "b"),
        frame_key(frame, ("a",), "b"),
        frame_key(frame, (), "ab", ""),
        frame_key(frame, (), "a"),
    ]
    assert len(set(keys)) == len(keys)
    assert frame_key(frame.copy(), (), "a", "b") == keys[0]


@pytest.mark.parametrize("value", [0.0, 0.25, 1.0])
def test_rounding_is_that_of_the_file(value):
    frame = np.full((2, 2, 3), value, np.float32)
    assert np.array_equal(State(frame, frame).rounded().picture, frame)


def test_pixels_are_named_by_all_that_they_are():
    pixels = np.arange(24, dtype=np.float32).reshape(2, 4, 3)
    others = [
        (pixels + 1,),
        (pixels.reshape(4, 2, 3),),
        (pixels.astype(np.float64),),
        (pixels, None),
        (None, pixels),
        (pixels[:1], pixels[1:]),
        (pixels, pixels),
    ]
    assert len({digests.of_pixels(*arrays) for arrays in [(pixels,), *others]}) == 1 + len(others)
    assert digests.of_pixels(pixels[:, ::2]) == digests.of_pixels(pixels[:, ::2].copy())


def test_a_patient_cache_has_what_it_has_not_written(tmp_path):
    random = np.random.default_rng(0)
    state = State(random.random((4, 8, 3), np.float32), random.random((4, 8, 3), np.float32), "look", ("before",))
    patient, other = PatientCache(tmp_path), FrameCache(tmp_path)
    patient.put("0" * 40, state)
    held = patient.get("0" * 40)
    assert other.get("0" * 40) is None
    patient.settle()
    for kept in (patient.get("0" * 40), other.get("0" * 40)):
        assert (kept.look, kept.line) == (held.look, held.line)
        np.testing.assert_array_equal(kept.picture, held.picture)
        np.testing.assert_array_equal(kept.source, held.source)
    without = PatientCache(tmp_path, limit=0)
    without.put("1" * 40, state)
    assert without.get("1" * 40) is None
