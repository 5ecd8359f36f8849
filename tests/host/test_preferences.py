"""The preferences reach the engine, the cache is counted and cleared, and an error names the button that mends it."""

import cv2
import numpy as np
import pytest


@pytest.fixture(scope="module")
def done(blender, tmp_path_factory):
    noise = np.random.default_rng(1).integers(0, 256, (8, 12, 3), np.uint8)
    image = tmp_path_factory.mktemp("images") / "in1.png"
    cv2.imwrite(str(image), cv2.resize(noise, (96, 64), interpolation=cv2.INTER_CUBIC))
    return blender.run("prefs", image)


def test_what_is_set_reaches_the_engine(done):
    said = done.said
    nothing = dict.fromkeys(("device", "memory", "cache", "log_level", "torch_index"))
    assert said["before"] == nothing | {"cache_limit": "3"}
    # What was set before Blender started is stronger.
    assert said["set"] == nothing | {
        "device": "cpu", "memory": "7.5", "log_level": "info", "cache": str(done.folder / "kept"), "cache_limit": "3"
    }  # fmt: skip
    assert said["tested"] == ["FINISHED"] and said["same"]
    assert said["painted"] == [["FINISHED"], "Frame 1 · " + said["painted"][1].split(" · ", 1)[1], False]
    assert said["painted"][1].endswith(" s a frame · CPU")
    assert said["kept"] == 3, "the trial's two frames, and this one"
    assert "neural-style: Scene/Neural Style, frame 1: " in done.text, "the log level"
    assert "AFTER {'device': None, 'memory': None, 'cache': None, 'cache_limit': '3', 'log_level': None" in done.text


def test_the_cache_is_counted_and_cleared_and_nothing_else(done):
    assert done.said["counted"] > 10_000
    assert done.said["cleared"] == [0, ["mine.txt"]]


def test_what_is_wrong_names_the_button_that_mends_it(done):
    said = done.said
    assert said["device"] == [["CANCELLED"], "the device does not work here: mps", True, "preferences"]
    assert said["forgotten"] == "", "once the preferences changed"
    text, is_error, remedy = said["weights"]
    assert "is not fetched yet, and online access is off" in text and is_error and remedy == "online"
    assert all(said["operators"]) and said["less"] == ["LOW", ""]
