"""Styles: names, blends, checkpoints, seeds."""

import numpy as np
import pytest
import torch

from frames import texture
from neural_style.door.catalogue import STYLES
from neural_style.door.errors import NeuralStyleError
from neural_style.networks.johnson import JohnsonNetwork
from neural_style.styles import Stylist, digest, shares


@pytest.fixture(scope="module")
def stylist() -> Stylist:
    return Stylist(torch.device("cpu"))


def test_shares_are_normalised():
    assert shares("starry-night") == {"starry-night": 1.0}
    assert shares("starry-night + rust") == {"starry-night": 0.5, "rust": 0.5}
    assert shares("starry-night:3+rust:1") == {"starry-night": 0.75, "rust": 0.25}


@pytest.mark.parametrize(
    "wrong", ["", "starry", "rust:", "rust:-1", "rust:0", "rust:nan", "rust:inf", "rust+", "a:b:c"]
)
def test_wrong_blends_are_refused(wrong):
    if wrong == "rust:":
        assert shares(wrong) == {"rust": 1.0}
        return
    with pytest.raises(NeuralStyleError):
        shares(wrong)


def test_a_near_miss_gets_a_suggestion():
    with pytest.raises(NeuralStyleError, match="did you mean starry-night"):
        shares("starry")


def test_every_style_paints_differently(stylist):
    frame = texture(32, 40)
    pictures = [stylist.paint(frame, entry.name) for entry in STYLES]
    for picture in pictures:
        assert picture.shape == frame.shape and picture.min() >= 0 and picture.max() <= 1
    apart = [np.abs(a - b).mean() for i, a in enumerate(pictures) for b in pictures[:i]]
    assert min(apart) > 0.01


def test_a_blend_lies_between(stylist):
    frame = texture(32, 40)
    first, second = stylist.paint(frame, "rust"), stylist.paint(frame, "pale-mist")
    middle = stylist.paint(frame, "rust+pale-mist").mean()
    assert min(first.mean(), second.mean()) < middle < max(first.mean(), second.mean())


def test_starry_night_is_blue_and_mondrian_is_not(stylist):
    frame = texture(64, 64)
    red, _, blue = stylist.paint(frame, "starry-night").mean(axis=(0, 1))
    assert blue > red + 0.1
    red, green, blue = stylist.paint(frame, "de-stijl").mean(axis=(0, 1))
    assert blue < max(red, green)


@pytest.mark.parametrize("size", [(33, 47), (34, 45), (35, 32), (63, 66)])
def test_sizes_that_are_no_multiples_of_four_come_back(stylist, size):
    assert stylist.paint(texture(*size), "rust").shape == (*size, 3)


def test_a_seed_makes_a_variant_that_stays(stylist):
    frame = texture(32, 40)
    plain, first, again, other = (stylist.paint(frame, "rust", seed) for seed in (0, 1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(plain, first) and not np.array_equal(first, other)
    assert np.abs(plain - first).mean() < 0.15


def test_a_checkpoint_is_a_style(stylist, tmp_path):
    torch.manual_seed(0)
    path = tmp_path / "mine.pth"
    torch.save(JohnsonNetwork().state_dict(), path)
    assert stylist.paint(texture(33, 40), str(path)).shape == (33, 40, 3)
    before = digest(str(path))
    torch.save(JohnsonNetwork().state_dict(), path)
    assert digest(str(path)) != before


def test_digests_tell_blends_apart():
    names = ["rust", "rust+pale-mist", "rust:2+pale-mist"]
    assert len({digest(name) for name in names}) == len(names)
    assert digest("rust+pale-mist") == digest("pale-mist+rust")
