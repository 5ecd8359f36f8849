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


def test_a_second_style_is_none_until_one_is_chosen(said):
    assert said["second"][0] == "NONE" and said["second"][-1] == 999
    assert said["default"] == ["starry-night", 999]
