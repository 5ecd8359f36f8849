"""Optical flow: which way is positive, small frames, and that the same frames give the same flow."""

import cv2
import numpy as np
import pytest

from neural_style import motion
from neural_style.motion import FLOWS


def texture(height, width, seed=0):
    random = np.random.default_rng(seed)
    picture = cv2.GaussianBlur(random.random((height, width, 3), dtype=np.float32), (0, 0), 2)
    return (picture - picture.min()) / (picture.max() - picture.min())


def moved(height, width, right=3, down=2):
    """A frame, and the next in which everything has gone right and down."""
    large = texture(height + 20, width + 20)
    first = large[10 : 10 + height, 10 : 10 + width]
    second = large[10 - down : 10 - down + height, 10 - right : 10 - right + width]
    return first, second


@pytest.mark.parametrize("name", FLOWS)
def test_right_and_down_are_positive(name):
    a, b = moved(120, 160)
    flow = FLOWS[name]()(a, b)
    assert flow.shape == (120, 160, 2)
    assert flow.dtype == np.float32
    middle = flow[10:-10, 10:-10]
    np.testing.assert_allclose(np.median(middle, axis=(0, 1)), (3, 2), atol=0.1)
    assert np.abs(middle - (3, 2)).mean() < 0.1


@pytest.mark.parametrize("name", FLOWS)
def test_warping_the_second_frame_along_the_flow_gives_the_first(name):
    a, b = moved(120, 160)
    estimator = FLOWS[name]()
    flow, reverse = estimator(a, b), estimator(b, a)
    warped = motion.warp(np.ascontiguousarray(b), flow, "lanczos4")
    inside = (slice(10, -10), slice(10, -10))
    assert np.abs(warped - a)[inside].mean() < 0.05 * np.abs(b - a)[inside].mean()
    assert motion.reliability(flow, reverse)[inside].mean() > 0.95


@pytest.mark.parametrize("size", [(16, 16), (16, 200), (24, 17)])
def test_small_frames_have_a_flow(size):
    a, b = moved(*size)
    np.testing.assert_allclose(np.median(FLOWS["dis"]()(a, b), axis=(0, 1)), (3, 2), atol=0.5)


@pytest.mark.parametrize("name", FLOWS)
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 5), (8, 300), (300, 1)])
def test_tiny_frames_do_not_fail(name, size):
    a, b = moved(*size)
    flow = FLOWS[name]()(a, b)
    assert flow.shape == (*size, 2)
    assert np.isfinite(flow).all()


@pytest.mark.parametrize("name", FLOWS)
def test_the_past_of_an_estimator_does_not_show(name):
    """OpenCV's DIS keeps an initial guess between calls where it is ever given one; a restart must change nothing."""
    a, b = moved(90, 120)
    used = FLOWS[name]()
    used(texture(90, 120, seed=5), a)
    for side in (16, 32, 64):  # and one that has seen small frames takes larger patches for good
        used(texture(side, side, seed=6), texture(side, side, seed=7))
    np.testing.assert_array_equal(used(a, b), FLOWS[name]()(a, b))


@pytest.mark.parametrize("name", FLOWS)
def test_values_out_of_range_are_clipped(name):
    a, b = moved(64, 64)
    wild = a.copy()
    wild[5:9, 5:9] = (np.nan, 7, -3)
    assert np.isfinite(FLOWS[name]()(wild, b)).all()


@pytest.mark.parametrize("name", FLOWS)
def test_frames_that_do_not_fit_are_refused(name):
    a, b = moved(32, 32)
    estimator = FLOWS[name]()
    assert estimator.name == name
    with pytest.raises(ValueError, match="two frames of one size"):
        estimator(a, b[1:])
    with pytest.raises(ValueError, match=r"b is uint8 \(32, 32, 3\)"):
        estimator(a, (b * 255).astype(np.uint8))
    with pytest.raises(ValueError, match=r"a is float32 \(32, 32\)"):
        estimator(a[..., 0], b)
