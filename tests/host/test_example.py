"""The example file is made, opens, and its scenes are painted."""

import cv2
import numpy as np
import pytest

import example


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """A short movie in the place of the one that is fetched."""
    path = tmp_path_factory.mktemp("clip") / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 25, (160, 90))
    for number in range(132):
        frame = np.full((90, 160, 3), 90, np.uint8)
        cv2.circle(frame, (10 + number, 45), 20, (30, 200, 90), -1)
        writer.write(frame)
    writer.release()
    return path


def test_example(blender, clip, tmp_path):
    path = example.make(tmp_path, blender._python, blender._environment, clip)
    done = blender.run("example", path)
    assert done.said["painted"] == {"Footage": [True], "3D with Exact Motion": [True], "Edit": [True]}
    assert all(name.startswith("//") for name in done.said["paths"])
    for name in done.said["painted"]:
        assert done.frame(f"{name}/0050.exr")[..., :3].std() > 0.02
