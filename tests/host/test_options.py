"""What the node's properties say reaches the engine, and Blender shows what the engine paints with them."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from neural_style import weights
from neural_style.cache import FrameCache
from neural_style.door.messages import Settings
from neural_style.painter import Painter
from neural_style.session import Session

PLAIN = {"method": "johnson", "working_width": 48}

#: What is set on the node. Paths that begin with // are relative to the file, which lies beside the image.
VARIANTS = {
    "plain": PLAIN,
    "colours": PLAIN | {"original_colours": True},
    "half": PLAIN | {"original_colours": True, "style_weight": 0.5},
    "large": PLAIN | {"upscale": "2"},
    "picture": PLAIN | {"picture": "//paintings/wave+red:2.png", "painting": "//gone.png"},
    "strokes": {"method": "painterly", "iterations": 2, "working_width": 48, "painting": "//paintings/wave+red:2.png"},
    "mixed": PLAIN | {"second_style": "rust", "blend": 0.3},
    "second": PLAIN | {"second_style": "rust", "blend": 1.0},
    "first": PLAIN | {"second_style": "rust", "blend": 0.0},
    "picture mixed": PLAIN | {"picture": "//paintings/wave+red:2.png", "second_style": "rust", "blend": 0.5},
    "gone": {"method": "painterly", "painting": "//gone.png"},
    "no picture": PLAIN | {"picture": "//paintings"},
}


def smooth(seed: int, height: int, width: int) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    return cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("shot")
    (folder / "paintings").mkdir()
    cv2.imwrite(str(folder / "in1.png"), smooth(1, 64, 96))
    cv2.imwrite(str(folder / "paintings" / "wave+red:2.png"), smooth(2, 80, 80) // (1, 2, 4))
    for name in ("waifu2x-anime", "arbitrary-predict", "arbitrary-transform"):
        weights.locate(name)  # a Blender whose online access is off fetches nothing
    return folder


@pytest.fixture(scope="module")
def rendered(blender, folder):
    return blender.run("options", folder / "in1.png", json.dumps(VARIANTS), NEURAL_STYLE_BFLOAT16="0")


@pytest.fixture
def painted(rendered, part, tmp_path, monkeypatch):
    """Gives what the engine paints by itself with some settings, of the very pixels that Blender gives it.

    Of the file's own it would paint another picture by `painterly`: a hundred-thousandth more or less decides how long
    its second step is, since the change of gradient along the first is mostly rounding.
    """
    monkeypatch.setenv("NEURAL_STYLE_BFLOAT16", "0")
    source = part("pixels").to_srgb(rendered.frame("source.exr")[..., :3])
    session = Session(Painter(), FrameCache(tmp_path))
    return lambda **settings: session.paint(source, Settings(**settings)).picture


def test_the_pixels_that_are_painted_are_the_files(rendered, part, folder):
    given = cv2.cvtColor(cv2.imread(str(folder / "in1.png")), cv2.COLOR_BGR2RGB).astype(np.float32) / 255
    assert np.abs(part("pixels").to_srgb(rendered.frame("source.exr")[..., :3]) - given).max() < 0.5 / 255


@pytest.mark.parametrize(
    "name", ["plain", "colours", "half", "large", "picture", "strokes", "mixed", "second", "picture mixed"]
)
def test_blender_shows_what_the_engine_paints(rendered, painted, part, name):
    expected = painted(**rendered.said["sent"][name])
    found = part("pixels").to_srgb(rendered.frame(f"{name}.exr")[..., :3])
    assert np.abs(found - expected).max() < 1e-5
    if name != "plain":  # and another picture than without that property
        plain = part("pixels").to_srgb(rendered.frame("plain.exr")[..., :3])
        assert np.abs(found - plain).mean() > 2 / 255


def test_what_is_sent(rendered, folder):
    sent, picture = rendered.said["sent"], str(folder / "paintings" / "wave+red:2.png")
    plain = sent["plain"]
    assert (plain["style"], plain["painting"]) == ("starry-night", "")
    assert (plain["original_colours"], plain["upscale"]) == (False, 1)
    assert (sent["colours"]["original_colours"], sent["large"]["upscale"]) == (True, 2)
    # A painting is not asked for by methods that take none, even where its file is gone.
    assert (sent["picture"]["style"], sent["picture"]["painting"]) == (picture, "")
    assert (sent["mixed"]["style"], sent["second"]["style"]) == ("starry-night:0.7000+rust:0.3000", "rust")
    assert (sent["first"]["style"], sent["picture mixed"]["style"]) == ("starry-night", f"{picture}:0.5000+rust:0.5000")
    assert (sent["strokes"]["style"], sent["strokes"]["painting"]) == ("starry-night", picture)


@pytest.mark.parametrize(
    ("name", "word", "path"), [("gone", "Painting", "gone.png"), ("no picture", "Picture", "paintings")]
)
def test_a_file_that_is_gone_is_one_sentence(rendered, folder, name, word, path):
    sentence = rendered.said["sent"][name]
    assert f"the file under {word} does not exist" in sentence and str(folder / path) in sentence


def test_original_colours_are_the_inputs(rendered, part):
    """The lightness of the painting, and both colour differences of the source, where nothing leaves the range."""
    luma = np.array([0.299, 0.587, 0.114])
    source, plain, coloured = (
        part("pixels").to_srgb(rendered.frame(f"{name}.exr")[..., :3]) for name in ("source", "plain", "colours")
    )
    inside = (coloured > 0.01).all(-1) & (coloured < 0.99).all(-1)
    assert inside.mean() > 0.2
    assert np.abs((coloured - plain) @ luma)[inside].max() < 2e-3
    chroma = [picture - (picture @ luma)[..., None] for picture in (coloured, source)]
    assert np.abs(chroma[0] - chroma[1])[inside].max() < 2e-3
