"""The engine is installed from within Blender, stopped and removed; what is installed is tiny."""

import sys
from pathlib import Path

import pytest

import extension

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))

import tiny_engine


@pytest.fixture(scope="module")
def done(blender, package, tmp_path_factory):
    folder = tmp_path_factory.mktemp("setting-up")
    environment = {key: value for key, value in blender._environment.items() if key != "NEURAL_STYLE_ENGINE"}
    environment |= extension.install(package, folder / "user")
    environment |= tiny_engine.fill(folder / "user/extensions/user_default/neural_style/setup", folder)
    environment["NEURAL_STYLE_DATA"] = str(folder / "data")
    other = type(blender)(blender.version, blender._python, environment, folder)
    return other.run("setting_up")


def test_nothing_is_fetched_where_online_access_is_off(done):
    assert done.said["at first"] == ["the Neural Style engine is not installed", "install"]
    assert "Online access is off" in done.said["offline"] and done.said["untouched"]


def test_the_button_installs_an_engine_that_is_found(done):
    said = done.said
    assert said["failed"] == "" and not said["poll"], "one at a time"
    facts = said["installed"]
    assert (facts["version"], facts["build"], facts["torch"]) == ("0.1.0", "cpu", "2.13.0+cpu")
    assert said["python"].startswith(str(done.folder.parent / "data" / "engine" / facts["folder"]))
    shares = [share for share, _ in said["seen"] if share is not None]
    assert shares == sorted(shares) and len(set(shares)) > 2
    assert said["fetched"] == ["", "fetching something small"]


def test_stopped_it_leaves_the_one_before_and_removed_it_leaves_nothing(done):
    assert done.said["stopped"] == ["", True]
    assert done.said["removed"] == ["install", False]
