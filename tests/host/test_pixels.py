"""Colour between Blender and the door, and the reader of captures, without Blender."""

import av
import numpy as np
import pytest
from hypothesis import given, strategies
from hypothesis.extra import numpy as arrays


@pytest.fixture(scope="module")
def pixels(part):
    return part("pixels")


def test_srgb_as_the_standard_has_it(pixels):
    linear = np.float32([0, 0.0031308, 0.18, 0.5, 1, 4, -0.18])
    expected = [0, 0.04045, 0.461356, 0.735357, 1, 1.824796, -0.461356]
    np.testing.assert_allclose(pixels.to_srgb(linear), expected, atol=2e-5)


@given(arrays.arrays(np.float32, (7,), elements=strategies.floats(-100, 100, width=32)))
def test_there_and_back(pixels, linear):
    np.testing.assert_allclose(pixels.to_linear(pixels.to_srgb(linear)), linear, rtol=1e-4, atol=1e-6)


def test_top_row_first_and_straight(pixels):
    rgba = np.zeros((3, 2, 4), np.float32)
    rgba[2] = 0.09, 0.0, 0.0, 0.5  # the top row of Blender's is its last; premultiplied
    door = pixels.to_door(rgba)
    assert door.shape == (3, 2, 3)
    assert door.dtype == np.float32
    np.testing.assert_allclose(door[0, :, 0], 0.461356, atol=2e-5)
    assert not door[1:].any()


def test_picture_comes_back_where_it_was(pixels):
    rgba = np.random.default_rng(0).random((5, 4, 4), np.float32) * np.float32([2, 2, 2, 1])
    rgba[0, 0] = 0.3, 0.2, 0.1, 0  # light without alpha stays
    np.testing.assert_allclose(pixels.from_door(pixels.to_door(rgba), rgba), rgba, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1, 4), (3, 17, 4), (701, 403, 4)])
def test_black_stays_black_and_large_pictures_have_no_seam(pixels, shape):
    """Large ones are worked on in bands."""
    rgba = np.random.default_rng(0).random(shape, np.float32)
    rgba[::3, ::2, :3] = 0
    rgba[..., 3] = 1
    door = pixels.to_door(rgba)
    assert not door[::-1][::3, ::2].any()
    np.testing.assert_array_equal(door, pixels.to_srgb(rgba[..., :3])[::-1])
    back = pixels.from_door(door, rgba)
    assert not back[::3, ::2, :3].any()
    np.testing.assert_allclose(back, rgba, rtol=1e-4, atol=1e-6)


def test_what_is_no_number_goes_as_black(pixels):
    rgba = np.full((1, 3, 4), 0.5, np.float32)
    rgba[0, :, 0] = np.nan, np.inf, -np.inf
    assert np.isfinite(pixels.to_door(rgba)).all()
    assert not pixels.to_door(rgba)[..., 0].any()


def test_reader_refuses_other_files(part, tmp_path):
    path = tmp_path / "picture.exr"
    path.write_bytes(b"P6 1 1 255 ...")
    with pytest.raises(ValueError, match="not a plain OpenEXR"):
        part("exr").read(path)


def test_reader_against_ffmpeg(part, tmp_path):
    """FFmpeg writes half floats unless told; only whole ones are read."""
    rgba = np.random.default_rng(0).random((5, 7, 4), np.float32)
    for kind, reads in (("float", True), ("half", False)):
        path = tmp_path / f"{kind}.exr"
        with av.open(str(path), "w", format="image2") as file:
            stream = file.add_stream("exr", rate=1, options={"compression": "none", "format": kind})
            stream.width, stream.height, stream.pix_fmt = 7, 5, "gbrapf32le"
            file.mux(stream.encode(av.VideoFrame.from_ndarray(rgba, format="gbrapf32le")))
            file.mux(stream.encode())
        if reads:
            np.testing.assert_array_equal(part("exr").read(path), rgba[::-1])
        else:
            with pytest.raises(ValueError, match="float32"):
                part("exr").read(path)
