"""Motion begun before it is asked for, and flow that is kept: the same vectors, at most rounded."""

import os
import threading
from itertools import pairwise

import cv2
import numpy as np
import pytest

from frames import moving_clip
from neural_style import motion
from neural_style.door.errors import NeuralStyleError
from neural_style.methods import METHODS
from neural_style.motion.ahead import AheadMotion
from neural_style.motion.kept import KeptFlow, read_flow

STEADY = METHODS["steady"]


class Counted:
    """DIS that notes what it was asked, and by which thread."""

    name = "counted"

    def __init__(self):
        self.flow = motion.DISFlow()
        self.asked = []
        self.threads = set()

    def __call__(self, a, b):
        self.asked.append((a, b))
        self.threads.add(threading.get_ident())
        return self.flow(a, b)


@pytest.fixture
def clip():
    return moving_clip(4)


def of(flow):
    """The default method's motion by a flow."""
    return motion.EstimatedMotion(flow, STEADY)


def assert_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_is_expected_is_estimated_once(clip):
    inside, plain = Counted(), of(motion.DISFlow())
    with AheadMotion(inside) as ahead:
        for before, now in pairwise(clip):
            ahead.expect(STEADY, now, before)
        for before, now in pairwise(clip):
            assert_same(ahead.by(STEADY)(now.copy(), before.copy()), plain(now, before))
        assert len(inside.asked) == 6  # there and back
    assert threading.get_ident() not in inside.threads and len(inside.threads) == 1


def test_what_is_not_expected_is_estimated_when_asked(clip):
    inside, plain = Counted(), of(motion.DISFlow())
    with AheadMotion(inside) as ahead:
        ahead.expect(STEADY, clip[1], clip[0])
        changed = clip[0].copy()
        changed[7, 9, 1] += 1e-3  # one value of all
        assert_same(ahead.by(STEADY)(clip[1], changed), plain(clip[1], changed))
        assert any(b is changed for _, b in inside.asked)
        assert_same(ahead.by(STEADY)(clip[0], clip[1]), plain(clip[0], clip[1]))  # the other way round


def test_methods_that_move_alike_find_each_others_motion_and_no_others(clip):
    inside, frames = Counted(), (clip[1], clip[0])
    with AheadMotion(inside) as ahead:
        ahead.expect(STEADY.adjusted(temporal=0.5, iterations=9), *frames)
        assert_same(ahead.by(STEADY)(*frames), of(motion.DISFlow())(*frames))
        assert len(inside.asked) == 2
        ahead.expect(STEADY, *frames)
        fast = motion.EstimatedMotion(motion.DISFlow(), METHODS["fast"])
        assert_same(ahead.by(METHODS["fast"])(*frames), fast(*frames))
        assert len(inside.asked) == 6


def test_an_error_reaches_who_asks(clip):
    with AheadMotion(motion.DISFlow()) as ahead:
        ahead.expect(STEADY, clip[0], clip[1][1:])
        with pytest.raises(ValueError, match="one size"):
            ahead.by(STEADY)(clip[0], clip[1][1:])


def test_kept_flow_comes_back_to_the_last_bit(clip, tmp_path):
    inside = Counted()
    flow = KeptFlow(inside, tmp_path)
    estimated = flow(clip[1], clip[0])
    assert np.abs(estimated - motion.DISFlow()(clip[1], clip[0])).max() <= 1 / 128
    assert estimated.dtype == np.float32 and estimated.flags.c_contiguous
    again = KeptFlow(inside, tmp_path)
    assert np.array_equal(again(clip[1].copy(), clip[0].copy()), estimated)
    assert (flow.estimated, flow.reused, again.estimated, again.reused) == (1, 0, 0, 1)
    assert len(inside.asked) == 1


def test_each_pair_direction_and_estimator_has_a_flow_of_its_own(clip, tmp_path):
    flow = KeptFlow(motion.DISFlow(), tmp_path)
    changed = clip[0].copy()
    changed[3, 4, 1] += 1e-6
    for a, b in ((clip[0], clip[1]), (clip[1], clip[0]), (clip[0], clip[2]), (changed, clip[1])):
        flow(a, b)
    assert flow.estimated == 4
    other = KeptFlow(motion.FarnebackFlow(), tmp_path)
    assert other.name != flow.name
    other(clip[0], clip[1])
    assert other.estimated == 1


def test_the_files_are_those_of_kitti(clip, tmp_path):
    """Read as KITTI's development kit says: 16-bit PNG, u = (R − 2¹⁵)/64, v = (G − 2¹⁵)/64, B valid."""
    estimated = KeptFlow(motion.DISFlow(), tmp_path)(clip[1], clip[0])
    (path,) = tmp_path.glob("??/*.png")
    blue, green, red = cv2.split(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
    assert blue.dtype == np.uint16 and (blue == 1).all()
    assert np.array_equal((red.astype(np.float32) - 2**15) / 64, estimated[..., 0])
    assert np.array_equal((green.astype(np.float32) - 2**15) / 64, estimated[..., 1])


def test_motions_of_any_size_are_kept(clip, tmp_path):
    class Wild:
        name = "wild"

        def __call__(self, a, b):
            values = np.zeros((*a.shape[:2], 2), np.float32)
            values[0, :5, 0] = (511.9, -512, 1e6, -1e6, np.nan)
            return values

    found = KeptFlow(Wild(), tmp_path)(clip[0], clip[1])
    assert found[0, :5, 0] == pytest.approx((511.9, -512, 512, -512, 0), abs=1 / 64)
    assert np.isfinite(found).all()


def test_a_damaged_file_is_estimated_again(clip, tmp_path):
    flow = KeptFlow(motion.DISFlow(), tmp_path)
    whole = flow(clip[1], clip[0])
    (path,) = tmp_path.glob("??/*.png")
    for wrong in (b"", b"no picture", path.read_bytes()[:200]):
        path.write_bytes(wrong)
        assert np.array_equal(KeptFlow(motion.DISFlow(), tmp_path)(clip[1], clip[0]), whole)
        assert np.array_equal(read_flow(path), whole)


def test_the_limit_drops_what_earlier_runs_kept_and_never_this_runs(clip, tmp_path):
    first = KeptFlow(motion.DISFlow(), tmp_path)
    first(clip[1], clip[0])
    size = sum(path.stat().st_size for path in tmp_path.glob("??/*"))
    os.utime(first._path(clip[1], clip[0]), (0, 0))
    run = KeptFlow(motion.DISFlow(), tmp_path, limit=2.5 * size)
    pairs = [(clip[2], clip[1]), (clip[1], clip[2]), (clip[3], clip[2]), (clip[2], clip[3])]
    for pair in pairs:
        run(*pair)
    kept = [read_flow(run._path(*pair)) is not None for pair in pairs]
    assert kept[:2] == [True, True] and not all(kept)
    assert read_flow(run._path(clip[1], clip[0])) is None
    assert sum(path.stat().st_size for path in tmp_path.glob("??/*")) <= 2.5 * size


def test_a_disk_that_cannot_be_written_costs_no_flow(clip, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    flow = KeptFlow(motion.DISFlow(), tmp_path / "file")
    assert np.array_equal(flow(clip[1], clip[0]), KeptFlow(motion.DISFlow(), tmp_path / "flow")(clip[1], clip[0]))


def test_a_limit_that_is_no_number_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("NEURAL_STYLE_FLOW_GB", "much")
    with pytest.raises(NeuralStyleError, match="NEURAL_STYLE_FLOW_GB"):
        KeptFlow(motion.DISFlow(), tmp_path)
