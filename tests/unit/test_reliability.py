"""Reliability: native, torch and OpenCL against the plain reference, and the cases one can say by heart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import motion_reference
from motion_reference import BACKENDS, NAMES, need
from neural_style import motion

sides = st.integers(1, 12)
steps = st.one_of(st.floats(-3, 3, width=32), st.sampled_from([0.0, 1.0, -1.0, 0.125, np.nan, np.inf, 1e30]))


@st.composite
def cases(draw):
    shape = (draw(sides), draw(sides), 2)
    flow = draw(hnp.arrays(np.float32, shape, elements=steps))
    if draw(st.booleans()):  # mostly consistent, so that all three codes occur
        reverse = -flow + draw(hnp.arrays(np.float32, shape, elements=st.floats(-0.5, 0.5, width=32)))
    else:
        reverse = draw(hnp.arrays(np.float32, shape, elements=steps))
    return flow, reverse


def shift(height, width, u, v):
    flow = np.full((height, width, 2), (u, v), np.float32)
    return flow, -flow


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("motion_boundaries", [True, False])
@settings(max_examples=50, deadline=None)
@given(case=cases())
def test_agrees_with_the_plain_reference(backend, motion_boundaries, case):
    flow, reverse = case
    with np.errstate(all="ignore"):
        expected = motion_reference.reliability(flow, reverse, motion_boundaries)
    result = backend.reliability(flow, reverse, motion_boundaries)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("motion_boundaries", [True, False])
def test_agrees_on_a_flow_with_all_three_codes(backend, motion_boundaries):
    random = np.random.default_rng(4)
    flow = np.kron(random.standard_normal((6, 8, 2)), np.ones((12, 10, 1))).astype(np.float32) * 2
    flow += random.standard_normal(flow.shape).astype(np.float32) * 0.01
    reverse = motion.warp(-flow, -flow)
    expected = motion_reference.reliability(flow, reverse, motion_boundaries)
    assert (expected == 0).mean() > 0.05
    assert (expected > 0.999).mean() > 0.1
    np.testing.assert_allclose(backend.reliability(flow, reverse, motion_boundaries), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_still_picture_is_reliable_but_for_the_last_row_and_column(backend):
    """There the 2×2 neighbourhood leaves the image: code 0, and the Gaussian reaches two pixels inwards."""
    result = backend.reliability(*shift(20, 30, 0, 0))
    np.testing.assert_allclose(result[:-3, :-3], 1, rtol=0, atol=1e-6)
    assert (result[-1] < 0.6).all()
    assert (result[:, -1] < 0.6).all()


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_leaves_the_image_is_not_reliable(backend):
    result = backend.reliability(*shift(20, 30, 10, 0))
    assert (result[2:-3, 2:17] == pytest.approx(1, abs=1e-6)) and (result[:, 22:] == 0).all()


@pytest.mark.parametrize("backend", BACKENDS)
def test_occlusion_bleeds_outward_further_than_a_boundary_does(backend):
    """One disagreeing pixel is −255: with its eight weights it pulls its neighbours down twice as far as 0 would."""
    flow, reverse = shift(15, 15, 0, 0)
    reverse[7, 7] = (5, 5)
    result = backend.reliability(flow, reverse)
    weights = np.exp(-0.5 * (np.arange(-2, 3) / 0.8) ** 2)
    weights /= weights.sum()
    assert result[7, 7] == pytest.approx(max(0, 1 - 2 * weights[2] ** 2), abs=1e-5)
    assert result[7, 8] == pytest.approx(1 - 2 * weights[2] * weights[1], abs=1e-5)
    assert result[7, 10] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("backend", BACKENDS)
def test_motion_boundaries_can_be_left_out(backend):
    """The border between still and moving, where both flows agree: only the boundary test objects."""
    flow = np.zeros((20, 40, 2), np.float32)
    flow[:, 20:] = (0, 0.6)  # too little to be taken for an occlusion
    with_test, without = (backend.reliability(flow, -flow, b)[3:-4, 3:-4] for b in (True, False))
    assert (without == pytest.approx(1, abs=1e-6)) and with_test.min() < 0.3
    np.testing.assert_allclose(with_test[:, :12], 1, rtol=0, atol=1e-6)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_flow_that_is_not_finite_is_never_reliable(backend):
    for bad in (np.nan, np.inf, -np.inf):
        flow, reverse = shift(12, 12, 0, 0)
        flow[4:9, 4:9] = bad
        assert backend.reliability(flow, reverse)[6, 6] == 0
        flow, reverse = shift(12, 12, 0, 0)
        reverse[4:9, 4:9] = bad
        assert backend.reliability(flow, reverse)[6, 6] == 0


def test_threads_change_nothing():
    native = motion_reference.Native()
    random = np.random.default_rng(1)
    flow = (random.standard_normal((203, 301, 2)) * 0.05).astype(np.float32)
    alone = native.reliability(flow, -flow, True, 1)
    assert 0.1 < alone.mean() < 0.9
    for threads in (0, 2, 3, 8):
        np.testing.assert_array_equal(native.reliability(flow, -flow, True, threads), alone)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        (lambda f, r: (f.astype(np.float64), r), TypeError, r"flow is float64 \(6, 7, 2\)"),
        (lambda f, r: (f, r.tolist()), TypeError, "reverse is a list"),
        (lambda f, r: (f[..., 0], r), ValueError, r"flow has shape \(6, 7\); expected \(H, W, 2\)"),
        (lambda f, r: (f, r[:, 1:]), ValueError, r"reverse has shape \(6, 6, 2\).*of the size of \(6, 7, 2\)"),
    ],
)
def test_says_which_argument_is_wrong(monkeypatch, name, change, error, said):
    monkeypatch.setenv("NEURAL_STYLE_WARP", need(name))
    with pytest.raises(error, match=said):
        motion.reliability(*change(*shift(6, 7, 0, 0)))
