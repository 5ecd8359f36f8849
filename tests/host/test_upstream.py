"""Whatever is wired in is painted, at its own size, with its own alpha; weight 0 gives it back exactly."""

import movies
import numpy as np
import pytest
from test_values import srgb


@pytest.fixture(scope="module")
def upstream(blender, tmp_path_factory):
    """A short movie, and all else, through `upstream.py`."""
    frames = [(40 * (number + 1), (30 + 20 * number, 20)) for number in range(3)]
    return blender.run("upstream", movies.disc(tmp_path_factory.mktemp("movie") / "in.avi", frames, (128, 54), 12))


def test_movie_and_colour_node(upstream):
    given, got = upstream.frames("movie_in"), upstream.frames("movie_out")
    assert len(given) == len(got) == 3
    for before, after in zip(given, got, strict=True):
        np.testing.assert_array_equal(after, before)
    assert np.abs(given[0] - given[1]).mean() > 0.02, "the movie moves"


@pytest.mark.parametrize(("width", "height"), [(333, 187), (200, 101)])
def test_odd_size_alpha_and_bright(upstream, width, height):
    given, zero, one = (upstream.frame(f"odd{width}_{name}.exr") for name in ("in", "zero", "one"))
    assert given.shape == (height, width, 4)
    np.testing.assert_array_equal(zero, given)
    np.testing.assert_array_equal(one[..., 3], given[..., 3])
    clear = given[..., 3] == 0
    assert clear.any() == (width == 333)
    np.testing.assert_array_equal(one[clear], given[clear])
    assert given[..., 0].max() > 1.2
    assert np.abs(one[~clear] - given[~clear]).mean() > 0.05, "it is painted"


def test_moved_before(upstream):
    given, zero = upstream.frame("moved_in.exr"), upstream.frame("moved_zero.exr")
    np.testing.assert_array_equal(zero, given)
    assert not given[-1].any() or not given[0].any(), "the picture is moved up or down"


def test_two_in_a_row(upstream):
    names = ("first", "second", "both", "second_muted", "second_zero", "first_zero")
    first, second, both, second_muted, second_zero, first_zero = (srgb(upstream.frame(f"{name}.exr")) for name in names)
    np.testing.assert_array_equal(second_zero, first)
    np.testing.assert_array_equal(second_muted, first)
    np.testing.assert_array_equal(first_zero, second)
    assert np.abs(both - first).mean() > 0.05
    assert np.abs(both - second).mean() > 0.05


def test_single_colour(upstream):
    colour = upstream.frame("colour.exr")
    np.testing.assert_array_equal(colour, np.broadcast_to(np.float32([0.5, 0.25, 2.0, 1.0]), (64, 96, 4)))


def test_nothing_wired_in(upstream):
    nothing = upstream.frame("nothing.exr")
    assert nothing.shape == (64, 96, 4)
    assert not nothing[..., :3].any()
    assert "othing is wired" in upstream.said["nothing"]
