"""Baked frames show at once, others as a preview that nobody takes for the finished frame."""

import numpy as np
import pytest
from test_bake import clip  # noqa: F401 (a fixture)


@pytest.fixture(scope="module")
def scrubbed(blender, clip):  # noqa: F811
    """All of `scrubbing.py`."""
    return blender.run("scrubbing", clip)


def shown(scrubbed, name: str) -> np.ndarray:
    """What the node showed."""
    return np.load(scrubbed.folder / f"{name}.npy")


def test_counts(scrubbed):
    said = scrubbed.said
    assert not said["before"]["shown"] and (said["before"]["baked"], said["before"]["total"]) == (0, 4)
    assert said["before"]["bytes"] == 0
    assert (said["first"]["baked"], said["first"]["total"]) == (4, 4)
    assert said["first"]["bytes"] > 0
    assert said["keyed"]["baked"] == 2, "a keyframe on frame 3"
    assert (said["seed"]["baked"], said["back"]["baked"]) == (0, 2)


def test_baked_frames_show_at_once(scrubbed):
    assert scrubbed.said["first"]["says"] == "Frame 1: baked"
    for frame in (3, 4):
        assert scrubbed.said[f"frame{frame}"]["shown"]
        assert scrubbed.said[f"frame{frame}"]["says"] == f"Frame {frame}: baked"
    assert np.abs(shown(scrubbed, "frame3") - shown(scrubbed, "frame4")).mean() > 0.02
    # Frame 1 has not changed since, so what was shown of it is what is rendered now.
    np.testing.assert_allclose(shown(scrubbed, "first"), scrubbed.frame("whole/0001.exr"), rtol=2e-3, atol=2e-3)


def test_another_frame_is_a_preview_and_says_so(scrubbed):
    assert not scrubbed.said["keyed"]["shown"], "what was baked of it is not shown any more"
    said = scrubbed.said["preview"]
    assert said["shown"] and said["says"] == "Frame 4: a preview, this frame alone; it is not baked"
    edge = shown(scrubbed, "preview")[0]
    orange = (edge == np.float32([1, 0.25, 0, 1])).all(-1)
    assert 0.4 < orange.mean() < 0.9, "a hatched frame"
    finished = scrubbed.frame("whole/0004.exr")
    assert not (finished[0] == np.float32([1, 0.25, 0, 1])).all(-1).any(), "and not in a render"


def test_it_goes_with_its_frame_and_into_no_file(scrubbed):
    assert not scrubbed.said["other"]["shown"] or scrubbed.said["other"]["says"] == "Frame 2: baked"
    assert not scrubbed.said["left"]["shown"]
    assert not any(said["modified"] for name, said in scrubbed.said.items() if name in ("first", "preview"))


def test_while_nothing_changes_nothing_is_gathered_anew(scrubbed):
    """It would have the window drawn several times a second."""
    assert scrubbed.said["idle"] == 0
    assert scrubbed.said["moved"] == 1
