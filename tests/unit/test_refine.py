"""Flow moved to edges: on a square that slides over another texture, whose motion is known at every pixel."""

import numpy as np

from frames import texture
from neural_style.motion import DISFlow, to_edges

STEP = 7


def scene():
    """Two frames, (H, W, 3), and the flow from the first to the second: a square moves right over a still ground."""
    ground, square = texture(96, 128, 1), texture(40, 40, 2)
    first, second, flow = ground.copy(), ground.copy(), np.zeros((96, 128, 2), np.float32)
    first[28:68, 40:80] = second[28:68, 40 + STEP : 80 + STEP] = square
    flow[28:68, 40:80, 0] = STEP
    return first, second, flow


def wrong(flow, truth, margin):
    """The share of pixels within `margin` of the square's edge, on either side, that are off by over a pixel."""
    near = np.zeros(truth.shape[:2], bool)
    near[28 - margin : 68 + margin, 40 - margin : 80 + margin] = True
    near[28 + margin : 68 - margin, 40 + margin : 80 - margin] = False
    near[28:68, 80 : 80 + STEP] = False  # what will be covered has no place in the second frame
    return float((np.abs(flow - truth).max(axis=2) > 1)[near].mean())


def test_edges_are_found():
    first, second, truth = scene()
    flow = DISFlow()(first, second)
    better = to_edges(flow, first, second)
    assert better.shape == flow.shape and better.dtype == np.float32
    assert wrong(flow, truth, 8) > 0.03
    assert wrong(better, truth, 8) < 0.7 * wrong(flow, truth, 8)


def test_what_is_right_stays():
    first, second, truth = scene()
    assert np.abs(to_edges(truth, first, second) - truth)[28:68, 44:76].max() == 0
    still = np.zeros_like(truth)
    assert np.array_equal(to_edges(still, first, first), still)


def test_grain_decides_nothing():
    """Two noisy pictures of one texture, with a jump in the flow that the colours do not ask for: it stays."""
    clean = 0.3 + 0.4 * np.full((64, 64, 3), 0.5, np.float32)
    rng = np.random.default_rng(0)
    a, b = (clean + rng.normal(0, 0.03, clean.shape).astype(np.float32) for _ in range(2))
    flow = np.zeros((64, 64, 2), np.float32)
    flow[:, 32:, 0] = 3
    assert (to_edges(flow, a, b) != flow).mean() < 0.02


def test_the_last_bit_of_a_float_decides_nothing():
    """A source that went through another colour space and back, off by 1e-6, has the very same flow."""
    first, second, _ = scene()
    whole = [np.rint(frame * 255).astype(np.float32) / 255 for frame in (first, second)]
    flow = DISFlow()(*whole)
    rng = np.random.default_rng(0)
    off = [frame + rng.normal(0, 1e-6, frame.shape).astype(np.float32) for frame in whole]
    assert np.array_equal(to_edges(flow, *off), to_edges(flow, *whole))
