"""What the node offers: thumbnails of all styles, detail by name, styles found by name."""

import cv2
import pytest

from neural_style.door.catalogue import STYLES


@pytest.fixture(scope="module")
def said(blender):
    return blender.run("looks").said


def test_every_style_of_the_catalogue_has_a_thumbnail_of_its_own(said, part):
    assert said["sizes"] == {entry.name: [144, 144] for entry in STYLES}
    pictures = [
        cv2.imread(str(part("graph").__file__).replace("graph.py", f"thumbnails/{name}.jpg")) for name in said["sizes"]
    ]
    assert all(picture.std() > 10 for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) == len(STYLES)


def test_detail_is_the_working_width_by_name(said):
    assert said["details"] == {
        "DRAFT": [320, "DRAFT"], "FULL": [0, "FULL"], "CUSTOM": [0, "CUSTOM"], "HIGH": [960, "HIGH"]
    }  # fmt: skip
    assert said["custom"] == ["CUSTOM", "LOW"]


def test_the_node_is_found_again_and_its_styles_are_set_by_name(said):
    assert said["found"] and said["gone"]
    assert said["chosen"] == ["de-stijl", "embers"]


def test_a_blend_is_keyframed(said):
    assert said["blend"] == {"1": "de-stijl", "3": "de-stijl:0.5000+embers:0.5000", "5": "embers"}


def test_a_job_says_how_far_it_is(said):
    assert said["lines"] == [
        ["Frame 101 (1 of 48): loading the networks …", 0.0],
        ["Frame 101 (1 of 48) · 2.0 s a frame · NVIDIA H200", 1 / 48],
        ["Frame 112 (12 of 48), 2.0 s a frame: loading the networks …", pytest.approx(11 / 48)],
        ["Frame 112 (12 of 48) · 3.0 s a frame · CPU", 12 / 48],
        ["Frame 7, 3.0 s a frame: loading the networks …", None],
        ["Frame 101 (1 of 48): painting …", 0.0],
    ]


def test_every_face_can_be_drawn(said):
    """Names of properties, operators, icons and arguments hold in both Blenders; each state shows what it should."""
    idle, busy, wrong, preferences = (said["faces"][name] for name in ("idle", "busy", "wrong", "preferences"))
    assert {"style", "picture", "second_style", "blend", "method", "painting", "detail", "working_width"} <= {
        *idle["prop"]
    }
    assert "Ready" in idle["label"][-1] and not idle["progress"]
    assert busy["progress"] == ["23%"] and "painting …" in busy["label"][-1]
    assert wrong["label"][-1] == "No weights" and wrong["operator"][-1] == "neural_style.fetch_networks"
    assert {"device", "memory", "log_level", "engine", "torch_index", "cache", "cache_limit"} == {*preferences["prop"]}
    assert {"neural_style.install_engine", "neural_style.test_engine", "neural_style.clear_cache"} <= {
        *preferences["operator"]
    }


def test_a_style_is_found_by_its_name_and_by_what_it_looks_like(said):
    found = said["faces"]["found"]
    assert len(found[""]) == len(STYLES) + 1 and found[""][0] == "None"
    assert found["wave"] == ["Woodblock Wave", "The Great Wave"]
    assert found["hokusai 1831"] == ["The Great Wave"]
    assert found["no such thing"] == ["There is no such style"]


def test_a_second_style_is_none_until_one_is_chosen(said):
    assert said["second"][0] == "NONE" and said["second"][-1] == 999
    assert said["default"] == ["starry-night", 999]
