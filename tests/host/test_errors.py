"""A frame that cannot be painted stops the render: a sentence, a non-zero exit, and no wrong file."""

import fragile
import numpy as np
import pytest

SENTENCE = "there is no engine where it should be: /nowhere"


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.glob("*"))


@pytest.mark.parametrize("kind", ["exr", "still", "movie"])
def test_engine_missing(blender, kind):
    done = blender.run("broken", kind, status=1, NEURAL_STYLE_ENGINE="/nowhere")
    assert done.text.count(f"error: {SENTENCE}") == 1
    assert f"RESULT ['CANCELLED'] SCENES 1 STATUS {SENTENCE}" in done.text
    assert "no camera" not in done.text
    before = [] if kind == "still" else ["picture0001.exr", "picture0002.exr"]
    assert names(done.folder / "beside") == before
    if kind == "exr":
        assert names(done.folder / "out") == ["0001.exr", "0002.exr"]
    elif kind == "movie":
        assert len(done.said["movies"]) == 1, "the movie was begun"
        assert not list(done.folder.glob("*.mp4*"))
    else:
        assert not (done.folder / "still.exr").exists()


@pytest.mark.parametrize(
    ("how", "sentence"), [("die", "the engine died twice"), ("refuse", "the paint is dry: the pot")]
)
def test_engine_that_fails(blender, tmp_path, how, sentence):
    done = blender.run("broken", "exr", status=1, NEURAL_STYLE_ENGINE=fragile.engine(tmp_path, how))
    assert done.text.count(f"error: {sentence}") == 1
    last = 3 if how == "die" else 2  # the third request is for frame 4: the shot starts at frame 2, of weight 0
    assert names(done.folder / "out") == [f"{number:04d}.exr" for number in range(1, last + 1)]


@pytest.fixture(scope="module")
def whole(blender):
    """`chain.py` with an engine that lives."""
    return blender.run("chain")


def test_worker_killed_once(blender, whole, tmp_path):
    """In the middle of a render; it goes on with the same pictures, each held to the one before."""
    broken = blender.run("chain", NEURAL_STYLE_ENGINE=fragile.engine(tmp_path, "once"))
    assert broken.text.count("started again") == 1
    assert "started again" not in whole.text
    for name in ("all", "second"):
        assert len(whole.frames(name)) == len(broken.frames(name)) > 2
        for before, after in zip(whole.frames(name), broken.frames(name), strict=True):
            np.testing.assert_array_equal(after, before)
    assert whole.said["previous"] == broken.said["previous"]


def test_time_chain(whole):
    """What the engine is told of time: a shot begins afresh in a new job, after weight 0, and only there."""
    said = whole.said["previous"]
    assert said["all"] == [False, True, True, False, True]  # 1 2 3 . 5 6: of weights 0 only the last, 5, is painted
    assert said["touch"] == [False, True, True, True, True, True]  # weight 0 at frame 4 alone does not end the shot
    assert said["second"] == [False, True, True]  # every second frame
