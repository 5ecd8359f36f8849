"""The benchmark: its yardsticks do what the engine does, and its floor counts what is computed."""

import numpy as np
import pytest
import torch

from frames import texture
from neural_style import motion
from neural_style.bench import opencv_chain, timing


def flows(height, width):
    """A smooth flow that leaves the frame at some pixels, and its reverse, wrong in one place."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    flow = np.stack((1.7 + np.sin(y / 9), 0.6 * np.cos(x / 11) - 0.4), -1).astype(np.float32)
    reverse = -flow
    reverse[10:20, 30:45] += 6
    return flow, reverse


@pytest.mark.parametrize("kernel", ["bilinear", "lanczos4"])
def test_the_opencv_chain_warps_as_the_engine_does(kernel):
    image, (flow, _) = texture(48, 64), flows(48, 64)
    difference = np.abs(opencv_chain.warp(image, flow, kernel) - motion.warp(image, flow, kernel))
    assert difference.max() < 0.01  # 1/64 of a pixel off at most, in a texture of 8 pixels
    assert np.abs(image - motion.warp(image, flow, kernel)).max() > 0.1


@pytest.mark.parametrize("boundaries", [True, False])
def test_the_opencv_chain_trusts_what_the_engine_does(boundaries):
    flow, reverse = flows(48, 64)
    theirs = opencv_chain.reliability(flow, reverse, boundaries)
    ours = motion.reliability(flow, reverse, boundaries)
    assert 0.02 < (ours < 0.5).mean() < 0.5
    # A pixel whose position was rounded may fall on the other side of a threshold.
    assert (np.abs(theirs - ours) > 0.01).mean() < 0.02


def test_times_are_taken_in_turns():
    said = []
    work = {name: (lambda name=name: said.append(name)) for name in "ab"}
    seconds = timing.in_turns(work, 3, torch.device("cpu"))
    assert "".join(said) == "ababbaab"
    assert {name: len(values) for name, values in seconds.items()} == {"a": 3, "b": 3}
    assert timing.ratio({"a": [1, 6, 2], "b": [2, 2, 4]}, "a", "b") == timing.Spread(0.5, 0.5, 3)
