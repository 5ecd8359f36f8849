"""Styles of the user's own in Blender: offered, painted and keyframed by name; a missing one is a sentence."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from neural_style import library, weights
from neural_style.door import library as door
from neural_style.networks.stored import of_johnson
from neural_style.styles import Stylist

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))

from transformers import painting_network

FRAMES = 4


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """A data folder with two own styles, and the weights of the catalogue's."""
    kept = weights.locate("multistyle26").parent
    folder = tmp_path_factory.mktemp("data")
    (folder / "weights").symlink_to(kept, target_is_directory=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEURAL_STYLE_DATA", str(folder))
        library.add("my-oil", of_johnson(painting_network(1)), description="Thick oil")
        library.add("my-water", of_johnson(painting_network(2)))
    return folder


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("images")
    for number in range(1, FRAMES + 1):
        noise = np.random.default_rng(number).integers(0, 256, (8, 12, 3), np.uint8)
        cv2.imwrite(str(folder / f"in{number}.png"), cv2.resize(noise, (96, 64), interpolation=cv2.INTER_CUBIC))
    return folder / "in1.png"


@pytest.fixture(scope="module")
def saved(blender, data, image, tmp_path_factory):
    """`own.py save`, and the file that it saved."""
    file = tmp_path_factory.mktemp("files") / "own.blend"
    return blender.run("own", image, "save", file, NEURAL_STYLE_DATA=str(data)), file


def test_own_styles_are_offered_after_the_catalogue_s(saved):
    said = saved[0].said
    assert said["default"] == "starry-night"
    numbers = [door.number(name) for name in ("my-oil", "my-water")]
    assert said["offered"] == [["my-oil", "My Oil", numbers[0]], ["my-water", "My Water", numbers[1]]]
    assert said["own_styles"] == "my-oil my-water"


def test_an_own_style_shows_the_preview_that_its_import_painted(saved, data):
    assert saved[0].said["shown"] == [str(data / "styles" / name / "preview.jpg") for name in ("my-oil", "my-water")]


def test_an_own_style_is_painted_as_the_engine_does(saved, data, part, monkeypatch):
    monkeypatch.setenv("NEURAL_STYLE_DATA", str(data))
    to_srgb, stylist = part("pixels").to_srgb, Stylist(torch.device("cpu"))
    plain, own, keyed = (saved[0].frames(name) for name in ("plain", "own", "keyed"))
    assert len(plain) == len(own) == len(keyed) == FRAMES
    for frames, styles in ((own, ["my-oil"] * 4), (keyed, ["my-oil", "my-oil", "de-stijl", "my-water"])):
        for source, frame, style in zip(plain, frames, styles, strict=True):
            expected = stylist.paint(np.ascontiguousarray(to_srgb(source[..., :3])), style)
            assert 255 * np.abs(to_srgb(frame[..., :3]) - expected).mean() < 1
    assert np.abs(own[3] - keyed[3]).mean() > 0.05


def test_the_file_opens_with_the_same_style(blender, saved, data, image):
    done = blender.run("own", image, "open", saved[1], NEURAL_STYLE_DATA=str(data))
    assert done.said["style"] == "my-oil"
    for one, other in zip(saved[0].frames("own"), done.frames("out"), strict=True):
        np.testing.assert_array_equal(other, one)


@pytest.mark.parametrize(
    ("kind", "style", "sentence"),
    [
        ("open", "my-oil", "the style my-oil is not among yours: Neural Style (import it again under its name"),
        ("unknown", "", "the style is not known here: Neural Style (import it again"),
    ],
)
def test_a_missing_style_is_a_sentence_and_no_picture(blender, saved, image, tmp_path, kind, style, sentence):
    done = blender.run("own", image, kind, saved[1], status=1, NEURAL_STYLE_DATA=str(tmp_path))
    assert done.said["style"] == style
    assert [item[:2] for item in done.said["offered"]] == (
        [["my-oil", "my-oil (missing)"], ["my-water", "my-water (missing)"]] if style else []
    )
    assert f"STATUS {sentence}" in done.text
    assert not (done.folder / "out").exists() or not list((done.folder / "out").iterdir())
