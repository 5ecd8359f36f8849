"""The report's measures, where the answer is known beforehand."""

import cv2
import numpy as np
import pytest
import torch

from frames import texture
from neural_style import weights
from neural_style.methods import METHODS
from neural_style.networks.vgg import VGG
from neural_style.objective import Objective, Targets
from neural_style.pixels import to_vgg
from neural_style.report import measures
from neural_style.report.pairs import Pair
from neural_style.report.perceptual import (
    PERCEPTUAL_LAYERS,
    Judge,
    carried_distance,
    content_distance,
    perceptual_distance,
    style_distance,
)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(torch.device("cpu"))


def noisy(frame, deviation, seed=0):
    return (frame + deviation * np.random.default_rng(seed).standard_normal(frame.shape)).astype(np.float32)


def test_brightness_contrast_and_blur():
    frame = noisy(texture(48, 64), 0.05)
    assert measures.brightness(frame + 0.1) == pytest.approx(measures.brightness(frame) + 0.1, rel=1e-4)
    assert measures.contrast(frame * 0.5) == pytest.approx(measures.contrast(frame) * 0.5, rel=1e-4)
    assert measures.sharpness(cv2.GaussianBlur(frame, (0, 0), 1)) < 0.2 * measures.sharpness(frame)


def test_distance_in_a_part_of_the_frame():
    a = texture(20, 30)
    b, where = a.copy(), np.zeros((20, 30), bool)
    b[:5, :10] += 0.2
    where[:10, :10] = True
    found = measures.distance(a, b, where)
    assert found.pixels == 100
    assert found.absolute == pytest.approx(0.1, rel=1e-4)
    assert found.squares == pytest.approx(0.02, rel=1e-4)
    assert np.isnan(measures.distance(a, b, np.zeros((20, 30), bool)).absolute)


def test_drift_of_a_straight_line_and_of_its_steps():
    """From 1 to 2 in four seconds: 1.12 on average in the first, 1.88 in the last, a quarter a second."""
    line = np.linspace(1, 2, 101)[:100]
    found = measures.drift(list(line), 25)
    assert found.change == pytest.approx(1.87 / 1.12 - 1, rel=1e-6)
    assert found.slope == pytest.approx(0.25 / line.mean(), rel=1e-6)
    assert measures.drift([0.4] * 100, 25) == measures.Drift(0.0, pytest.approx(0, abs=1e-12))
    assert measures.drift([1, 1, 1.1, 1.1], 25).change == pytest.approx(0.1)  # halves of a short shot
    assert np.isnan(measures.drift([1, 2, 3], 25).change)


def test_a_texture_moved_exactly_has_no_warping_error_and_one_that_stays_has():
    wide = texture(32, 60)
    earlier, later = (np.ascontiguousarray(wide[:, start : start + 48]) for start in (3, 0))
    flow = np.zeros((32, 48, 2), np.float32)
    flow[..., 0] = -3  # what is here was 3 pixels further left
    seen = np.ones((32, 48), bool)
    seen[:, :3] = False
    pair = Pair(flow, seen)
    assert pair.error(earlier, later) < 1e-10
    assert pair.error(later, later) > 1e-4
    assert pair.error(earlier, later + 0.1) == pytest.approx(0.01, rel=1e-3)


def test_moved_by_half_a_pixel_a_sharp_picture_is_charged_for_its_sharpness_only_bilinearly():
    """Waves of four pixels, known between the pixels too: bilinearly moved they lose 1 − cos(π/4) of their height."""
    x = np.arange(64) + np.zeros((24, 1))
    earlier, later = (
        np.repeat((0.5 + 0.3 * np.sin(np.pi / 2 * (x + shift)))[..., None], 3, axis=2).astype(np.float32)
        for shift in (0, 0.5)
    )
    flow = np.zeros((24, 64, 2), np.float32)
    flow[..., 0] = 0.5
    inner = np.zeros((24, 64), bool)
    inner[:, 8:-8] = True
    pair = Pair(flow, inner)

    def error(later, **kernel):
        return measures.distance(later, pair.carried(earlier, **kernel), inner).squares

    assert error(later) == pytest.approx((0.3 * (1 - np.cos(np.pi / 4))) ** 2 / 2, rel=1e-3)
    assert error(later, kernel="lanczos4") < 0.01 * error(later)
    assert error(later + 0.1, kernel="lanczos4") == pytest.approx(0.01, rel=0.02)


def test_the_perceptual_distance_is_nought_for_the_same_and_grows(judge):
    frame = texture(48, 64)
    own = judge.look(frame).unit
    assert perceptual_distance(own, own) == 0
    steps = [perceptual_distance(own, judge.unit(noisy(frame, deviation))) for deviation in (0.01, 0.04, 0.16)]
    assert 0 < steps[0] < steps[1] < steps[2] < 2


def test_the_perceptual_distance_is_that_of_the_paper(judge):
    """Against eq. 1 of Zhang et al. 2018, written with loops over the layers of a network of its own."""
    a, b = texture(32, 48), texture(32, 48, 3)
    vgg = VGG(weights.tensors("vgg16"))
    expected = 0.0
    for layer in PERCEPTUAL_LAYERS:
        one, other = (vgg.features(to_vgg(frame), [layer])[layer][0].numpy() for frame in (a, b))
        unit = [f / np.maximum(np.linalg.norm(f, axis=0), 1e-5) for f in (one, other)]
        expected += float(np.square(unit[0] - unit[1]).sum(0).mean()) / len(PERCEPTUAL_LAYERS)
    assert perceptual_distance(judge.unit(a), judge.unit(b)) == pytest.approx(expected, rel=1e-4)


def test_what_is_masked_does_not_count(judge):
    """Not even through the features' windows: the moved picture shows other things where it is not trusted."""
    frame, seen = texture(48, 64), np.ones((48, 64), bool)
    seen[10:20, 10:20] = False
    carried = frame.copy()
    carried[~seen] = 1 - carried[~seen]
    look = judge.look(frame)
    assert carried_distance(judge, look, frame, carried, seen) == 0
    assert carried_distance(judge, look, frame, carried, ~seen) > 0.01
    assert np.isnan(carried_distance(judge, look, frame, carried, np.zeros_like(seen)))


def test_style_and_content_are_the_objectives_own_terms(judge):
    """Without their weights: what the solver brings down is what the table shows."""
    frame, picture, painting = (texture(48, 64, seed) for seed in range(3))
    looks = [judge.look(p) for p in (picture, frame)]
    method = METHODS["painterly"]
    targets = Targets(to_vgg(picture), to_vgg(frame), judge.grams([(painting, 1.0)], 48 * 64))
    terms = Objective(method, VGG(weights.tensors("vgg16")), targets).terms(to_vgg(picture))
    assert method.content * content_distance(*looks) == pytest.approx(float(terms["content"]), rel=1e-4)
    style = style_distance(looks[0].grams, judge.grams([(painting, 1.0)], 48 * 64))
    assert method.style * style == pytest.approx(float(terms["style"]), rel=1e-4)


def test_paintings_are_blended_by_their_shares(judge):
    a, b = texture(48, 64), texture(48, 64, 1)
    both, one, other = (judge.grams(p, 48 * 64) for p in ([(a, 0.25), (b, 0.75)], [(a, 1.0)], [(b, 1.0)]))
    assert torch.allclose(both["relu3_1"], 0.25 * one["relu3_1"] + 0.75 * other["relu3_1"], rtol=1e-4)
