"""Transformer networks for tests: random, but such that they paint in many tones, and files of them."""

import warnings
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from neural_style.networks.johnson import JohnsonNetwork


def painting_network(seed: int = 0, width: float = 0.25) -> JohnsonNetwork:
    """A network that is no training's, but paints neither black nor in one colour."""
    torch.manual_seed(seed)
    network = JohnsonNetwork(width)
    for name, tensor in network.named_parameters():
        if tensor.ndim == 4:
            nn.init.normal_(tensor, std=(2 / tensor[0].numel()) ** 0.5)
        elif ".conv" not in name and "in" in name:
            nn.init.uniform_(tensor, 0.3, 1.5)
    last = network.deconv3.conv2d
    nn.init.normal_(last.weight, std=40 / last.weight[0].numel() ** 0.5)
    last.bias.data.uniform_(80, 160)
    return network.requires_grad_(False).eval()


class Levels(nn.Module):
    """A network as the PyTorch examples have it: levels of 0 … 255 in and out, nothing clamped, in plain arithmetic."""

    def __init__(self, network: JohnsonNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        n = self.network
        for conv, norm in ((n.conv1, n.in1), (n.conv2, n.in2), (n.conv3, n.in3)):
            x = torch.relu(_normalised(norm, _convolved(conv, x)))
        for residual in (n.res1, n.res2, n.res3, n.res4, n.res5):
            inner = torch.relu(_normalised(residual.in1, _convolved(residual.conv1, x)))
            # The examples' own order of summands, unlike the engine's.
            x = _normalised(residual.in2, _convolved(residual.conv2, inner)) + x
        for conv, norm in ((n.deconv1, n.in4), (n.deconv2, n.in5)):
            x = torch.relu(_normalised(norm, _convolved(conv, F.interpolate(x, scale_factor=2, mode="nearest"))))
        return _convolved(n.deconv3, x)


def _convolved(conv: nn.Module, x: Tensor) -> Tensor:
    return conv.conv2d(F.pad(x, [conv.conv2d.kernel_size[0] // 2] * 4, mode="reflect"))


def _normalised(norm: nn.Module, x: Tensor) -> Tensor:
    return F.instance_norm(x, weight=norm.weight, bias=norm.bias, eps=norm.epsilon)


def export(network: nn.Module, path: Path, opset: int = 9, size: tuple[int, int] = (224, 224)) -> Path:
    """Export as the ONNX model zoo's notebook does: for frames of one size, `input1` and `output1`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network, (torch.rand(1, 3, *size),), path, opset_version=opset, input_names=["input1"],
            output_names=["output1"], dynamo=False,
        )  # fmt: skip
    return path
