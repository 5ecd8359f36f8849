"""A bake is what a render would give, is kept, and is painted again only where something changed."""

import contextlib
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from test_values import srgb

FRAMES = 6
NONE, ALL = [False] * FRAMES, [True] * FRAMES


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """The first file of a moving texture."""
    folder = tmp_path_factory.mktemp("clip")
    noise = np.random.default_rng(2).integers(0, 256, (10, 22, 3), np.uint8)
    wide = cv2.resize(noise, (160, 64), interpolation=cv2.INTER_CUBIC)
    for number in range(1, FRAMES + 1):
        cv2.imwrite(str(folder / f"in{number:04d}.png"), np.ascontiguousarray(wide[:, 2 * number : 2 * number + 96]))
    return folder / "in0001.png"


@pytest.fixture(scope="module")
def baked(blender, clip):
    """All of `bake.py`."""
    return blender.run("bake", clip)


def assert_shown(baked, name: str) -> None:
    """What scrubbing showed is what was rendered, up to the shelf's half floats."""
    for shown, rendered in zip(np.load(baked.folder / f"{name}.npy")[:, ::-1], baked.frames(name), strict=True):
        np.testing.assert_allclose(shown, rendered, rtol=2e-3, atol=2e-3)


def test_it_paints_all_frames(baked):
    assert baked.said["empty"] == NONE
    first = baked.said["first"]
    assert (first["state"], first["trouble"], first["total"]) == ("done", "", FRAMES)
    assert sorted(first["told"]) == first["told"], "progress goes forward"
    assert first["baked"] == ALL
    assert not first["left"]


def test_the_same_pixels_in_every_way(baked):
    before, after = baked.frames("before"), baked.frames("after")
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(other, one)
    assert baked.said["kept"] == [True] * len(baked.said["kept"]) != []
    np.testing.assert_array_equal(baked.frame("still.exr"), before[4])
    assert_shown(baked, "after")
    assert np.abs(srgb(before[4]) - srgb(before[0])).mean() > 0.05, "weight 0 is not the painting"


def test_another_weight_is_another_mix(baked):
    assert baked.said["weight"] == ALL
    assert_shown(baked, "weight")
    assert np.abs(baked.frames("weight")[4] - baked.frames("after")[4]).mean() > 0.01


def test_a_keyframe_paints_again_what_depends_on_it(baked):
    said = baked.said
    assert said["keyframe"] == [True] * 4 + [False] * 2
    assert said["seed"] == [True] * 2 + [False] * 4, "frames of weight 0 have no seed"


def test_cancelled_and_resumed(baked):
    said = baked.said
    assert said["cancelled"]["state"] == "cancelled"
    assert not said["cancelled"]["left"]
    done = sum(said["cancelled"]["baked"])
    assert done in (5, 6), "what is done is kept"
    assert said["resumed"]["total"] == FRAMES - done
    assert said["resumed"]["baked"] == ALL
    assert_shown(baked, "keyframe")


def test_cleared(baked):
    assert baked.said["files"] == FRAMES, "what other settings gave is gone"
    assert baked.said["bytes"] > 6 * 96 * 64 * 6
    assert baked.said["cleared"] == NONE
    assert baked.said["bytes_cleared"] == 0


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_nothing_outlives_a_killed_blender(blender, clip):
    """Neither the second Blender nor either worker, though all of them are busy."""
    done = blender.run("bake_killed", clip, status=-9)
    mark = f"NEURAL_STYLE_CACHE={done.folder / 'cache'}".encode()
    assert done.text.count("ALIVE") == 1, done.text
    end = time.monotonic() + 20
    while _marked(mark) and time.monotonic() < end:
        time.sleep(0.2)
    assert not _marked(mark)
    for folder in done.text.split("FOLDERS ")[1].splitlines()[0].split():
        assert not Path(folder).exists()


def _marked(mark: bytes) -> list[str]:
    """The processes with this in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark in path.read_bytes().split(b"\0"):
                found.append(path.parent.name)
    return found
