"""Johnson's transformer network in the variant of PyTorch's examples, so that people's own checkpoints load.

Johnson et al. 2016, "Perceptual Losses for Real-Time Style Transfer", with the changes that variant makes:
reflection padding before every convolution, nearest ×2 + convolution for upsampling, instance normalisation
(Ulyanov et al. 2016), no tanh; RGB in 0 … 255 in and out; 1,679,235 parameters.
"""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from neural_style.door.errors import NeuralStyleError
from neural_style.networks.convolution import enlarged, reflected
from neural_style.networks.instance_norm import InstanceNorm


class _Convolution(nn.Module):
    """Reflection padding and a convolution, after an optional nearest-neighbour ×2."""

    def __init__(self, inputs: int, outputs: int, size: int, stride: int = 1, upsample: bool = False) -> None:
        super().__init__()
        self.conv2d = nn.Conv2d(inputs, outputs, size, stride)
        self.upsample = upsample

    def forward(self, x: Tensor) -> Tensor:
        weight, bias = self.conv2d.weight, self.conv2d.bias
        return enlarged(x, weight, bias) if self.upsample else reflected(x, weight, bias, self.conv2d.stride[0])


class _Residual(nn.Module):
    """Two convolutions whose result is added to what came in."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = _Convolution(channels, channels, 3)
        self.in1 = InstanceNorm(channels)
        self.conv2 = _Convolution(channels, channels, 3)
        self.in2 = InstanceNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        within = self.in1.of_given(self.conv1(x), rectify=True)
        return self.in2.of_given(self.conv2(within), added=x)


class JohnsonNetwork(nn.Module):
    """A frame in, the painting in one style out."""

    #: Height and width must be multiples of this.
    MULTIPLE = 4

    def __init__(self, width: float = 1.0) -> None:
        """width: factor on the numbers of channels (32, 64 and 128); 0.5 paints in a third of the time."""
        super().__init__()
        narrow, middle, wide = (round(channels * width) for channels in (32, 64, 128))
        self.conv1 = _Convolution(3, narrow, 9)
        self.conv2 = _Convolution(narrow, middle, 3, stride=2)
        self.conv3 = _Convolution(middle, wide, 3, stride=2)
        self.deconv1 = _Convolution(wide, middle, 3, upsample=True)
        self.deconv2 = _Convolution(middle, narrow, 3, upsample=True)
        self.deconv3 = _Convolution(narrow, 3, 9)
        self.in1, self.in2, self.in3, self.in4, self.in5 = (
            InstanceNorm(channels) for channels in (narrow, middle, wide, middle, narrow)
        )
        self.res1, self.res2, self.res3, self.res4, self.res5 = (_Residual(wide) for _ in range(5))

    def unclamped(self, image: Tensor) -> Tensor:
        """As `forward`, but free to leave [0, 1]: what is trained, lest nothing calls stray values back."""
        x = self.in1.of_given(self.conv1(image * 255), rectify=True)
        x = self.in2.of_given(self.conv2(x), rectify=True)
        x = self.in3.of_given(self.conv3(x), rectify=True)
        x = self.res5(self.res4(self.res3(self.res2(self.res1(x)))))
        x = self.in4.of_given(self.deconv1(x), rectify=True)
        x = self.in5.of_given(self.deconv2(x), rectify=True)
        out: Tensor = self.deconv3(x) / 255
        return out

    def forward(self, image: Tensor) -> Tensor:
        """image: (N, 3, H, W), sRGB in [0, 1], H and W multiples of four; the same shape back, within [0, 1]."""
        return self.unclamped(image).clamp(0, 1)


def width_of(state: Mapping[str, Tensor]) -> float:
    """The width of the network that a state dict belongs to; 1 where it tells nothing."""
    first = state.get("conv1.conv2d.weight")
    return first.shape[0] / 32 if isinstance(first, Tensor) and first.ndim == 4 else 1.0


def read_johnson(path: Path) -> JohnsonNetwork:
    """The network of a checkpoint (`.pth`, `.model`: a state dict). Raises NeuralStyleError where it is none.

    The state dict may lie inside a checkpoint of training, and its names may begin with `module.`, as they do where
    several GPUs trained it.
    """
    mend = "give a state dict of PyTorch's fast_neural_style example"
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise NeuralStyleError("the style's checkpoint does not exist", str(path), mend) from error
    except Exception as error:  # torch raises many kinds for a file that is no checkpoint
        raise NeuralStyleError("the style's checkpoint cannot be read", str(path), mend) from error
    try:
        for key in ("state_dict", "model_state_dict", "model"):
            state = state.get(key, state)
        # Files written before PyTorch 0.4 carry running statistics that instance normalisation never uses.
        kept = {
            name.removeprefix("module."): tensor.float()
            for name, tensor in state.items()
            if not name.endswith(("running_mean", "running_var", "num_batches_tracked"))
        }
        with torch.device("meta"):  # no memory is taken for what a strange file may claim to hold
            network = JohnsonNetwork(width_of(kept))
        network.load_state_dict(kept, assign=True)
    except (AttributeError, TypeError, RuntimeError) as error:
        raise NeuralStyleError("not a checkpoint of the transformer network", str(path), mend) from error
    return network.requires_grad_(False).eval()
