"""The example file is made, opens, and its scenes are painted."""

import movies
import pytest

import example


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """A short movie in the place of the one that is fetched."""
    frames = [(90, (10 + number, 45)) for number in range(132)]
    return movies.disc(tmp_path_factory.mktemp("clip") / "clip.avi", frames, (160, 90), 20)


def test_example(blender, clip, tmp_path):
    path = example.make(tmp_path, blender._python, blender._environment, clip)
    done = blender.run("example", path)
    assert done.said["painted"] == {"Footage": [True], "3D with Exact Motion": [True], "Edit": [True]}
    assert all(name.startswith("//") for name in done.said["paths"])
    for name in done.said["painted"]:
        assert done.frame(f"{name}/0050.exr")[..., :3].std() > 0.02
