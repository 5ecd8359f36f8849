"""Mask, and Flow and Reliability on request: known pictures through the node."""

import cv2
import numpy as np
import pytest
from test_values import srgb

FRAMES, HEIGHT, WIDTH = 3, 64, 96

#: Pixels that the texture moves to the right in a frame.
STEP = 4


@pytest.fixture(scope="module")
def done(blender, tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    noise = np.random.default_rng(5).integers(64, 192, (8, 20, 3), np.uint8)  # no step of it is a cut
    wide = cv2.resize(noise, (160, HEIGHT), interpolation=cv2.INTER_CUBIC)
    for number in range(FRAMES):
        left = STEP * (FRAMES - number)
        cv2.imwrite(str(folder / f"in{number + 1:04d}.png"), wide[:, left : left + WIDTH])
    return blender.run("sockets", folder / "in0001.png", FRAMES)


def test_the_sockets(done):
    assert done.said["sockets"] == [["Image", "Mask", "Vector", "Depth"], ["Image", "Flow", "Reliability"]]
    assert done.said["mask_default"] == 1


def mask() -> np.ndarray:
    """That of the script, clipped, top row first."""
    values = np.linspace(-0.25, 1.25, WIDTH)[None] * np.ones((HEIGHT, 1))
    values[: HEIGHT // 2] = 0
    return np.clip(values[::-1], 0, 1)[..., None]


@pytest.mark.parametrize(("name", "weight"), [("masked", 1.0), ("masked_half", 0.5)])
def test_the_mask_mixes_pixel_by_pixel(done, name, weight):
    """Exactly as the style weight does, in sRGB; and where it is 0 the source is left as it is, bit for bit."""
    for source, whole, masked in zip(*(done.frames(n) for n in ("source", "whole", name)), strict=True):
        expected = (1 - weight * mask()) * srgb(source) + weight * mask() * srgb(whole)
        assert np.abs(srgb(masked) - expected)[..., :3].max() < 2e-3
        bare = mask()[..., 0] == 0
        np.testing.assert_array_equal(masked[bare], source[bare])
        assert np.abs(whole - source)[~bare].mean() > 0.03
        np.testing.assert_array_equal(masked[..., 3], source[..., 3])


def test_a_mask_of_another_size_lies_in_the_middle(done):
    middle = np.zeros((HEIGHT, WIDTH), bool)
    middle[HEIGHT // 4 : -HEIGHT // 4, WIDTH // 4 : -WIDTH // 4] = True
    for source, whole, small in zip(*(done.frames(n) for n in ("source", "whole", "small")), strict=True):
        np.testing.assert_allclose(small[~middle], source[~middle], atol=1e-5)
        np.testing.assert_allclose(small[middle], whole[middle], atol=1e-4)


def test_nothing_wired_in_is_a_number(done):
    for source, whole, half in zip(*(done.frames(n) for n in ("source", "whole", "half")), strict=True):
        assert np.abs(srgb(half) - (srgb(source) + srgb(whole)) / 2)[..., :3].max() < 2e-3
    keyed, source, whole = (done.frames(n) for n in ("keyed", "source", "whole"))
    np.testing.assert_array_equal(keyed[0], source[0])
    assert np.abs(srgb(keyed[1]) - (srgb(source[1]) + srgb(whole[1])) / 2)[..., :3].max() < 2e-3
    np.testing.assert_allclose(keyed[2], whole[2], atol=1e-4)


def test_a_black_mask_paints_nothing(done):
    for source, black in zip(done.frames("source"), done.frames("black"), strict=True):
        np.testing.assert_array_equal(black, source)
    assert "mask is black" in done.said["black"]


def test_nothing_is_sent_that_is_not_wired(done):
    planes = [plane for planes, _ in done.said["told"] for plane in planes]
    assert planes == ["mask"] * 3 * FRAMES, "of the three renders with a mask that is not black"
    assert all(outputs == [] for _, outputs in done.said["told"])
    assert done.said["told_of_outputs"] == [[[], ["flow"]]] * FRAMES + [[[], ["reliability"]]] * FRAMES
    assert done.said["left"] == [] and done.said["images"] == []


def test_flow_as_a_picture(done):
    """White where nothing is known, and the colour of the direction: to the right is red."""
    first, *others = (srgb(frame) for frame in done.frames("flow"))
    np.testing.assert_allclose(first[..., :3], 1, atol=1e-5)
    for frame in others:
        inside = np.median(frame[16:-16, 24:-16, :3], axis=(0, 1))
        # Of STEP pixels a frame in 96: more than the full speed, a 36th of the width.
        np.testing.assert_allclose(inside, (1, 0, 0), atol=0.12)


def test_reliability_as_a_picture(done):
    first, *others = done.frames("reliability")
    assert not first[..., :3].any()
    for frame in others:
        assert frame[16:-16, 24:-16, 0].mean() > 0.8
        assert frame[:, : STEP - 2, 0].mean() < 0.4, "what came in is not held to anything"
