"""Every frame is painted with the values of that very frame, and a render leaves the scene as it was."""

import cv2
import numpy as np
import pytest

FRAMES = 8
WEIGHTS = (0, 0.5, 1, 1, 1, 1, 0.5, 0)


@pytest.fixture(scope="module")
def keyed(blender, tmp_path_factory):
    """A moving texture, as image files, through `keyed.py`."""
    folder = tmp_path_factory.mktemp("images")
    noise = np.random.default_rng(1).integers(0, 256, (16, 40, 3), np.uint8)
    wide = cv2.resize(noise, (160, 64), interpolation=cv2.INTER_CUBIC)
    for number in range(1, FRAMES + 1):
        cv2.imwrite(str(folder / f"in{number:04d}.png"), wide[:, 4 * number : 4 * number + 96])
    return blender.run("keyed", folder / "in0001.png", FRAMES)


def srgb(linear):
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)


def test_values_of_the_frame(keyed):
    plain, full, painted = (keyed.frames(name) for name in ("plain", "full", "keyed"))
    assert len(plain) == len(full) == len(painted) == FRAMES
    for number, weight in enumerate(WEIGHTS):
        if weight == 0:
            np.testing.assert_array_equal(painted[number], plain[number])
            continue
        if number < 4:  # afterwards another style is on its way (an enum's keyframes hold until the next)
            mixed = (1 - weight) * srgb(plain[number]) + weight * srgb(full[number])
            assert np.abs(srgb(painted[number]) - mixed).max() < 1e-3, f"frame {number + 1}"
    # Frames that lag would pass only if neighbours looked alike.
    assert np.abs(srgb(full[2]) - srgb(full[3])).mean() > 0.02
    assert np.abs(srgb(full[3]) - srgb(plain[3])).mean() > 0.05


def test_keyframes_and_drivers(keyed):
    expected = [(0, "starry-night", 2), (0.5, "starry-night", 4), (1, "starry-night", 6), (0, "de-stijl", 16)]
    for read, wanted in zip(keyed.said["read"], [*expected, expected[1]], strict=True):
        assert read == [pytest.approx(wanted[0]), *wanted[1:]]


def test_scene_as_it_was(keyed):
    assert keyed.said["after"] == keyed.said["before"]
    assert keyed.said["values_left"] == keyed.said["before"][0]
    assert keyed.said["frame"] == 2


def test_timings(keyed):
    timings = [line for line in keyed.said["timings"] if line["painted"]]
    assert [line["frame"] for line in timings] == [*range(1, FRAMES + 1), *range(2, FRAMES)]
    assert all(line["capture"] > 0 and line["transport"] > 0 for line in timings)
    assert any(line.get("transformer", 0) > 0 for line in timings)
