"""Paintings: what belongs to a style, what is shipped, and pictures of all kinds read as they look."""

import struct

import cv2
import numpy as np
import pytest

from frames import texture
from neural_style.door.catalogue import STYLES
from neural_style.door.errors import NeuralStyleError
from neural_style.styles import check, painting_digest, paintings, resolve
from neural_style.styles.files import LONGEST_SIDE, read_picture
from neural_style.styles.resolve import PAINTINGS

BLUE = np.zeros((40, 60, 3), np.uint8)
BLUE[..., 0] = 200  # as OpenCV writes it: blue, green, red


def test_what_is_shipped_is_what_the_catalogue_names():
    named = {entry.painting for entry in STYLES if entry.painting}
    files = {path.name for path in PAINTINGS.glob("*.jpg")}
    assert named == files and len(files) == 10
    text = (PAINTINGS / "SOURCES.md").read_text(encoding="utf-8")
    for path in PAINTINGS.glob("*.jpg"):
        assert f"`{path.name}`" in text
        height, width, _ = read_picture(path).shape
        assert max(height, width) <= 600 and path.stat().st_size <= 100_000


def test_every_style_of_the_arbitrary_network_has_its_painting():
    for entry in STYLES:
        assert entry.network in ("multistyle26", "arbitrary")
        if entry.network == "arbitrary":
            assert len(paintings(entry.name)) == 1


def test_the_paintings_of_a_blend_come_with_their_shares():
    (night, first), (wave, second) = paintings("starry-night:3+woodblock-wave:1")
    assert (first, second) == (0.75, 0.25)
    for picture in (night, wave):
        assert picture.dtype == np.float32 and picture.shape[2] == 3 and 0 <= picture.min() < picture.max() <= 1
    assert night[..., 2].mean() > night[..., 0].mean() + 0.1 and wave[..., 0].mean() > wave[..., 2].mean()
    # Two styles after the same painting: that painting, once.
    (found,) = paintings("starry-night+the-starry-night")
    assert found[1] == 1 and np.array_equal(found[0], night)


def test_a_painting_takes_the_place_of_the_styles_own(tmp_path):
    path = tmp_path / "blue.png"
    cv2.imwrite(str(path), BLUE)
    ((picture, share),) = paintings("rust", str(path))
    assert share == 1 and np.allclose(picture, (0, 0, 200 / 255))
    ((picture, _),) = paintings("rust", "the-great-wave")
    assert np.array_equal(picture, paintings("woodblock-wave")[0][0])
    assert [share for _, share in paintings("rust", f"{path}:1+the-great-wave:3")] == [0.25, 0.75]
    assert painting_digest("rust", str(path)) == painting_digest(str(path)) != painting_digest("the-great-wave")
    assert painting_digest("woodblock-wave") == painting_digest("the-great-wave")


def test_a_style_without_a_painting_says_what_to_do():
    for style in ("rust", "starry-night+rust"):
        with pytest.raises(NeuralStyleError, match="no painting of its own: rust") as error:
            paintings(style)
        assert "--painting FILE" in error.value.mend
        with pytest.raises(NeuralStyleError):
            painting_digest(style)


def test_a_picture_is_its_own_painting(tmp_path):
    path = tmp_path / "any picture"  # whatever its name
    path.write_bytes(cv2.imencode(".png", BLUE)[1].tobytes())
    ((found, share),) = resolve(str(path))
    assert found.painting == path and share == 1
    assert np.allclose(paintings(str(path))[0][0], (0, 0, 200 / 255))


@pytest.mark.parametrize("ending", ["jpg", "jpeg", "png", "webp", "tif", "bmp"])
@pytest.mark.parametrize("kind", ["colour", "grey"])
def test_kinds_of_files(tmp_path, ending, kind):
    wanted = texture(48, 64)
    if kind == "grey":
        wanted = np.repeat(wanted[..., 1:2], 3, axis=2)
    path = tmp_path / f"größe 1.{ending.upper()}"
    image = (wanted[..., ::-1] * 255).round().astype(np.uint8)
    coded = cv2.imencode(f".{ending}", image if kind == "colour" else image[..., 0])[1]
    path.write_bytes(coded.tobytes())
    found = read_picture(path)
    assert found.shape == wanted.shape and found.dtype == np.float32
    assert np.abs(found - wanted).mean() < 0.03


def test_sixteen_bits_and_transparency(tmp_path):
    deep = (texture(32, 32) * 65535).astype(np.uint16)
    cv2.imwrite(str(tmp_path / "deep.png"), deep[..., ::-1])
    assert np.abs(read_picture(tmp_path / "deep.png") - deep / 65535).max() < 0.01
    clear = np.zeros((32, 32, 4), np.uint8)
    clear[:, 16:, 3] = 255
    for name, layers in (("clear.png", clear), ("deep-clear.png", clear.astype(np.uint16) * 257)):
        cv2.imwrite(str(tmp_path / name), layers)
        found = read_picture(tmp_path / name)
        assert np.all(found[:, :16] == 1) and np.all(found[:, 16:] == 0)


def test_a_photograph_stands_upright(tmp_path):
    """A JPEG whose EXIF data say that the camera was turned (orientation 6) is turned back."""
    coded = cv2.imencode(".jpg", np.full((32, 64, 3), 128, np.uint8))[1].tobytes()
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) + struct.pack(">I", 0)
    segment = b"Exif\0\0" + tiff
    path = tmp_path / "turned.jpg"
    path.write_bytes(coded[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + coded[2:])
    assert read_picture(path).shape == (64, 32, 3)


def test_huge_pictures_are_made_smaller_and_tiny_ones_refused(tmp_path):
    cv2.imwrite(str(tmp_path / "huge.png"), np.zeros((20, LONGEST_SIDE + 1000, 3), np.uint8))
    assert read_picture(tmp_path / "huge.png").shape[1] == LONGEST_SIDE
    cv2.imwrite(str(tmp_path / "tiny.png"), np.zeros((8, 60, 3), np.uint8))
    with pytest.raises(NeuralStyleError, match="60×8"):
        check(str(tmp_path / "tiny.png"))


@pytest.mark.parametrize("content", [b"", b"no picture", None])
def test_what_is_no_picture_is_one_sentence(tmp_path, content):
    path = tmp_path / "wrong.jpg"
    if content is not None:
        path.write_bytes(content)
    for wrong in ((str(path), ""), ("rust", str(path)), (f"rust+{path}", "")):
        with pytest.raises(NeuralStyleError) as error:
            check(*wrong)
        assert str(path) in str(error.value) and error.value.mend
