"""Convolutions with the ReLU behind them: the native kernels against torch's own in float64, and who takes what."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from neural_style import native, weights
from neural_style.networks import rectified
from neural_style.networks.rectified import RectifiedConvolution
from neural_style.networks.vgg import VGG

PROCESSORS = getattr(native.module, "winograd_processors", list)()

#: As a share of the mean result: roundings of float32, some of them multiplied by up to 8 · 8 · 5 · 5.
CLOSE = 3e-4


def made(outputs, inputs, seed=0, dtype=torch.float32):
    random = torch.Generator().manual_seed(seed)
    weight = torch.randn(outputs, inputs, 3, 3, generator=random) / (9 * inputs) ** 0.5
    return weight.to(dtype), torch.randn(outputs, generator=random).to(dtype)


def picture(images, channels, height, width, seed=1):
    x = torch.randn(images, channels, height, width, generator=torch.Generator().manual_seed(seed))
    return x.contiguous(memory_format=torch.channels_last)


def expected(x, weight, bias):
    return F.relu(F.conv2d(x.double(), weight.double(), bias.double(), padding=1))


def close(found, truth):
    return (found - truth).abs().max() <= CLOSE * truth.abs().mean()


def convolved(x, weight, bias, mask, rectify, threads, kind):
    """By the native kernel, (N, H, W, I) to (N, H, W, O)."""
    result = np.full((*x.shape[:3], len(weight)), np.nan, np.float32)
    there = native.module.winograd_weights(weight.numpy(), kind)
    native.module.winograd(x, there, None if bias is None else bias.numpy(), mask, result, rectify, threads, kind)
    return result


@pytest.fixture(params=PROCESSORS)
def kind(request, monkeypatch):
    monkeypatch.setattr(rectified, "processor", lambda: request.param)
    return request.param


def test_there_are_native_convolutions_here():
    """Every machine that tests this has vectors of eight floats at least; without, all others would test nothing."""
    assert native.module is not None, native.missing
    assert PROCESSORS and rectified.processor() == PROCESSORS[0]


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (3, 2), (4, 4), (5, 4), (16, 16), (33, 61)])
@pytest.mark.parametrize("channels", [(64, 64), (64, 128), (512, 64)])
def test_values_and_gradients_are_torchs(kind, size, channels):
    inputs, outputs = channels
    weight, bias = made(outputs, inputs)
    convolution = RectifiedConvolution(weight, bias)
    assert convolution.is_native
    x = picture(2, inputs, *size).requires_grad_(True)
    found = convolution(x)
    assert found.is_contiguous(memory_format=torch.channels_last)
    truth = x.detach().double().requires_grad_(True)
    wanted = expected(truth, weight, bias)
    assert close(found, wanted)
    # Only where both are sure of the sign: ReLU's gradient jumps at zero.
    sure = (wanted > 1e-3) | (found < 0.5e-3) & (wanted == 0)
    onward = picture(2, outputs, *size, seed=2) * sure
    (gradient,) = torch.autograd.grad(found, x, onward)
    (wanted_gradient,) = torch.autograd.grad(wanted, truth, onward.double())
    assert close(gradient, wanted_gradient)


@settings(max_examples=25, deadline=None)
@given(height=st.integers(1, 40), width=st.integers(1, 40), images=st.integers(1, 3), seed=st.integers(0, 9))
def test_any_size(height, width, images, seed):
    weight, bias = made(64, 64, seed)
    x = picture(images, 64, height, width, seed)
    assert close(RectifiedConvolution(weight, bias)(x), expected(x, weight, bias))


def test_values_do_not_depend_on_the_threads(kind):
    weight, bias = made(64, 64)
    x = picture(1, 64, 37, 50).permute(0, 2, 3, 1).numpy()
    one, three, all_cores = (convolved(x, weight, bias, None, True, threads, kind) for threads in (1, 3, 0))
    np.testing.assert_array_equal(one, three)
    np.testing.assert_array_equal(one, all_cores)


def test_what_the_mask_hides_counts_as_zero(kind):
    weight, _ = made(64, 64)
    x, mask = (picture(1, 64, 9, 14, seed).permute(0, 2, 3, 1).numpy() for seed in (1, 2))
    found = convolved(x, weight, None, mask, False, 1, kind)
    np.testing.assert_array_equal(found, convolved(x * (mask > 0), weight, None, None, False, 1, kind))
    assert (found < 0).any()


def test_infinite_and_broken_values_stay_in_their_neighbourhood(kind):
    """A tile spreads them over its own 4×4 pixels at most, and none becomes a crash."""
    weight, bias = made(64, 64)
    x = picture(1, 64, 12, 12)
    x[0, 3, 5, 5] = torch.nan
    found = RectifiedConvolution(weight, bias)(x)[0]
    far = torch.ones(12, 12, dtype=torch.bool)
    far[4:8, 4:8] = False
    assert torch.isfinite(found[:, far]).all()


@pytest.mark.parametrize(
    ("weight", "why"),
    [
        (made(64, 3)[0], "three channels"),
        (made(20, 64)[0], "channels that fill no vectors"),
        (made(64, 64, dtype=torch.float64)[0], "float64"),
        (made(64, 64, dtype=torch.bfloat16)[0], "bfloat16"),
    ],
)
def test_torch_takes_what_the_kernels_cannot(weight, why):
    convolution = RectifiedConvolution(weight, torch.zeros(len(weight), dtype=weight.dtype))
    assert not convolution.is_native, why
    x = picture(1, weight.shape[1], 6, 7).to(weight.dtype)
    assert convolution(x).dtype == weight.dtype


def test_they_can_be_forbidden_and_may_be_missing(monkeypatch):
    weight, bias = made(64, 64)
    monkeypatch.setenv("NEURAL_STYLE_WINOGRAD", "0")
    assert not RectifiedConvolution(weight, bias).is_native
    monkeypatch.delenv("NEURAL_STYLE_WINOGRAD")
    assert RectifiedConvolution(weight, bias).is_native
    monkeypatch.setattr(native, "module", None)
    assert not RectifiedConvolution(weight, bias).is_native


def test_a_whole_network_agrees(monkeypatch):
    """As far as torch's own float32 is from float64; the network's roundings are not the kernels' alone."""
    tensors, layers = weights.tensors("vgg16"), ["relu2_2", "relu5_1"]
    x = 60 * picture(1, 3, 64, 80)
    found = VGG(tensors).features(x, layers)
    truth = VGG(tensors, torch.float64).features(x, layers)
    for layer in layers:
        assert (found[layer] - truth[layer]).norm() < 1e-5 * truth[layer].norm()
    monkeypatch.setenv("NEURAL_STYLE_WINOGRAD", "0")
    plain = VGG(tensors).features(x, layers)
    assert not torch.equal(plain["relu5_1"], found["relu5_1"])  # that the kernels were at work


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"input": np.zeros((1, 4, 4, 64))}, TypeError, "input is float64"),
        ({"input": np.zeros((4, 4, 64), np.float32)}, ValueError, r"input has shape \(4, 4, 64\)"),
        ({"input": np.zeros((1, 4, 4, 32), np.float32)}, ValueError, r"weights has shape \(36, 64, 64\)"),
        ({"bias": np.zeros(63, np.float32)}, ValueError, r"bias has shape \(63,\)"),
        ({"mask": np.zeros((1, 4, 5, 64), np.float32)}, ValueError, "expected the input's"),
        ({"result": np.zeros((1, 4, 4, 63), np.float32)}, ValueError, r"result has shape \(1, 4, 4, 63\)"),
        ({"result": np.zeros((1, 4, 4, 64))}, TypeError, "result is not a C-contiguous float32 array"),
        ({"threads": -1}, ValueError, "threads is -1"),
        ({"weights": np.zeros((35, 64, 64), np.float32)}, ValueError, "what winograd_weights gives"),
        ({"processor": "abacus"}, ValueError, "no kernel for 'abacus'"),
    ],
)
def test_what_is_wrong_is_said(arguments, error, sentence):
    fine = {
        "input": np.zeros((1, 4, 4, 64), np.float32),
        "weights": np.zeros((36, 64, 64), np.float32),
        "bias": None,
        "mask": None,
        "result": np.zeros((1, 4, 4, 64), np.float32),
        "rectify": True,
        "threads": 1,
        "processor": PROCESSORS[0],
    }
    native.module.winograd(**fine)
    with pytest.raises(error, match=sentence):
        native.module.winograd(**fine | arguments)


def test_weights_that_no_kernel_takes_are_refused():
    for wrong in (np.zeros((64, 64, 3), np.float32), np.zeros((64, 64, 5, 3), np.float32)):
        with pytest.raises(ValueError, match=r"expected \(O, I, 3, 3\)"):
            native.module.winograd_weights(wrong, PROCESSORS[0])
    with pytest.raises(ValueError, match="takes 3 channels to 64"):
        native.module.winograd_weights(np.zeros((64, 3, 3, 3), np.float32), PROCESSORS[0])
