"""Exact motion: a square that moves before a wall by whole pixels, where every answer can be counted."""

from dataclasses import replace

import numpy as np
import pytest

from neural_style.cache import State
from neural_style.methods import METHODS
from neural_style.motion import DISFlow, EstimatedMotion, Rendered, photometric_reliability, way_back
from neural_style.pixels import motion_to_working, plane_to_working
from neural_style.temporal import carry

HEIGHT, WIDTH, STEP = 32, 48, (3, 2)


def square(frame: int) -> np.ndarray:
    inside = np.zeros((HEIGHT, WIDTH), bool)
    inside[6 + STEP[1] * frame : 16 + STEP[1] * frame, 8 + STEP[0] * frame : 22 + STEP[0] * frame] = True
    return inside


def rendered(frame: int, step=STEP) -> Rendered:
    """What a renderer tells: the square at distance 4, the wall at 5."""
    forth = np.where(square(frame)[..., None], np.float32(step), np.float32(0)).astype(np.float32)
    return Rendered(-forth, forth, np.where(square(frame), np.float32(4), np.float32(5)))


def back(here: Rendered, before: Rendered, with_depth: bool = False):
    here = here if with_depth else replace(here, depth=None)
    return way_back(here, before.after, before.depth if with_depth else None)


@pytest.mark.parametrize("with_depth", [False, True])
def test_what_was_uncovered_is_counted_to_the_pixel(with_depth):
    flow, seen = back(rendered(1), rendered(0), with_depth)
    uncovered = square(0) & ~square(1)
    np.testing.assert_array_equal(seen, ~uncovered)
    np.testing.assert_array_equal(flow, rendered(1).before)


def test_what_came_in_is_not_seen_before():
    """All moves three pixels to the right: the first three columns came in; the fourth came from the border."""
    forth = np.tile(np.float32((3.0000005, 0)), (HEIGHT, WIDTH, 1))
    flow, seen = way_back(Rendered(-forth, forth), forth, None)
    np.testing.assert_array_equal(seen, np.arange(WIDTH)[None] >= np.full((HEIGHT, 1), 3))
    assert (np.arange(WIDTH)[None] + flow[..., 0])[seen].min() == 0, "a rounded vector does not lead out of the frame"


def test_half_floats_are_exact_enough():
    """As EEVEE's are: 60.3 pixels, to a 64th."""
    forth = np.tile(np.float32((20.3, -0.7)), (HEIGHT, WIDTH, 1)).astype(np.float16).astype(np.float32)
    _, seen = way_back(Rendered(np.float32(-1) * np.float32((20.3, -0.7)) + 0 * forth, forth), forth, None)
    assert seen[1:-1, 21:].all()


def test_depth_tells_what_moves_alike():
    """Two things move as one, the nearer shrinks: only its distance tells that it was in front."""
    forth = np.tile(np.float32((1, 0)), (HEIGHT, WIDTH, 1))
    near = np.where(square(0), np.float32(4), np.float32(5))
    here = Rendered(-forth, forth, np.full((HEIGHT, WIDTH), 5, np.float32))
    hidden = np.roll(square(0), 1, axis=1)
    for depth, expected in ((None, 0), (near, hidden.sum())):
        _, seen = way_back(replace(here, depth=None if depth is None else here.depth), forth, depth)
        assert (~seen[:, 1:]).sum() == expected


@pytest.mark.parametrize(("closer", "is_seen"), [(0.98, True), (0.9, False)])
def test_what_comes_nearer_is_not_hidden_by_itself(closer, is_seen):
    still = np.zeros((HEIGHT, WIDTH, 2), np.float32)
    here = Rendered(still, still, np.full((HEIGHT, WIDTH), 10, np.float32))
    assert way_back(here, still, np.full((HEIGHT, WIDTH), 10 * closer, np.float32))[1].all() == is_seen


def test_a_mixed_edge_takes_the_motion_of_its_own_side():
    """Cycles gives the pixels of an edge the mean of two vectors, which no point has."""
    here, before = rendered(1), rendered(0)
    left = 8 + STEP[0]
    mixed = np.array(here.before)
    mixed[:, left] *= 0.4
    flow, seen = way_back(Rendered(mixed, here.after), before.after, None)
    rows = np.nonzero(square(1)[:, left])[0][2:-2]
    assert seen[rows, left].all()
    np.testing.assert_array_equal(flow[rows, left], np.tile(np.float32((-3, -2)), (rows.size, 1)))
    # What was uncovered beside it is still known to have been hidden.
    np.testing.assert_array_equal(seen[:, :left], ~(square(0) & ~square(1))[:, :left])


def test_made_smaller_no_edge_is_blended():
    """At half the width the vectors are half as long, and each is one that was there."""
    vectors = np.where(square(1)[..., None], np.float32((3, -2)), np.float32(0)).astype(np.float32)
    half = motion_to_working(vectors, WIDTH // 2)
    found = {tuple(vector) for vector in half[: HEIGHT // 2, : WIDTH // 2].reshape(-1, 2)}
    assert found == {(0.0, 0.0), (1.5, -1.0)}
    depth = np.where(square(1), np.float32(4), np.float32(5))
    assert set(np.unique(plane_to_working(depth, WIDTH // 2))) == {4, 5}
    assert half.shape == (32, 32, 2), "no frame that is painted has a shorter side"


def test_with_exact_motion_a_shadow_is_trusted_less_and_a_colour_more():
    """Vectors stay with what a shadow passes over; and colours need not tell of a wrong flow."""
    method = METHODS["steady"]
    here = Rendered(*(np.full((HEIGHT, WIDTH, 2), (right, 0), np.float32) for right in (-1, 1)))
    before = np.full((HEIGHT, WIDTH, 3), (0.6, 0.3, 0.2), np.float32)
    shaded, other = before.copy(), before.copy()
    place, inner = np.s_[8:24, 12:36], np.s_[12:20, 16:32]
    shaded[place] *= 0.75
    other[place] += np.float32(0.05) * np.array([1, -2, 0], np.float32) / np.sqrt(np.float32(5))
    state, flow = State(before, before, after=here.after), here.before
    for source, is_more in ((shaded, False), (other, True)):
        estimated = photometric_reliability(source, before, flow, method.photometric)[inner]
        (carried,) = carry(EstimatedMotion(DISFlow(), method), method, source, [state], here)
        np.testing.assert_array_equal(carried.flow[:, 2:], flow[:, 2:])
        assert np.all((carried.reliability[inner] > estimated) == is_more)
        assert carried.reliability[2:6, 2:-2].min() > 0.99
