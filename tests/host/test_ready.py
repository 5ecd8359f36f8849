"""The ready-made groups: Blender writes them itself, and they paint."""

import cv2
import numpy as np
import pytest
from test_values import srgb

NAMES = ["Painting", "Painting That Fades In", "Painting, Original Colours"]


@pytest.fixture(scope="module")
def ready(blender, tmp_path_factory):
    path = tmp_path_factory.mktemp("still") / "0001.png"
    y, x = np.mgrid[:64, :96]
    picture = np.stack([x * 2, 255 - y * 3, 60 + 0 * x], -1).astype(np.uint8)
    cv2.imwrite(str(path), cv2.circle(picture, (30, 30), 14, (20, 40, 220), -1))
    return blender.run("ready", path)


def test_they_are_written_and_nothing_is_left(ready):
    assert ready.said["names"] == NAMES
    assert ready.said["after"] == ready.said["before"]
    assert "Neural Style" in ready.said["catalogue"]


def test_they_paint_strips(blender, ready):
    if blender.version == "4.5":
        pytest.skip("strips have no Compositor modifier before Blender 5")
    plain = srgb(ready.frame("plain/0013.exr")[..., :3])
    painted, half, coloured = (srgb(ready.frame(f"strip{number}/0013.exr")[..., :3]) for number in range(3))
    assert np.abs(painted - plain).mean() > 0.05
    np.testing.assert_allclose(half, (plain + painted) / 2, atol=2e-3)  # in the middle of the second
    chroma = [cv2.cvtColor(np.clip(each, 0, 1), cv2.COLOR_RGB2Lab)[..., 1:] for each in (plain, painted, coloured)]
    assert np.abs(chroma[2] - chroma[0]).mean() < np.abs(chroma[1] - chroma[0]).mean() / 4


def test_one_fades_in_over_a_second(blender, ready):
    if blender.version == "4.5":
        pytest.skip("its driver is read through the compositor there, as that of any node")
    assert ready.said["weights"]["Painting That Fades In"] == pytest.approx([0, 0.5, 1, 1])
    assert ready.said["weights"]["Painting"] == [1, 1, 1, 1]
