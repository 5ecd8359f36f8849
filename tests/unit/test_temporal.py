"""What earlier frames say about this one, on flows that are known."""

from dataclasses import replace

import numpy as np
import pytest

from frames import moving_clip, texture
from neural_style import motion
from neural_style.cache import State
from neural_style.methods import METHODS, Photometric
from neural_style.motion import EstimatedMotion, Motion, photometric_reliability
from neural_style.painter import Painter
from neural_style.temporal import carry

STILL = replace(METHODS["ruder-long-term"], motion_boundaries=False)


class Known:
    """A flow that is the same everywhere in a frame, by the frame's own red value in the corner."""

    name = "known"

    def __init__(self, moves: dict[float, float]) -> None:
        self.moves = moves

    def __call__(self, a, b):
        flow = np.zeros((*a.shape[:2], 2), np.float32)
        flow[..., 0] = self.moves[float(b[0, 0, 0])] - self.moves[float(a[0, 0, 0])]
        return flow


def state(mark: float, seed: int) -> State:
    source = np.full((24, 40, 3), mark, np.float32)
    return State(source, texture(24, 40, seed))


def test_the_nearest_that_shows_a_pixel_is_trusted():
    """Two pixels a frame to the right: the one before lacks the two columns that came in, as do the others."""
    flow = Known({0.5: 0.0, 0.25: -2.0, 0.125: -8.0})
    first, second = carry(EstimatedMotion(flow, STILL), STILL, state(0.5, 0).source, [state(0.25, 1), state(0.125, 2)])
    inside = (slice(4, -4), slice(14, -4))
    assert np.all(first.reliability[inside] == 1)
    assert np.all(second.reliability[inside] == 0)
    assert np.allclose(first.picture[:, 2:], state(0.25, 1).picture[:, :-2], atol=1e-5)
    assert np.all(first.reliability[:, :2] < 0.5)


@pytest.mark.parametrize(("near", "far", "left"), [(0.5, 0.7, 0.2), (0.7, 0.5, 0.0), (0.0, 0.6, 0.6)])
def test_the_nearer_ones_are_taken_away(near, far, left):
    """c_j ← max(0, c_j − Σ of the nearer, as already reduced): by hand on one value everywhere."""
    values = iter([near, far, 0.9])

    def estimate(frame, earlier):
        return Motion(np.zeros((24, 40, 2), np.float32), np.full((24, 40), next(values), np.float32))

    found = carry(estimate, STILL, state(0.5, 0).source, [state(0.25, 1), state(0.125, 2), state(0.75, 3)])
    assert [float(c.reliability[0, 0]) for c in found] == pytest.approx([near, left, max(0, 0.9 - near - left)])


def test_a_source_that_changed_is_trusted_less():
    """The flow is right, but a light went on in the right quarter; where it did everywhere, nothing was uncovered."""
    a, b = moving_clip(2)
    changed = b.copy()
    changed[:, 48:] = np.clip(changed[:, 48:] + 0.3, 0, 1)
    (found,) = carry(EstimatedMotion(motion.DISFlow(), METHODS["steady"]), METHODS["steady"], changed, [State(a, a)])
    assert found.reliability[8:-8, 8:40].mean() > 0.9
    assert found.reliability[8:-8, 52:-4].mean() < 0.2
    still = np.zeros((48, 64, 2), np.float32)
    assert photometric_reliability(a, np.float32(0.8) * a, still, METHODS["steady"].photometric).min() > 0.9


def test_a_method_gets_the_motion_that_it_takes():
    painter, (a, b) = Painter(flow="dis"), moving_clip(2)
    plain, back = painter.flow(b, a), painter.flow(a, b)
    flow, reliability = painter.motion_for(METHODS["fast"])(b, a)
    np.testing.assert_array_equal(flow, plain)
    np.testing.assert_array_equal(reliability, motion.reliability(plain, back, motion_boundaries=True))
    flow, reliability = painter.motion_for(METHODS["steady"])(b, a)
    there, back = motion.to_edges(plain, b, a), motion.to_edges(back, a, b)
    colours = photometric_reliability(b, a, there, METHODS["steady"].photometric)
    np.testing.assert_array_equal(flow, there)
    np.testing.assert_array_equal(reliability, motion.reliability(there, back, motion_boundaries=False) * colours)


def test_another_light_is_not_another_thing():
    """One factor on all channels counts as lightness, what is left as colour: both parts known by hand."""
    before, still = np.full((32, 48, 3), (0.6, 0.3, 0.2), np.float32), np.zeros((32, 48, 2), np.float32)
    shaded, other = before.copy(), before.copy()
    shaded[8:16, 8:20] *= 0.8
    # As far away, in a direction at right angles to the mean of both colours.
    other[8:16, 8:20] += np.float32(0.14) * np.array([1, -2, 0], np.float32) / np.sqrt(np.float32(5))
    lenient, strict = Photometric(lightness=1e3, colour=0.02), Photometric(lightness=0.02, colour=1e3)
    inner = np.s_[10:14, 10:18]
    assert photometric_reliability(shaded, before, still, lenient)[inner].min() > 0.9
    assert photometric_reliability(other, before, still, lenient)[inner].max() < 0.01
    assert photometric_reliability(shaded, before, still, strict)[inner].max() < 0.01
    steady = METHODS["steady"].photometric
    assert photometric_reliability(shaded, before, still, steady)[inner].min() > 0.7
    assert photometric_reliability(other, before, still, steady)[inner].max() < 0.05
    once, twice = (
        photometric_reliability(shaded, before, still, Photometric(n * steady.lightness, n * steady.colour))[
            inner
        ].mean()
        for n in (1, 2)
    )
    assert twice == pytest.approx(once ** (1 / 4), rel=1e-3)
