"""A saved file opens again with the node whole, also after it was saved without the extension."""

import cv2
import numpy as np
import pytest


@pytest.fixture(scope="module")
def saved(blender, tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    for number in (1, 2):
        noise = np.random.default_rng(number).integers(0, 256, (8, 12, 3), np.uint8)
        cv2.imwrite(str(folder / f"in{number}.png"), cv2.resize(noise, (96, 64), interpolation=cv2.INTER_CUBIC))
    return blender.run("saved", folder / "in1.png")


def test_reopens_whole(saved):
    settings = saved.said["settings"] | {"style_weight": 0.25}  # keyframed: that of the frame that it opens at
    assert {name: saved.said["reopened"][name] for name in settings} == settings
    assert saved.said["reopened"]["links"] == [1, 1]
    assert saved.said["reopened"]["type"] == "CompositorNodeNeuralStyle"


def test_renders_the_same(saved):
    before = saved.frames("before")
    for one, other in zip(before, saved.frames("after"), strict=True):
        np.testing.assert_array_equal(other, one)
    assert np.abs(before[0] - before[1]).mean() > 0.05


def test_leaves_nothing_hidden(saved):
    assert saved.said["hidden"] == []


def test_a_file_that_is_saved_while_it_renders_opens_as_if_it_had_not_been(saved):
    assert saved.said["meanwhile"] == saved.said["expected"]


def test_duplicates_are_apart(saved):
    assert saved.said["twins"]


def test_a_file_from_before_gets_the_sockets_that_it_lacks(blender, tmp_path):
    for number in (1, 2):
        noise = np.random.default_rng(number).integers(0, 256, (8, 12, 3), np.uint8)
        cv2.imwrite(str(tmp_path / f"in{number}.png"), cv2.resize(noise, (96, 64), interpolation=cv2.INTER_CUBIC))
    done = blender.run("older", tmp_path / "in1.png")
    whole = {
        "inputs": [["Image", 1], ["Mask", 0], ["Vector", 0], ["Depth", 0]],
        "outputs": [["Image", 1], ["Flow", 0], ["Reliability", 0]],
    }
    assert done.said["saved"] == {"inputs": [["Image", 1]], "outputs": [["Image", 1]]}
    assert done.said["opened"] == done.said["rendered"] == whole
    assert done.said["mask"] == 1
    for before, after, again in zip(*(done.frames(name) for name in ("before", "after", "again")), strict=True):
        np.testing.assert_array_equal(after, before)
        np.testing.assert_array_equal(again, before)
