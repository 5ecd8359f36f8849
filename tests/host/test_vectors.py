"""A 3D scene of known motion with its Vector and Depth passes wired in: signs, occlusion, and what is sent when.

EEVEE's shaders take a minute to compile without a graphics card: it is tried where NEURAL_STYLE_EEVEE is set.
"""

import os

import numpy as np
import pytest
from test_values import srgb

HEIGHT, WIDTH, STEP = 64, 96, (3, 2)


@pytest.fixture(scope="module")
def done(blender):
    return blender.run("vectors", "CYCLES")


@pytest.fixture(scope="module")
def eevee(blender):
    if not os.environ.get("NEURAL_STYLE_EEVEE"):
        pytest.skip("NEURAL_STYLE_EEVEE is not set")
    return blender.run("vectors", "EEVEE")


def square(frame: int) -> np.ndarray:
    """Where the square is, (H, W), row 0 at the top."""
    inside = np.zeros((HEIGHT, WIDTH), bool)
    inside[12 + 2 * frame : 32 + 2 * frame, 18 + 3 * frame : 38 + 3 * frame] = True
    return inside


def test_what_is_sent_when(done):
    told = {name: found["told"] for name, found in done.said.items() if name != "off"}
    assert told["estimated"] == told["depth_alone"] == [[], [], []]
    assert told["both"] == told["flow"] == told["reliability"] == [["depth", "vectors"]] * 3
    assert told["vectors"] == [["vectors"]] * 3
    assert told["second"] == [[], []], "the vectors of every second frame lead to a frame that is not rendered"


def test_the_signs(done):
    signs_are_right(done, 3)


def test_the_signs_in_eevee(eevee):
    signs_are_right(eevee, 2)


def signs_are_right(done, frames: int) -> None:
    """(right, down) to the frame before, then to the frame after; and the distances."""
    for frame in range(1, frames + 1):
        planes = np.load(done.folder / f"both{frame}.npz")
        expected = np.where(square(frame)[..., None], (-3, -2, 3, 2), 0)
        np.testing.assert_allclose(planes["vectors"], expected, atol=0.01)
        np.testing.assert_allclose(planes["depth"], np.where(square(frame), 9, 10), rtol=1e-3)


def test_the_vectors_are_in_the_key(done):
    runs = {name: set(done.said[name]["keys"]) for name in ("estimated", "depth_alone", "both", "vectors")}
    assert runs["estimated"] == runs["depth_alone"]
    assert done.said["both"]["keys"] == done.said["flow"]["keys"], "asking for the flow paints nothing anew"
    for one, other in (("estimated", "both"), ("estimated", "vectors"), ("both", "vectors")):
        assert not runs[one] & runs[other]


@pytest.mark.parametrize("name", ["reliability", "vectors"])
def test_what_was_hidden_is_known_exactly(done, name):
    """Of the wall, what the square has just uncovered, and no other pixel, is not held to the frame before."""
    for frame, picture in enumerate(done.frames(name), 1):
        if frame == 1:
            assert not picture[..., :3].any()
            continue
        uncovered = square(frame - 1) & ~square(frame)
        assert picture[uncovered, 0].max() == 0
        assert (picture[~uncovered, 0] > 0.9).mean() > 0.99


@pytest.mark.parametrize("name", ["flow", "small"])
def test_the_flow_is_the_motion(done, name):
    """The colour of (3, 2), to the right and down, in the square; white elsewhere; also painted at half the width."""
    hue = np.arctan2(STEP[1], STEP[0]) / (np.pi / 3)  # in sixths: from red, 0, towards yellow, 1
    for frame, picture in enumerate(done.frames(name), 1):
        if frame == 1:
            continue
        sharp = np.s_[...] if name == "flow" else np.s_[1::2, 1::2]  # scaled up, edges are soft
        inside, colours = square(frame)[sharp], srgb(picture)[sharp]
        full = 1 - min(1, (np.hypot(*STEP) * 36 / WIDTH) ** 0.5)
        middle = np.median(colours[inside], axis=0)[:3]
        np.testing.assert_allclose(middle, (1, full + (1 - full) * hue, full), atol=0.02)
        assert (np.abs(colours[~inside][:, :3] - 1).max(-1) < 0.02).mean() > 0.97


def test_exact_motion_holds_better(done):
    """Along the known motion the painted square changes less than with estimated flow."""

    def change(name: str) -> float:
        frames = [srgb(frame)[..., :3] for frame in done.frames(name)]
        moved = [np.roll(frame, (STEP[1], STEP[0]), (0, 1)) for frame in frames]
        apart = [
            np.square(frames[n] - moved[n - 1])[square(n + 1)].mean() for n in (1, 2)
        ]  # fmt: skip
        return float(np.mean(apart))

    assert change("both") < 0.7 * change("estimated")


def test_a_pass_that_is_off_is_one_sentence(done):
    assert "Vector is wired to a pass that is not rendered" in done.said["off"]
    assert "View Layer" in done.said["off"]
