"""`blender --command neural_style …`: its exit status, its words, and that the parts of a farm make one film."""

import numpy as np
import pytest
from test_bake import clip  # noqa: F401 (a fixture)


@pytest.fixture(scope="module")
def command(blender, clip):  # noqa: F811
    """All of `bake_command.py`."""
    return blender.run("bake_command", clip)


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("nonsense", 2, "ends before it begins"),
        ("nothing", 2, "required"),
        ("help", 0, ""),
        ("no file", 1, "error: the file does not exist: /nowhere.blend"),
        ("no scene", 1, "error: there is no such scene: Other (there are: Shot)"),
        ("too far", 1, "error: these frames are not all of the scene: 3-9 (Shot goes from 1 to 4)"),
        ("empty", 3, ""),
        ("bake", 0, ""),
        ("status", 3, ""),
        ("again", 0, ""),
        ("clear", 0, ""),
    ],
)
def test_exit_status_and_words(command, name, status, words):
    said = command.said[name]
    assert said["status"] == status, said
    assert words in said["errors"]
    assert bool(said["errors"]) == bool(words)


def test_it_bakes_what_the_frame_needs(command):
    assert "frame 3 baked (3 of 3" in command.said["bake"]["out"]
    baked, cleared = command.said["json"]
    assert (baked["frames"], baked["baked"], baked["missing"]) == (4, 3, [4])
    assert baked["bytes"] > 0
    assert "0 of 4 frames" in command.said["empty"]["out"] and "not baked: 1-4" in command.said["empty"]["out"]
    assert "baked already" in command.said["again"]["out"]
    assert (cleared["baked"], cleared["bytes"]) == (0, 0)


def test_a_part_is_that_of_the_whole(command):
    np.testing.assert_array_equal(command.frame("part/0004.exr"), command.frame("whole/0004.exr"))


def test_what_changes_a_3d_scene_s_picture_un_bakes_it(blender):
    said = blender.run("bake_scene").said
    assert said["status"] == 0
    kept = {"opened again", "gone to another frame, selected", "back"}
    assert said["changes"] == {change: 3 if change in kept else 0 for change in said["changes"]}
    assert len(said["changes"]) == 10
