"""Original colours: the painting's lightness in the source's colours."""

import numpy as np

from frames import texture
from neural_style.pixels import from_working, scaled, with_colours_of

LUMA = np.array([0.299, 0.587, 0.114])


def test_lightness_is_the_paintings_and_colour_the_sources():
    # Quiet colours, so that nothing leaves the gamut and is clipped.
    source, picture = 0.4 + 0.2 * texture(32, 40), 0.4 + 0.2 * texture(32, 40, seed=1)
    result = with_colours_of(picture, source)
    assert np.allclose(result @ LUMA, picture @ LUMA, atol=1e-6)
    assert np.allclose(result - (result @ LUMA)[..., None], source - (source @ LUMA)[..., None], atol=1e-6)


def test_a_sources_lights_beyond_one_stay_within_the_range():
    source = np.full((32, 32, 3), 5.0, np.float32)
    source[0, 0] = np.nan
    result = from_working(texture(32, 32), source, 0, 1.0, original_colours=True)
    assert np.isfinite(result).all() and result.min() >= 0 and result.max() <= 1


def test_a_larger_picture_is_mixed_with_the_source_at_that_size():
    source, picture = texture(36, 48), texture(18, 24, seed=1)
    asked = []

    def enlarge(small):
        asked.append(small)
        return np.repeat(np.repeat(small, 4, 0), 4, 1)

    result = from_working(picture, source, 24, 0.25, size=(72, 96), enlarge=enlarge)
    assert np.array_equal(asked[0], picture)  # before anything else is done to it
    assert np.allclose(result, 0.75 * scaled(source, (72, 96)) + 0.25 * np.repeat(np.repeat(picture, 4, 0), 4, 1))
    coloured = from_working(picture, source, 24, 1.0, True, (72, 96), enlarge)
    assert np.array_equal(coloured, with_colours_of(enlarge(picture), scaled(source, (72, 96))))
    assert np.array_equal(from_working(picture, source, 24, 0.0, size=(72, 96)), scaled(source, (72, 96)))


def test_what_is_too_large_is_scaled_down_by_area():
    picture = texture(18, 24)
    thrice = np.repeat(np.repeat(picture, 3, 0), 3, 1)
    result = from_working(picture, texture(27, 36), 24, 1.0, enlarge=lambda _: thrice)
    assert np.allclose(result, scaled(thrice, (27, 36)), atol=1e-6)
    assert np.allclose(result[0, 0], picture[0, 0], atol=1e-6)  # two by two of nine equal ones
