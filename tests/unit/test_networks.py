"""The networks: the same numbers as the files they came from, and checkpoints read safely."""

import numpy as np
import onnxruntime
import pytest
import torch

from frames import texture
from neural_style import weights
from neural_style.door.errors import NeuralStyleError
from neural_style.networks.johnson import JohnsonNetwork, read_johnson
from neural_style.networks.multistyle import MultistyleNetwork
from neural_style.networks.vgg import BLOCKS, VGG, read_vgg19
from originals import original
from plain_objective import features


@pytest.fixture(scope="module")
def published():
    """The file as it was published, run by ONNX Runtime."""
    return onnxruntime.InferenceSession(str(original("multistyle26")), providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("size", [(32, 40), (64, 48), (36, 100)])
@pytest.mark.parametrize("style", [[0], [19], [24], [3, 7], [1, 19, 25]])
def test_multistyle_equals_onnxruntime(published, size, style):
    blend = np.zeros(26, np.float32)
    blend[style] = 1 / len(style)
    frame = np.ascontiguousarray(texture(*size).transpose(2, 0, 1)[None])
    (expected,) = published.run(None, {"image": frame, "style_weights": blend})
    network = MultistyleNetwork.from_tensors(weights.tensors("multistyle26"))
    found = network(torch.from_numpy(frame), torch.from_numpy(blend)).numpy()
    assert np.abs(found - expected).max() < 1e-4


def test_vgg16_equals_plain_numpy():
    tensors = weights.tensors("vgg16")
    x = np.random.default_rng(0).uniform(-120, 130, (3, 36, 50))
    expected = features(x, {name: t.double().numpy() for name, t in tensors.items()})
    found = VGG(tensors, torch.float64).features(torch.from_numpy(x)[None], ["relu1_1", "relu4_2", "relu5_1"])
    for name, value in found.items():
        np.testing.assert_allclose(value[0].numpy(), expected[name.removeprefix("relu")], rtol=1e-9, atol=1e-9)


def test_vgg_knows_its_layers():
    with pytest.raises(ValueError, match="relu9_9"):
        VGG(weights.tensors("vgg16")).features(torch.zeros(1, 3, 32, 32), ["relu9_9"])


def published_vgg19() -> dict[str, torch.Tensor]:
    """A state dict with the names and shapes of the published VGG-19, and random weights."""
    torch.manual_seed(0)
    state, index, channels = {}, 0, 3
    for count, width in zip(BLOCKS["vgg19"], (64, 128, 256, 512, 512), strict=True):
        for _ in range(count):
            state[f"features.{index}.weight"] = torch.randn(width, channels, 3, 3) * (2 / (9 * channels)) ** 0.5
            state[f"features.{index}.bias"] = torch.randn(width) * 0.1
            index, channels = index + 2, width
        index += 1
    return state


def test_vgg19_is_rewritten_for_grey_levels(tmp_path):
    """torchvision's features of normalised RGB, times one scale, are those of BGR minus the means."""
    state = published_vgg19()
    torch.save(state, tmp_path / "vgg19.pth")
    network = VGG(read_vgg19(tmp_path / "vgg19.pth"), torch.float64)

    rgb = torch.rand(1, 3, 24, 24, dtype=torch.float64)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    y = (rgb - mean.view(1, 3, 1, 1)) / std.view(1, 3, 1, 1)
    expected = torch.relu(
        torch.conv2d(y, state["features.0.weight"].double(), state["features.0.bias"].double(), padding=1)
    )
    caffe_means = torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)
    found = network.features(rgb.flip(1) * 255 - caffe_means, ["relu1_1"])["relu1_1"]
    scale = 255 * std.mean()
    # Not at the border: zeros around mean another grey there, by less than half a level.
    difference = found[..., 1:-1, 1:-1] / scale - expected[..., 1:-1, 1:-1]
    assert difference.abs().max() < 1e-5


def test_johnson_reads_a_checkpoint_of_the_examples(tmp_path):
    torch.manual_seed(1)
    network = JohnsonNetwork()
    assert sum(p.numel() for p in network.parameters()) == 1_679_235
    state = network.state_dict()
    assert {"conv1.conv2d.weight", "in5.bias", "res3.in2.weight", "deconv3.conv2d.bias"} <= state.keys()
    state["in1.running_mean"] = torch.zeros(32)  # as old files have
    torch.save(state, tmp_path / "candy.pth")
    frame = torch.from_numpy(texture(32, 48).transpose(2, 0, 1).copy())[None]
    with torch.no_grad():
        found, expected = read_johnson(tmp_path / "candy.pth")(frame), network(frame)
    assert found.shape == frame.shape
    assert torch.equal(found, expected)


@pytest.mark.parametrize("read", [read_johnson, read_vgg19])
@pytest.mark.parametrize("content", [b"no checkpoint at all", None, {"weight": torch.zeros(2)}, [1, 2]])
def test_a_wrong_checkpoint_is_one_sentence(tmp_path, read, content):
    path = tmp_path / "wrong.pth"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        torch.save(content, path)
    with pytest.raises(NeuralStyleError) as error:
        read(path)
    assert str(path) in str(error.value) and error.value.mend


def test_no_code_from_a_checkpoint_runs(tmp_path):
    class Evil:
        def __reduce__(self):
            return (exec, (f"open({str(tmp_path / 'ran')!r}, 'w')",))

    torch.save({"conv1.conv2d.weight": Evil()}, tmp_path / "evil.pth")
    with pytest.raises(NeuralStyleError):
        read_johnson(tmp_path / "evil.pth")
    assert not (tmp_path / "ran").exists()
