"""What earlier frames say about this one, on flows that are known."""

from dataclasses import replace

import numpy as np
import pytest

from frames import moving_clip, texture
from neural_style import motion
from neural_style.cache import State
from neural_style.methods import METHODS
from neural_style.temporal import carry, photometric_reliability

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
    first, second = carry(flow, STILL, state(0.5, 0).source, [state(0.25, 1), state(0.125, 2)])
    inside = (slice(4, -4), slice(14, -4))
    assert np.all(first.reliability[inside] == 1)
    assert np.all(second.reliability[inside] == 0)
    assert np.allclose(first.picture[:, 2:], state(0.25, 1).picture[:, :-2], atol=1e-5)
    assert np.all(first.reliability[:, :2] < 0.5)


@pytest.mark.parametrize(("near", "far", "left"), [(0.5, 0.7, 0.2), (0.7, 0.5, 0.0), (0.0, 0.6, 0.6)])
def test_the_nearer_ones_are_taken_away(monkeypatch, near, far, left):
    """c_j ← max(0, c_j − Σ of the nearer, as already reduced): by hand on one value everywhere."""
    values = iter([near, far, 0.9])
    monkeypatch.setattr(
        motion, "reliability", lambda flow, reverse, **_: np.full(flow.shape[:2], next(values), np.float32)
    )
    flow = Known({0.5: 0.0, 0.25: 0.0, 0.125: 0.0, 0.75: 0.0})
    found = carry(flow, STILL, state(0.5, 0).source, [state(0.25, 1), state(0.125, 2), state(0.75, 3)])
    assert [float(c.reliability[0, 0]) for c in found] == pytest.approx([near, left, max(0, 0.9 - near - left)])


def test_a_source_that_changed_is_trusted_less():
    """The flow is right, but a light went on in the right quarter; where it did everywhere, nothing was uncovered."""
    a, b = moving_clip(2)
    changed = b.copy()
    changed[:, 48:] = np.clip(changed[:, 48:] + 0.3, 0, 1)
    (found,) = carry(motion.DISFlow(), METHODS["steady"], changed, [State(a, a)])
    assert found.reliability[8:-8, 8:40].mean() > 0.9
    assert found.reliability[8:-8, 52:-4].mean() < 0.2
    dimmed, still = 0.5 * a, np.zeros((48, 64, 2), np.float32)
    assert photometric_reliability(dimmed, dimmed + np.float32(0.1), still, 0.025).min() > 0.99
