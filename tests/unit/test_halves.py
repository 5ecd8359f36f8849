"""Half floats by torch: the same bits as NumPy's, by which Blender's side keeps its pictures."""

import numpy as np

from neural_style.halves import as_kept, halves, whole


def test_every_half_float_comes_back():
    every = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    numbers = every[np.isfinite(every)]
    assert np.array_equal(whole(numbers), numbers.astype(np.float32))
    assert np.array_equal(halves(whole(numbers)).view(np.uint16), numbers.view(np.uint16))


def test_what_lies_between_goes_to_the_nearest():
    random = np.random.default_rng(4)
    frame = (random.standard_normal((50, 40, 3)) * 10.0 ** random.integers(-9, 5, (50, 40, 3))).astype(np.float32)
    frame[0, 0] = 1 + 2**-11, 1 + 3 * 2**-11, 65519.99  # two halfway between neighbours, and the largest that fits
    assert np.array_equal(halves(frame), frame.astype(np.float16))
    assert np.array_equal(as_kept(frame[:, ::2]), as_kept(frame)[:, ::2])


def test_a_depth_without_end_stays_infinite():
    with np.errstate(over="ignore"):
        assert np.array_equal(
            halves(np.float32([[70000.0, np.inf]])), np.float32([[70000.0, np.inf]]).astype(np.float16)
        )
