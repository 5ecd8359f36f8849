"""A 3D scene's render is painted, and is rendered once per frame."""

import numpy as np
import pytest


@pytest.fixture(scope="module")
def layers(blender):
    return blender.run("layers")


def picture(frame: int) -> np.ndarray:
    """What the counting engine renders; row 0 at the bottom there, and the bars are chosen to look the same here."""
    y, x = np.mgrid[:64, :96]
    bars = (x // 8 + (63 - y) // 8) % 2
    return np.stack([bars, frame / 10 + 0 * x, 1 - bars, np.ones_like(x)], -1).astype(np.float32)


def frames_of(rendered) -> list[int]:
    return [frame for _, frame in rendered]


def test_rendered_once(layers):
    assert frames_of(layers.said["once"]) == [1, 2, 3]
    assert frames_of(layers.said["painted"]) == [1, 2, 3]
    assert layers.said["muted_after"] is False


def test_weight_zero_is_the_render(layers):
    for number, frame in enumerate(layers.frames("zero"), 1):
        np.testing.assert_array_equal(frame, picture(number))


def test_painted(layers):
    painted = layers.frames("one")
    assert len(painted) == 3
    for number, frame in enumerate(painted, 1):
        assert np.abs(frame - picture(number)).mean() > 0.05


def test_a_branch_that_shows_the_render(layers):
    painted, mixed = layers.frames("one"), layers.frames("branch")
    for number in (1, 2, 3):
        np.testing.assert_allclose(mixed[number - 1][:, :48], picture(number)[:, :48], atol=1e-6)
        np.testing.assert_allclose(mixed[number - 1][:, 48:], painted[number - 1][:, 48:], atol=1e-6)
    # Once for the painting, once for the branch.
    assert sorted(frames_of(layers.said["branch"])) == [1, 1, 2, 2, 3, 3]


def test_saved_while_it_renders(layers):
    assert layers.said["muted_meanwhile"], "the render itself is spared the 3D pass"
    assert layers.said["opened"] == {"muted": [False], "shown": False, "scenes": 1}
