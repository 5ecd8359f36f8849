"""Super-resolution: the network's numbers, tiles, borders, and that nothing is moved."""

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from frames import texture
from neural_style import upscale
from neural_style.upscale import Upscaler
from neural_style.weights import ncnn

#: Of what ncnn itself (1.0.20261020, float32) makes of `stripes`, before it is clipped: three pixels, row and column.
NCNN = {
    "photo": {(0, 0): (-0.0549607, 0.3972592, 0.7744452), (5, 9): (1.0390208, 0.4189566, 0.7590032)},
    "anime": {(0, 0): (0.0146367, 0.3652985, 0.7502142), (5, 9): (1.0641073, 0.2889824, 0.7314936)},
}


@pytest.fixture(scope="module", params=upscale.NETWORKS)
def upscaler(request) -> Upscaler:
    return Upscaler(request.param, torch.device("cpu"))


@pytest.fixture(scope="module")
def picture():
    """Sharp edges and smooth slopes, (90, 140, 3): a part of a painting's kind, at twice the size to be enlarged."""
    x = texture(90, 140)
    cv2.circle(x, (50, 40), 22, (0.9, 0.2, 0.1), -1, cv2.LINE_AA)
    cv2.line(x, (8, 80), (130, 12), (0.05, 0.1, 0.4), 3, cv2.LINE_AA)
    for row in range(60, 88, 7):
        cv2.line(x, (70, row), (136, row + 4), (0.95, 0.9, 0.6), 2, cv2.LINE_AA)
    return x


def stripes():
    """(6, 8, 3) in [0, 1], no two neighbours alike."""
    return (np.arange(6 * 8 * 3, dtype=np.float32).reshape(6, 8, 3) * 37) % 101 / 100


def half(picture):
    return cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


def psnr(a, b) -> float:
    return float(-10 * np.log10(np.square(a - b).mean()))


def test_the_numbers_are_those_of_ncnn(upscaler):
    big = upscaler(stripes())
    assert big.shape == (12, 16, 3)
    name = upscaler.name.split()[0].removeprefix("waifu2x-")
    for place, expected in NCNN[name].items():
        assert big[place] == pytest.approx(np.clip(expected, 0, 1), abs=2e-6)


def test_sharper_than_bicubic_and_not_moved(upscaler, picture):
    small = half(picture)
    big = upscaler(small)
    assert big.shape == picture.shape
    assert big.dtype == np.float32
    cubic = np.clip(cv2.resize(small, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), 0, 1)
    assert psnr(big, picture) > psnr(cubic, picture) + 1
    # Of all places half a pixel of the small picture away, it fits best where it is.
    for step in (-1, 1):
        for axis in (0, 1):
            assert psnr(np.roll(big, step, axis), picture) < psnr(big, picture) - 3
    assert np.abs(half(big) - small).mean() < 0.01  # the colours stay


@pytest.mark.parametrize("tile", [16, 33, 1000])
def test_tiles_leave_no_seam(upscaler, tile):
    x = texture(61, 83, seed=2)
    whole = Upscaler(upscaler.name.split()[0].removeprefix("waifu2x-"), upscaler.device, tile=None)(x)
    upscaler.tile = tile
    assert np.abs(upscaler(x) - whole).max() < 1e-5


@pytest.mark.parametrize("size", [(1, 1), (2, 5), (17, 300), (64, 64)])
def test_any_size(upscaler, size):
    assert upscaler(texture(*size)).shape == (2 * size[0], 2 * size[1], 3)


def test_four_times_is_twice_twice(upscaler):
    x = texture(12, 15)
    assert np.array_equal(upscaler(x, 4), upscaler(upscaler(x)))
    assert upscaler(x, 1) is x
    with pytest.raises(ValueError, match="3"):
        upscaler(x, 3)


def test_a_gpu_that_is_full_gets_smaller_tiles(upscaler, monkeypatch):
    x, asked = texture(70, 90), []
    whole, run = upscaler(x), Upscaler._run

    def full(self, part):
        asked.append(max(part.shape[:2]))
        if asked[-1] > 64:
            raise torch.OutOfMemoryError("out of memory")
        return run(self, part)

    monkeypatch.setattr(Upscaler, "_run", full)
    assert np.abs(upscaler(x) - whole).max() < 1e-5
    assert max(asked) > 64 >= asked[-1]


def test_a_damaged_file_is_no_network(tmp_path):
    layers = [("one", nn.Conv2d(3, 2, 3)), ("two", nn.ConvTranspose2d(2, 3, 4))]
    rng = np.random.default_rng(0)
    half_floats, floats = rng.random(2 * 3 * 9).astype("<f2"), rng.random(3 * 2 * 16).astype("<f4")
    bias = np.arange(3, dtype="<f4")
    flags = np.array([0x01306B47, 0], "<u4")
    blob = b"".join([flags[:1], half_floats, bias[:2], flags[1:], floats, bias])
    path = tmp_path / "network.bin"
    path.write_bytes(blob)
    read = ncnn.state(path, layers)
    assert np.array_equal(read["one.weight"].numpy().ravel(), half_floats.astype(np.float32))
    assert read["two.weight"].shape == layers[1][1].weight.shape
    assert read["two.weight"][1, 2, 0, 0] == floats.reshape(3, 2, 4, 4)[2, 1, 0, 0]
    for wrong in (blob[:-1], blob + b"\0\0\0\0", b"\1" + blob[1:]):
        path.write_bytes(wrong)
        with pytest.raises(ValueError):
            ncnn.state(path, layers)
