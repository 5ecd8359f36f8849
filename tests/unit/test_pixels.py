"""Original colours: the painting's lightness in the source's colours."""

import numpy as np

from frames import texture
from neural_style.pixels import from_working, with_colours_of

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
