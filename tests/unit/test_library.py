"""The library of the user's own styles: imported, previewed, listed, painted with, forgotten; names and folders."""

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import platformdirs
import pytest
import torch

import clips
import lua_models
import t7_writer
from frames import texture
from neural_style import cache, library, styles, video
from neural_style.cli import main
from neural_style.door import folders
from neural_style.door import library as door
from neural_style.door.catalogue import STYLES
from neural_style.door.errors import NeuralStyleError
from neural_style.library.preview import PHOTO
from neural_style.networks.stored import StoredNetwork, of_johnson
from neural_style.styles.files import read_picture
from transformers import Levels, export, painting_network

NETWORK = painting_network()


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch) -> Path:
    """A data folder of the test's own."""
    folder = tmp_path / "data"
    monkeypatch.setenv("NEURAL_STYLE_DATA", str(folder))
    return folder


@pytest.fixture
def files(tmp_path) -> dict[str, Path]:
    """One network of every kind, as people have them."""
    torch.save(NETWORK.state_dict(), tmp_path / "candy.pth")
    export(Levels(NETWORK), tmp_path / "mosaic.onnx", size=(64, 64))
    for name, instance in (("wave", False), ("udnie", True)):
        data = t7_writer.dumps(lua_models.checkpoint(lua_models.SMALL, instance))
        (tmp_path / f"{name}.t7").write_bytes(data)
    of_johnson(NETWORK).save(tmp_path / "own.safetensors")
    return {path.stem: path for path in tmp_path.iterdir() if path.is_file()}


def test_every_kind_of_network_becomes_a_style(files, capsys):
    assert len(files) == 5
    stylist = styles.Stylist(torch.device("cpu"))
    frame = texture(45, 50)
    for name, path in files.items():
        assert main(["import", str(path), "--name", f"my-{name}", "--licence", "CC0, me"]) == 0
        entry = library.find(f"my-{name}")
        assert entry.label == f"My {name.title()}" and path.name in entry.description and entry.licence == "CC0, me"
        # What was imported, and the file itself, paint the same; and so does no other.
        painted = stylist.paint(frame, entry.name)
        assert painted.shape == frame.shape
        assert np.array_equal(painted, stylist.paint(frame, str(path)))
    assert [entry.name for entry in library.entries()] == sorted(f"my-{name}" for name in files)
    assert np.array_equal(stylist.paint(frame, "my-candy"), stylist.paint(frame, "my-mosaic"))
    assert np.abs(stylist.paint(frame, "my-wave") - stylist.paint(frame, "my-udnie")).mean() > 0.05
    capsys.readouterr()
    assert main(["styles"]) == 0
    listed = capsys.readouterr().out
    assert "\nmy-candy" in listed and "from candy.pth" in listed and "\nstarry-night" in listed


def test_the_preview_is_the_photo_painted():
    entry = library.add("my-oil", of_johnson(NETWORK, torch.float32))
    preview, photo = read_picture(entry.preview), read_picture(PHOTO)
    assert 256 <= max(preview.shape) <= 384 and preview.shape == photo.shape
    expected = styles.Stylist(torch.device("cpu")).paint(photo, "my-oil")
    assert np.abs(preview - expected).mean() < 0.03  # what JPEG loses
    assert np.abs(preview - photo).mean() > 0.1


def test_a_clip_is_painted_with_it_and_with_a_file(files, tmp_path):
    library.add("my-oil", of_johnson(NETWORK, torch.float32))
    library.add("my-water", of_johnson(painting_network(2), torch.float32))
    clip = tmp_path / "clip.mp4"
    clips.write(clip, count=3)
    stylist = styles.Stylist(torch.device("cpu"))
    for style in ("my-oil", str(files["udnie"]), str(files["mosaic"])):
        output = tmp_path / "painted.mp4"
        assert main(["paint", str(clip), "-o", str(output), "--style", style, "--method", "johnson"]) == 0
        for source, painted in zip(video.read_frames(clip), video.read_frames(output), strict=True):
            # Half the resolution of colour is lost in a video, but not its means.
            apart = cv2.resize(painted - stylist.paint(source, style), (8, 6), interpolation=cv2.INTER_AREA)
            assert np.abs(apart).mean() < 0.03
            other = cv2.resize(painted - stylist.paint(source, "my-water"), (8, 6), interpolation=cv2.INTER_AREA)
            assert np.abs(other).mean() > 0.06


def test_own_styles_blend_with_the_catalogue_s(monkeypatch):
    library.add("my-oil", of_johnson(NETWORK, torch.float32))
    resolved = styles.resolve("my-oil:3+rust:1")
    assert [(style.name, share) for style, share in resolved] == [("my-oil", 0.75), ("rust", 0.25)]
    before = styles.digest("my-oil")
    library.add("my-oil", of_johnson(painting_network(1), torch.float32), replace=True)
    assert styles.digest("my-oil") != before  # frames painted before are not taken for this one's


def test_the_painting_comes_along(tmp_path):
    picture = texture(64, 80)
    cv2.imwrite(str(tmp_path / "p.png"), (picture[..., ::-1] * 255).round())
    library.add("plain", of_johnson(NETWORK))
    entry = library.add("painted", of_johnson(NETWORK), painting=tmp_path / "p.png")
    (tmp_path / "p.png").unlink()
    assert np.abs(read_picture(entry.painting) - picture).mean() < 0.02
    ((found, share),) = styles.paintings("painted")
    assert share == 1 and found.shape == picture.shape
    with pytest.raises(NeuralStyleError, match="no painting of its own: plain"):
        styles.paintings("plain")


def test_replaced_only_where_that_is_said_and_forgotten(data, capsys):
    library.add("my-oil", of_johnson(NETWORK))
    with pytest.raises(NeuralStyleError, match="forget my-oil"):
        library.add("my-oil", of_johnson(NETWORK))
    entry = library.add("my-oil", of_johnson(NETWORK), description="Oil, thick", replace=True)
    assert [each.description for each in library.entries()] == ["Oil, thick"]
    assert main(["forget", "my-oil"]) == 0
    assert library.entries() == [] and not entry.folder.exists()
    assert [path.name for path in (data / "styles").iterdir()] == [".lock"]
    assert main(["forget", "my-oil"]) == 2
    assert "no style of yours: my-oil (you have none yet)" in capsys.readouterr().err
    with pytest.raises(NeuralStyleError, match="unknown style: my-oil"):
        styles.check("my-oil")


@pytest.mark.parametrize(
    "name",
    ["", "Oil", "my oil", "my_oil", "-oil", "oil-", "my--oil", "1oil", "a+b", "a:b", "../a", "ö", "a" * 41, "a.pth",
     "a\n", "rust", STYLES[-1].name],
)  # fmt: skip
def test_names_that_no_style_can_have(name, data):
    with pytest.raises(NeuralStyleError, match=r"not a name|in the catalogue"):
        library.add(name, of_johnson(NETWORK))
    assert library.find(name) is None and not data.exists()


@pytest.mark.parametrize("name", ["a", "oil", "my-oil-2", "a" * 40])
def test_names_that_a_style_can_have(name):
    library.check_name(name)


def test_numbers_are_a_name_s_own_and_exact_in_a_keyframe():
    numbers = [door.number(f"style-{place}") for place in range(300)]
    assert len(set(numbers)) == 300
    assert min(numbers) >= 1000 > len(STYLES)
    assert all(int(np.float32(number) + np.float32(0.5)) == number for number in numbers)
    assert door.number("my-oil") == 2802511  # files on disk say so: never to be changed


def test_a_clash_of_numbers_is_told(monkeypatch):
    library.add("my-oil", of_johnson(NETWORK))
    monkeypatch.setattr(door, "number", lambda _: 4711)
    with pytest.raises(NeuralStyleError, match="clashes with my-oil"):
        library.add("my-water", of_johnson(NETWORK))


class Wrong(torch.nn.Module):
    def __init__(self, change):
        super().__init__()
        self.change = change

    def forward(self, x):
        return self.change(x)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda x: x[..., 2:, :], "another size than the frame"),
        (lambda x: x * float("nan"), "no numbers"),
        (lambda x: x * 0 + 0.5, "one colour"),
        (lambda x: x @ x, "cannot paint a frame"),
    ],
)
def test_what_does_not_paint_is_refused_and_leaves_nothing(change, sentence, data, monkeypatch):
    monkeypatch.setattr(StoredNetwork, "build", lambda _: Wrong(change))
    with pytest.raises(NeuralStyleError, match=sentence):
        library.add("my-oil", of_johnson(NETWORK))
    assert not data.exists()


def test_what_is_no_whole_style_is_not_listed(data):
    entry = library.add("my-oil", of_johnson(NETWORK))
    for name, about in (
        ("empty", None),
        ("broken", "{"),
        ("other", "[]"),
        ("numbers", json.dumps({"label": 1, "description": "", "licence": ""})),
        ("Upper", (entry.folder / "style.json").read_text()),
        ("rust", (entry.folder / "style.json").read_text()),
        ("without-network", (entry.folder / "style.json").read_text()),
    ):
        folder = data / "styles" / name
        folder.mkdir()
        if about is not None:
            (folder / "style.json").write_text(about)
        if name != "without-network":
            (folder / "network.safetensors").write_bytes(entry.network.read_bytes())
    assert [each.name for each in library.entries()] == ["my-oil"]


def test_a_library_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("a file")
    monkeypatch.setenv("NEURAL_STYLE_DATA", str(tmp_path / "file"))
    with pytest.raises(NeuralStyleError, match="cannot be written"):
        library.add("my-oil", of_johnson(NETWORK))


def test_the_reader_of_the_door_needs_the_standard_library_alone(data):
    """As Blender's Python reads it: no package of the engine's, not even from its environment."""
    library.add("my-oil", of_johnson(NETWORK), description="Thick oil")
    code = f"""import sys; sys.path.insert(0, {str(Path(door.__file__).parents[1])!r}); from door import library
print([(e.name, e.label, e.description, e.number) for e in library.entries()])"""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        env={**os.environ, "NEURAL_STYLE_DATA": str(data)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == str([("my-oil", "My Oil", "Thick oil", door.number("my-oil"))])


@pytest.mark.parametrize("xdg", ["", "/elsewhere", "relative"])
def test_the_data_folder_is_that_of_platformdirs(xdg, monkeypatch):
    monkeypatch.delenv("NEURAL_STYLE_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", xdg)
    assert folders.data_folder() == Path(platformdirs.user_data_dir("neural-style", appauthor=False))


@pytest.mark.parametrize("xdg", ["", "/elsewhere", "relative"])
def test_the_cache_folder_is_one_for_blender_and_the_engine(xdg, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", xdg)
    for given in ("", "/somewhere/frames"):
        monkeypatch.setenv("NEURAL_STYLE_CACHE", given)
        assert folders.cache_folder() == cache.cache_folder()
    assert cache.FrameCache(limit=0)._path("abcdef") == folders.state_file("abcdef")


def test_the_data_folder_on_other_systems(monkeypatch):
    monkeypatch.delenv("NEURAL_STYLE_DATA")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(sys, "platform", "darwin")
    expected = Path.home() / "Library" / "Application Support" / "neural-style"
    assert folders.data_folder() == expected
    from platformdirs.macos import MacOS

    assert Path(MacOS("neural-style", appauthor=False).user_data_dir) == expected
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", "/users/me/AppData/Local")
    assert folders.data_folder() == Path("/users/me/AppData/Local/neural-style")
    monkeypatch.delenv("NEURAL_STYLE_CACHE", raising=False)
    assert folders.cache_folder() == Path("/users/me/AppData/Local/neural-style/Cache/frames")
