"""The ruler, on clips whose values can be said beforehand."""

import numpy as np
import pytest

from frames import moving_clip, texture
from neural_style.report.pairs import visible
from neural_style.report.ruler import Ruler


def test_a_clip_that_moves_with_its_source_has_no_warping_error():
    clip = moving_clip(4, 64, 96)
    assert Ruler(clip).measure(clip).warping_error < 2e-4


def test_noise_of_a_known_size_is_measured():
    """Noise of variance s² in every frame, where nothing moves, makes an error of 2 s²."""
    still = [texture(64, 96)] * 5
    rng = np.random.default_rng(0)
    noisy = [(frame + 0.05 * rng.standard_normal(frame.shape)).astype(np.float32) for frame in still]
    assert Ruler(still).measure(noisy).warping_error == pytest.approx(2 * 0.05**2, rel=0.05)


def test_contrast_and_sharpness_by_hand():
    stripes = np.zeros((16, 16, 3), np.float32)
    stripes[:, ::2] = 1
    found = Ruler([stripes]).measure([stripes])
    assert found.contrast == pytest.approx(0.5)
    assert found.sharpness == pytest.approx(4.0, rel=0.01)  # the Laplacian is ±2 everywhere
    assert found.warping_error == 0


def test_a_clip_of_another_length_is_refused():
    with pytest.raises(ValueError, match="2 frames"):
        Ruler(moving_clip(3)).measure(moving_clip(2))


def test_what_leaves_or_is_hidden_does_not_count():
    flow = np.zeros((8, 10, 2), np.float32)
    flow[..., 0] = 3
    reverse = -flow
    seen = visible(flow, reverse)
    assert seen[:, :7].all() and not seen[:, 7:].any()
    reverse[2:4, 5:8] = 4  # what lies there came from elsewhere
    assert not visible(flow, reverse)[2:4, 2:5].any()
