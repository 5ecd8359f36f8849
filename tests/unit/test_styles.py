"""Styles: names, blends, files, seeds."""

import argparse
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from frames import texture
from neural_style.commands import arguments
from neural_style.door.catalogue import STYLES
from neural_style.door.errors import NeuralStyleError
from neural_style.networks.johnson import JohnsonNetwork
from neural_style.styles import Stylist, check, digest, painting_digest, paintings, shares


def picture_file(path: Path, seed: int = 0, size: tuple[int, int] = (40, 60)) -> Path:
    cv2.imwrite(str(path), (texture(*size, seed) * 255).astype(np.uint8))
    return path


@pytest.fixture(scope="module")
def stylist() -> Stylist:
    return Stylist(torch.device("cpu"))


def test_shares_are_normalised():
    assert shares("starry-night") == {"starry-night": 1.0}
    assert shares("starry-night + rust") == {"starry-night": 0.5, "rust": 0.5}
    assert shares("starry-night:3+rust:1") == {"starry-night": 0.75, "rust": 0.25}


@pytest.mark.parametrize("wrong", ["", "starry", "rust:-1", "rust:0", "rust:nan", "rust:inf", "rust+", "a:b:c"])
def test_wrong_blends_are_refused(wrong):
    with pytest.raises(NeuralStyleError):
        check(wrong)


def test_a_near_miss_gets_a_suggestion():
    with pytest.raises(NeuralStyleError, match="did you mean starry-night"):
        check("starry")


@pytest.mark.parametrize(
    ("style", "parts"),
    [
        ("rust:", {"rust": 1}),
        ("a.jpg:0.7+starry-night:0.3", {"a.jpg": 0.7, "starry-night": 0.3}),
        (r"C:\pictures\a.jpg", {r"C:\pictures\a.jpg": 1}),
        (r"C:\pictures\a.jpg:3+rust", {r"C:\pictures\a.jpg": 0.75, "rust": 0.25}),
        ("a.jpg+a.jpg", {"a.jpg": 1}),
    ],
)
def test_a_share_is_a_number_after_the_last_colon(style, parts):
    assert shares(style) == pytest.approx(parts)


def test_existing_files_keep_their_plus_signs_and_colons(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("red+blue.jpg", "a+b+c.png", "noon 12:30", "at 0:5"):
        (tmp_path / name).write_bytes(b"")
    assert shares("red+blue.jpg") == {"red+blue.jpg": 1}
    assert shares("rust+red+blue.jpg:3") == {"rust": 0.25, "red+blue.jpg": 0.75}
    assert shares("a+b+c.png + red+blue.jpg") == {"a+b+c.png": 0.5, "red+blue.jpg": 0.5}
    assert shares("noon 12:30+rust") == {"noon 12:30": 0.5, "rust": 0.5}
    assert shares("at 0:5:3+rust:1") == {"at 0:5": 0.75, "rust": 0.25}


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


@pytest.mark.parametrize(
    ("first", "second", "inside"),
    [
        ("the-great-wave", "composition-viii", True),
        ("rust", "pale-mist", True),
        ("rust", "the-great-wave", False),
    ],
)
def test_a_blend_is_made_inside_the_network_that_can(stylist, first, second, inside):
    """Pictures of different networks are mixed; one network makes something of its own from a blend."""
    frame = texture(33, 42)
    blend = stylist.paint(frame, f"{first}:3+{second}:1")
    mixed = 0.75 * stylist.paint(frame, first) + 0.25 * stylist.paint(frame, second)
    assert blend.shape == frame.shape
    assert (np.abs(blend - mixed).max() > 0.03) if inside else np.allclose(blend, mixed, atol=1e-6)


def test_a_blend_of_three_networks(stylist, tmp_path):
    torch.manual_seed(0)
    path = tmp_path / "mine.pth"
    torch.save(JohnsonNetwork().state_dict(), path)
    frame = texture(32, 40)
    parts = {str(path): 0.5, "rust": 0.2, "ejiri": 0.1, "hokusai-poppies": 0.2}
    blend = stylist.paint(frame, "+".join(f"{name}:{share}" for name, share in parts.items()))
    mixed = (
        0.5 * stylist.paint(frame, str(path))
        + 0.2 * stylist.paint(frame, "rust")
        + 0.3 * stylist.paint(frame, "ejiri:1+hokusai-poppies:2")
    )
    assert np.allclose(blend, mixed, atol=1e-6)


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


def test_digests_of_files_follow_their_content(tmp_path):
    names = [str(picture_file(tmp_path / f"{number}.png", seed=number)) for number in (1, 2)]
    assert digest(names[0]) != digest(names[1]) and painting_digest(names[0]) != painting_digest(names[1])
    first, painted = digest(names[0]), painting_digest(names[0])
    picture_file(tmp_path / "1.png", seed=3)
    assert digest(names[0]) != first and painting_digest(names[0]) != painted
    picture_file(tmp_path / "1.png", seed=1)
    assert digest(names[0]) == first and painting_digest(names[0]) == painted
    assert digest(f"{names[0]}+rust") != digest(names[0]) != digest(f"{names[0]}+{names[1]}")


def test_a_file_is_read_once_for_all_frames(tmp_path, monkeypatch):
    path = str(picture_file(tmp_path / "a.png"))
    digest(path), paintings(path)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("read again"))
    digest(path), painting_digest(path), paintings(path), check(path, path)


def test_the_command_line_says_style_and_painting():
    parser = argparse.ArgumentParser()
    arguments.add_settings(parser)
    found = arguments.settings(parser.parse_args(["--style", "a.jpg:2+rust", "--painting", "b.jpg"]))
    assert (found.style, found.painting) == ("a.jpg:2+rust", "b.jpg")
    assert arguments.settings(parser.parse_args([])).painting == ""
