"""What a processor computes of the transformer networks natively: the same numbers as torch's operations."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from frames import texture
from neural_style import native, weights
from neural_style.networks import minimal
from neural_style.networks.convolution import enlarged, reflected
from neural_style.networks.instance_norm import instance_norm_
from neural_style.networks.johnson import JohnsonNetwork
from neural_style.networks.multistyle import MultistyleNetwork


def numbers(*shape: int) -> torch.Tensor:
    values = torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))
    return values.contiguous(memory_format=torch.channels_last) if len(shape) == 4 else values


def close(found: torch.Tensor, truth: torch.Tensor) -> None:
    torch.testing.assert_close(found.double(), truth.double(), rtol=1e-4, atol=1e-4)


@pytest.fixture(autouse=True)
def no_gradient():
    with torch.no_grad():
        yield


@pytest.fixture
def threads():
    """Sets how many threads torch has, until the test ends."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.parametrize("rectify", [False, True])
@pytest.mark.parametrize("with_added", [False, True])
@pytest.mark.parametrize("shape", [(1, 8, 1, 2), (3, 24, 7, 9), (2, 32, 120, 61)])
def test_normalisation_and_what_follows(shape, with_added, rectify):
    x, scale, shift = numbers(*shape) + 3, numbers(shape[1]), numbers(shape[1]) + 1
    added = numbers(*shape).contiguous() if with_added else None
    truth = F.instance_norm(x.double(), weight=scale.double(), bias=shift.double(), eps=1e-3)
    truth = truth + added if with_added else truth
    found = instance_norm_(x, scale, shift, 1e-3, rectify, added)
    assert found is x or found.data_ptr() == x.data_ptr()  # in place: the native one
    close(found, truth.relu() if rectify else truth)


@pytest.mark.parametrize("x", [numbers(1, 7, 6, 5), numbers(1, 8, 6, 5).double()])
def test_what_the_kernel_does_not_take_is_torchs(x):
    before, added = x.clone(), torch.ones_like(x)
    scale = torch.ones(x.shape[1], dtype=x.dtype)
    found = instance_norm_(x, scale, 0 * scale, rectify=True, added=added)
    close(found, F.relu(1 + F.instance_norm(before)))


def test_the_number_of_threads_changes_no_bit(threads):
    """A frame that a machine of another size painted is the same frame."""
    weight, scale, found = numbers(32, 32, 3, 3), torch.ones(32), []
    for count in (1, 2, 5):
        threads(count)
        found.append(instance_norm_(reflected(numbers(1, 32, 96, 80), weight), scale, 0 * scale))
    assert torch.equal(found[0], found[1]) and torch.equal(found[0], found[2])


def test_a_nearly_flat_frame_is_normalised_as_exactly():
    x = 900 + 0.05 * numbers(1, 16, 64, 64)
    truth = F.instance_norm(x.double())
    found = instance_norm_(x, torch.ones(16), torch.zeros(16))
    assert (found - truth).abs().max() < 0.02


def test_what_is_no_number_stays_none():
    """Else a damaged network would paint a picture."""
    x = numbers(1, 8, 6, 5)
    x[0, 3, 2, 2] = torch.nan
    found = instance_norm_(x, torch.ones(8), torch.zeros(8), rectify=True)
    assert found[0, 3].isnan().all() and not found[0, :3].isnan().any()


@pytest.mark.parametrize("with_bias", [False, True])
@pytest.mark.parametrize(("inputs", "outputs"), [(32, 32), (64, 128)])
@pytest.mark.parametrize("size", [(2, 2), (4, 9), (33, 30)])
def test_a_convolution_of_what_is_continued_by_reflection(size, inputs, outputs, with_bias):
    x, weight = numbers(2, inputs, *size), numbers(outputs, inputs, 3, 3) / (9 * inputs) ** 0.5
    bias = numbers(outputs) if with_bias else None
    padded = F.pad(x, [1] * 4, mode="reflect")
    truth = F.conv2d(padded.double(), weight.double(), None if bias is None else bias.double())
    close(minimal.convolved(x, weight, bias), truth)
    close(reflected(x, weight, bias), truth)


def test_channels_that_no_kernel_takes(monkeypatch):
    x, weight = numbers(1, 12, 6, 7), numbers(20, 12, 3, 3) / 10
    assert minimal.convolved(x, weight, None) is None
    close(reflected(x, weight), F.conv2d(F.pad(x, [1] * 4, mode="reflect"), weight))
    monkeypatch.setenv("NEURAL_STYLE_WINOGRAD", "0")
    assert minimal.convolved(numbers(1, 32, 6, 7), numbers(32, 32, 3, 3), None) is None


def test_weights_that_change_are_brought_to_their_places_again():
    x, weight = numbers(1, 32, 8, 8), torch.nn.Parameter(numbers(32, 32, 3, 3))
    first = minimal.convolved(x, weight, None)
    weight.mul_(2)
    close(minimal.convolved(x, weight, None), 2 * first)
    with torch.inference_mode():
        close(minimal.convolved(x, weight.clone(), None), 2 * first)


def test_an_enlargement_with_channels_last():
    x, weight = numbers(1, 16, 5, 6), numbers(24, 16, 3, 3) / 12
    plain = F.conv2d(F.pad(F.interpolate(x, scale_factor=2), [1] * 4, mode="reflect"), weight)
    found = enlarged(x, weight)
    assert found.is_contiguous(memory_format=torch.channels_last)
    close(found, plain)


@pytest.mark.parametrize("make", ["26 styles", "Johnson's"])
def test_whole_networks_agree(make, monkeypatch):
    frame = torch.from_numpy(texture(48, 64)).permute(2, 0, 1)[None]
    torch.manual_seed(7)
    johnson, styles = JohnsonNetwork(), MultistyleNetwork.from_tensors(weights.tensors("multistyle26"))
    shares = torch.eye(26)[3]
    paint = {"26 styles": lambda: styles(frame, shares), "Johnson's": lambda: johnson.unclamped(frame)}[make]
    found = paint()
    monkeypatch.setenv("NEURAL_STYLE_WINOGRAD", "0")
    plain = paint()
    assert not torch.equal(found, plain)  # that the kernels were at work
    assert (found - plain).abs().max() < 1e-4


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"picture": np.zeros((4, 4, 8), np.float32)}, ValueError, r"picture has shape \(4, 4, 8\)"),
        ({"picture": np.zeros((1, 4, 4, 8))}, TypeError, "picture is float64"),
        ({"picture": np.zeros((1, 4, 8, 8), np.float32)[:, :, ::2]}, TypeError, "not a C-contiguous"),
        ({"weight": np.zeros(7, np.float32)}, ValueError, r"weight has shape \(7,\)"),
        ({"bias": np.zeros((1, 8), np.float32)}, ValueError, r"bias has shape \(1, 8\)"),
        ({"added": np.zeros((1, 4, 5, 8), np.float32)}, ValueError, "expected the picture's"),
        ({"threads": -1}, ValueError, "threads is -1"),
    ],
)
def test_what_is_wrong_is_said(arguments, error, sentence):
    fine = {
        "picture": np.zeros((1, 4, 4, 8), np.float32),
        "weight": np.zeros(8, np.float32),
        "bias": np.zeros(8, np.float32),
        "added": None,
        "epsilon": 1e-5,
        "rectify": True,
        "threads": 1,
    }
    native.module.instance_norm(**fine)
    with pytest.raises(error, match=sentence):
        native.module.instance_norm(**fine | arguments)
