"""While the engine paints a frame of an animation, Blender captures the next: each once, and the very same pictures."""

import movies
import numpy as np
import pytest


@pytest.fixture(scope="module")
def foresight(blender, tmp_path_factory):
    """A movie of five frames, through `foresight.py`."""
    frames = [(30 * (number + 1), (30 + 15 * number, 20)) for number in range(5)]
    return blender.run("foresight", movies.disc(tmp_path_factory.mktemp("movie") / "in.avi", frames, (128, 54), 12))


def of(foresight, name: str, node: int) -> list[tuple[int, int]]:
    """Which frames of a node were captured, and at which frames of the render."""
    return [(frame, at) for label, frame, at in foresight.said[name] if label == foresight.said["names"][node]]


def test_each_frame_is_captured_once_from_the_third_on_ahead(foresight):
    assert of(foresight, "one", 0) == [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4)]
    assert of(foresight, "one_waiting", 0) == [(frame, frame) for frame in range(1, 6)]
    assert of(foresight, "one_stepping", 0) == [(1, 1), (3, 3), (5, 3)]


def test_the_engine_is_told_what_was_captured_ahead_where_it_will_be_asked_for(foresight):
    assert [kind for kind, _ in foresight.said["one_sent"]] == ["paint", *3 * ["paint", "expect"], "paint"]
    files = [path for _, path in foresight.said["one_sent"]]
    assert all(files[at] == files[at + 1] for at in (2, 4, 6)), "in the very file"
    assert {kind for name in ("one_waiting", "one_still") for kind, _ in foresight.said[f"{name}_sent"]} == {"paint"}


def test_a_still_is_followed_by_nothing(foresight):
    assert of(foresight, "one_still", 0) == [(3, 3)]


def test_what_another_node_paints_is_waited_for(foresight):
    assert of(foresight, "two", 0) == of(foresight, "one", 0)
    assert of(foresight, "two", 1) == [(frame, frame) for frame in range(1, 6)]


@pytest.mark.parametrize("name", ["one", "two"])
def test_the_pictures_are_the_same(foresight, name):
    ahead, waiting = foresight.frames(name), foresight.frames(f"{name}_waiting")
    assert len(ahead) == len(waiting) == 5
    for found, expected in zip(ahead, waiting, strict=True):
        np.testing.assert_array_equal(found, expected)
    assert np.abs(ahead[1] - ahead[2]).mean() > 0.01, "frames that lag would be seen"
