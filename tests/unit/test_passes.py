"""Passes through the network and back: against autograd, whole and by bands, and in memory that is used again."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from frames import texture
from neural_style import losses, native, weights
from neural_style.methods import CONTENT_LAYER, STYLE_LAYERS
from neural_style.networks import pooling
from neural_style.networks.passes import grams_and_features
from neural_style.networks.room import Room
from neural_style.networks.vgg import VGG
from neural_style.pixels import to_vgg


@pytest.fixture(scope="module")
def vgg():
    """In float32, which the native kernels take."""
    return VGG(weights.tensors("vgg16"))


def picture(height, width, seed):
    return to_vgg(texture(height, width, seed)).double()


def summed(found):
    """A sum that none of some tensors is left out of."""
    return sum((tensor * torch.linspace(0, 1, tensor.numel()).view_as(tensor)).sum() for tensor in found)


def parts(vgg, x, rows=None, style=STYLE_LAYERS, content=(CONTENT_LAYER,), room=None):
    """The Gram matrices and the features, and the gradient of all of them."""
    x = x.detach().requires_grad_(True)
    grams, features = grams_and_features(vgg, x, style, content, rows, room)
    found = [*grams.values(), *features.values()]
    (gradient,) = torch.autograd.grad(summed(found), x)
    return *found, gradient


def by_autograd(vgg, x, style=STYLE_LAYERS, content=(CONTENT_LAYER,)):
    """The same as torch finds it."""
    x = x.detach().requires_grad_(True)
    features = vgg.features(x, {*style, *content})
    found = [losses.gram_matrix(features[layer]) for layer in style] + [features[layer] for layer in content]
    (gradient,) = torch.autograd.grad(summed(found), x)
    return *found, gradient


SOME = [
    (STYLE_LAYERS, (CONTENT_LAYER,)),
    (("relu1_1",), ()),
    ((), ("relu2_2",)),
    (("relu3_1",), ("relu1_1", "relu3_1")),
    (("relu2_2", "relu3_3"), ("relu3_2",)),
]


@pytest.mark.parametrize(("style", "content"), SOME)
@pytest.mark.parametrize("size", [(32, 32), (45, 51)])
def test_what_is_written_out_is_what_autograd_finds(vgg64, style, content, size):
    x = picture(*size, 3)
    for one, other in zip(parts(vgg64, x, None, style, content), by_autograd(vgg64, x, style, content), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10 * float(other.detach().abs().max()))


@pytest.mark.parametrize("rows", [None, 8])
@pytest.mark.parametrize(("style", "content"), SOME)
def test_the_native_kernels_find_it_too(vgg, vgg64, style, content, rows):
    """To float32's roundings, in most pictures: where a value is next to zero, its sign and so a gradient may turn."""
    assert all(vgg.convolution(name).is_native for name in vgg.convolutions[1:])
    errors = []
    for seed in range(3):
        x = picture(45, 51, seed)
        pairs = zip(parts(vgg, x.float(), rows, style, content), by_autograd(vgg64, x, style, content), strict=True)
        errors.append(max(float((one - other).detach().norm() / other.detach().norm()) for one, other in pairs))
    assert sorted(errors)[1] < 1e-5


@settings(max_examples=12, deadline=None)
@given(height=st.integers(32, 75), width=st.integers(32, 41), rows=st.integers(1, 40).map(lambda half: 2 * half))
def test_bands_give_what_the_whole_frame_gives(vgg64, height, width, rows):
    x = picture(height, width, 0)
    for one, other in zip(parts(vgg64, x, rows), parts(vgg64, x), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10 * float(other.detach().abs().max()))


@pytest.mark.parametrize(("style", "content"), SOME)
def test_bands_of_some_layers_only(vgg64, style, content):
    x = picture(50, 40, 1)
    for one, other in zip(parts(vgg64, x, 12, style, content), parts(vgg64, x, None, style, content), strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("rows", [0, 7, -2])
def test_a_band_of_odd_rows_is_refused(vgg64, rows):
    with pytest.raises(ValueError, match=f"even number of rows, not {rows}"):
        grams_and_features(vgg64, picture(32, 32, 0), STYLE_LAYERS, (), rows)


@pytest.mark.parametrize("rows", [None, 8])
def test_memory_that_is_used_again_holds_nothing_of_before(vgg, rows):
    """Frames of several sizes in one room, each to the last bit what it is in a room of its own."""
    room = Room()
    for seed, size in enumerate([(40, 48), (40, 48), (64, 70), (33, 32), (40, 48)]):
        x = picture(*size, seed).float()
        for one, other in zip(parts(vgg, x, rows, room=room), parts(vgg, x, rows), strict=True):
            assert torch.equal(one, other)


def test_what_is_kept_of_a_picture_outlasts_the_next_one(vgg):
    room = Room()
    x = picture(40, 48, 1).float()
    grams, features = grams_and_features(vgg, x, STYLE_LAYERS, (CONTENT_LAYER,), room=room)
    before = [tensor.clone() for tensor in (*grams.values(), *features.values())]
    grams_and_features(vgg, picture(40, 48, 2).float(), STYLE_LAYERS, (CONTENT_LAYER,), room=room)
    for one, other in zip(before, (*grams.values(), *features.values()), strict=True):
        assert torch.equal(one, other)


def test_a_room_gives_the_same_memory_again():
    room, like = Room(), torch.zeros(1)
    first = room.tensor("a", (1, 8, 6, 5), like)
    assert first.shape == (1, 8, 6, 5) and first.is_contiguous(memory_format=torch.channels_last)
    assert room.tensor("a", (1, 4, 6, 5), like).data_ptr() == first.data_ptr()
    assert room.tensor("b", (1, 8, 6, 5), like).data_ptr() != first.data_ptr()
    assert room.tensor("a", (1, 8, 6, 5), like.double()).dtype == torch.float64
    elsewhere = torch.zeros(1, device="meta")
    assert room.tensor("a", (1, 8, 6, 5), elsewhere).device.type == "meta"


@settings(max_examples=30, deadline=None)
@given(
    height=st.integers(2, 19),
    width=st.integers(2, 19),
    channels=st.sampled_from([1, 3, 16, 40]),
    images=st.integers(1, 2),
)
def test_pooling_is_torchs(height, width, channels, images):
    random = torch.Generator().manual_seed(height * 20 + width)
    # Of few values, so that several are the largest.
    x = torch.randint(0, 3, (images, channels, height, width), generator=random).float()
    x = x.contiguous(memory_format=torch.channels_last)
    pooled = pooling.pool(x, Room(), "pooled")
    gradient = torch.randn(pooled.shape, generator=random).contiguous(memory_format=torch.channels_last)
    found = pooling.unpool(gradient, x, Room(), "gradient")
    truth = x.double().requires_grad_(True)
    expected = F.max_pool2d(truth, 2)
    assert torch.equal(pooled.double(), expected)
    assert torch.equal(found.double(), torch.autograd.grad(expected, truth, gradient.double())[0])
    plain = pooling.unpool(gradient.double(), x.double(), Room(), "gradient")
    assert torch.equal(plain, found.double())


@pytest.mark.parametrize(
    ("work", "error", "sentence"),
    [
        (lambda n, x, half: n.pool(x, x, 1), ValueError, "does not fit"),
        (lambda n, x, half: n.pool(x[0], half, 1), ValueError, r"expected \(N, H, W, C\)"),
        (lambda n, x, half: n.pool(x.astype(float), half, 1), TypeError, "input is float64"),
        (lambda n, x, half: n.pool(x, half.astype(float), 1), TypeError, "result is not"),
        (lambda n, x, half: n.pool(x, half[:, ::-1], 1), TypeError, "C-contiguous"),
        (lambda n, x, half: n.pool(x, half, -1), ValueError, "threads is -1"),
        (lambda n, x, half: n.unpool(x, x, x.copy(), 1), ValueError, "half the input's"),
        (lambda n, x, half: n.unpool(half, x, half, 1), ValueError, "does not fit"),
    ],
)
def test_what_is_wrong_with_pooling_is_said(work, error, sentence):
    x, half = np.zeros((1, 6, 8, 16), np.float32), np.zeros((1, 3, 4, 16), np.float32)
    with pytest.raises(error, match=sentence):
        work(native.module, x, half)
