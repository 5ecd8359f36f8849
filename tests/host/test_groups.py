"""Nodes inside groups of the compositor are painted as outside of them, each with its own picture."""

import cv2
import numpy as np
import pytest

FRAMES = 3


@pytest.fixture(scope="module")
def grouped(blender, tmp_path_factory):
    folder = tmp_path_factory.mktemp("frames")
    noise = np.random.default_rng(1).integers(0, 256, (90, 130, 3)).astype(np.uint8)
    texture = cv2.GaussianBlur(noise, (0, 0), 4)
    for number in range(FRAMES):
        cv2.imwrite(str(folder / f"{number + 1:04d}.png"), texture[9 : 9 + 64, 3 * number : 3 * number + 96])
    return blender.run("grouped", folder / "0001.png", FRAMES)


@pytest.mark.parametrize("kind", ["once", "nested"])
def test_as_without_a_group(grouped, kind):
    for plain, other in zip(grouped.frames("plain"), grouped.frames(kind), strict=True):
        np.testing.assert_allclose(other, plain, atol=1e-5)


def test_a_group_that_is_used_twice(grouped):
    for once, darker, both in zip(*map(grouped.frames, ("once", "darker", "twice")), strict=True):
        np.testing.assert_allclose(both, (once + darker) / 2, atol=1e-4)
        assert np.abs(once - darker).mean() > 0.01


def test_the_file_is_as_it_was(grouped):
    assert grouped.said["after"] == grouped.said["before"]
    assert grouped.said["used"] == ["Inner", "Outer"]
    assert not [name for name in grouped.said["groups"] if "Neural Style I" in name]
