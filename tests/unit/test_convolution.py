"""The transformer networks' convolutions: the same numbers as the plain chain of operations, and the same gradients."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from neural_style.networks.convolution import enlarged, reflected
from neural_style.networks.instance_norm import InstanceNorm, instance_norm


def plain_reflected(x, weight, bias, stride=1):
    return F.conv2d(F.pad(x, [weight.shape[-1] // 2] * 4, mode="reflect"), weight, bias, stride)


def plain_enlarged(x, weight, bias):
    return plain_reflected(F.interpolate(x, scale_factor=2, mode="nearest"), weight, bias)


def numbers(*shape: int) -> torch.Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(sum(shape)))


def assert_same(one, other, x, weight, bias):
    """The same results, and the same gradients of all that goes in."""
    given = [tensor.requires_grad_(True) for tensor in (x, weight, bias) if tensor is not None]
    results = [function(x, weight, bias) for function in (one, other)]
    torch.testing.assert_close(*results)
    toward = numbers(*results[0].shape)
    for found, expected in zip(*(torch.autograd.grad(result, given, toward) for result in results), strict=True):
        torch.testing.assert_close(found, expected)


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(5, 14),
    width=st.integers(5, 14),
    channels=st.sampled_from([1, 3, 8]),
    outputs=st.sampled_from([1, 3, 7, 8, 20]),
    size=st.sampled_from([3, 5, 9]),
    with_bias=st.booleans(),
)
def test_a_convolution_with_reflected_borders(height, width, channels, outputs, size, with_bias):
    x, weight = numbers(2, channels, height, width), numbers(outputs, channels, size, size)
    assert_same(reflected, plain_reflected, x, weight, numbers(outputs) if with_bias else None)


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    channels=st.sampled_from([1, 4]),
    outputs=st.sampled_from([1, 4, 15, 16, 33]),
    with_bias=st.booleans(),
)
def test_an_enlargement_and_a_convolution(height, width, channels, outputs, with_bias):
    x, weight = numbers(2, channels, height, width), numbers(outputs, channels, 3, 3)
    assert_same(enlarged, plain_enlarged, x, weight, numbers(outputs) if with_bias else None)


@pytest.mark.parametrize("height", [16, 17])
def test_a_stride_takes_the_plain_way(height):
    x, weight, bias = numbers(1, 3, height, 12), numbers(3, 3, 9, 9), numbers(3)
    torch.testing.assert_close(reflected(x, weight, bias, 2), plain_reflected(x, weight, bias, 2))


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(("count", "channels"), [(1, 5), (1, 20), (3, 20)])
def test_instance_normalisation_is_torchs(count, channels, memory_format):
    x = numbers(count, channels, 7, 9).contiguous(memory_format=memory_format)
    scale, shift = numbers(channels), numbers(channels) + 1
    assert_same(
        lambda x, scale, shift: instance_norm(x, scale, shift, 1e-3),
        lambda x, scale, shift: F.instance_norm(x, weight=scale, bias=shift, eps=1e-3),
        x,
        scale,
        shift,
    )


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_a_nearly_flat_frame_is_normalised_as_exactly(memory_format):
    exact = 900 + 0.05 * numbers(1, 20, 64, 64)
    x = exact.float()
    found = InstanceNorm(20)(x.contiguous(memory_format=memory_format))
    expected = F.instance_norm(x.double(), eps=1e-5)
    assert (found - expected).abs().max() < 0.02


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_the_number_of_threads_changes_no_bit(memory_format):
    """A frame that a machine of another size painted is the same frame."""
    x = numbers(1, 32, 64, 64).float().contiguous(memory_format=memory_format)
    norm, threads = InstanceNorm(32), torch.get_num_threads()
    found = []
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            found.append(norm(x))
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(found[0], found[1]) and torch.equal(found[0], found[2])
