"""Weights: fetched once, checked, kept; a wrong hash, a lost network and a damaged file each told or mended."""

import hashlib
import subprocess
import zipfile
from dataclasses import replace

import pytest
import torch

from neural_style import weights
from neural_style.door.errors import NeuralStyleError
from neural_style.weights import store
from neural_style.weights.sources import SOURCES

CONTENT = b"the file itself"


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A source of its own, whose package lies in a folder that pip finds it in, with no network."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    with zipfile.ZipFile(shelf / "tiny_clip-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny_clip/clip.bin", CONTENT)
        wheel.writestr("tiny_clip-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-clip\nVersion: 1.0\n")
        wheel.writestr(
            "tiny_clip-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("tiny_clip-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    monkeypatch.setenv("NEURAL_STYLE_DATA", str(tmp_path / "data"))

    tiny = replace(
        SOURCES["bikes"],
        name="tiny",
        package="tiny-clip==1.0",
        member="tiny_clip/clip.bin",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        kept="clips/tiny.bin",
    )
    monkeypatch.setitem(SOURCES, "tiny", tiny)
    return tiny


def test_fetched_once_then_offline(source, monkeypatch):
    path = weights.locate("tiny")
    assert path.read_bytes() == CONTENT
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("asked for the network again"))
    assert weights.locate("tiny") == path


def test_a_damaged_file_is_fetched_again(source):
    path = weights.locate("tiny")
    path.write_bytes(b"half")
    assert weights.locate("tiny").read_bytes() == CONTENT


def test_a_wrong_hash_is_refused(source, monkeypatch):
    monkeypatch.setitem(SOURCES, "tiny", replace(source, sha256="0" * 64))
    with pytest.raises(NeuralStyleError, match=r"SHA-256.*refused") as error:
        weights.locate("tiny")
    assert source.package in error.value.where
    assert not (weights.data_folder() / source.kept).exists()


def test_no_network_is_one_sentence(source, monkeypatch):
    monkeypatch.setitem(SOURCES, "tiny", replace(source, package="tiny-clip==9.9"))
    with pytest.raises(NeuralStyleError, match=r"tiny-clip==9\.9") as error:
        weights.locate("tiny")
    assert "connect to the network" in error.value.mend


def test_nothing_is_fetched_where_that_is_not_allowed(source, monkeypatch):
    monkeypatch.setenv(store.OFFLINE_VARIABLE, "1")
    with pytest.raises(NeuralStyleError, match="online access is off") as error:
        weights.locate("tiny")
    assert "neural-style fetch" in error.value.mend
    monkeypatch.delenv(store.OFFLINE_VARIABLE)
    path = weights.locate("tiny")
    monkeypatch.setenv(store.OFFLINE_VARIABLE, "1")
    assert weights.locate("tiny") == path


def test_a_package_without_the_file_is_told(source, monkeypatch):
    monkeypatch.setitem(SOURCES, "tiny", replace(source, member="tiny_clip/other.bin"))
    with pytest.raises(NeuralStyleError, match=r"other\.bin"):
        weights.locate("tiny")


def test_a_data_folder_that_cannot_be_written_is_told(source, tmp_path, monkeypatch):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    monkeypatch.setenv("NEURAL_STYLE_DATA", str(blocked))
    with pytest.raises(NeuralStyleError, match="data folder"):
        weights.locate("tiny")


def test_an_unknown_name_lists_the_known():
    with pytest.raises(NeuralStyleError, match="multistyle26"):
        weights.locate("vgg20")


def test_weights_from_another_source_are_not_taken(tmp_path, monkeypatch):
    monkeypatch.setenv("NEURAL_STYLE_DATA", str(tmp_path))
    path = tmp_path / SOURCES["vgg16"].kept
    path.parent.mkdir()
    store.save_file({"x": torch.zeros(1)}, path, metadata={"source_sha256": "of another file"})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with pytest.raises(NeuralStyleError):
        weights.locate("vgg16")


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.name)
def test_every_source_says_all_there_is_to_say(source):
    assert "==" in source.package and source.licence and source.about
    assert len(source.sha256) == 64 and int(source.sha256, 16)
    assert source.kept.startswith(("weights/", "clips/"))
