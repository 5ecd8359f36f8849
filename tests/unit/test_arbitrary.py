"""The arbitrary-style network: the numbers of the file it came from, at any size, and any picture as style."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import helper

from frames import texture
from neural_style import weights
from neural_style.door.catalogue import STYLES
from neural_style.networks.arbitrary import BOTTLENECK, ArbitraryNetwork, StylePredictor
from neural_style.pixels import Frame
from neural_style.styles import Stylist, paintings
from neural_style.styles.stylist import style_picture
from originals import original


def session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # As it is written, in floats that are rounded: made into products of integers, it cuts off large sums on processors
    # with AVX2 and without VNNI.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def without_rounding(path: Path) -> onnx.ModelProto:
    """A published graph whose activations stay as they are, and which takes pictures of any size.

    The file rounds every activation to 8 bits and back; what is left without these pairs of nodes are its own weights
    and its own operations.
    """
    model = onnx.load(path)
    graph = model.graph
    stored = {item.name for item in graph.initializer}
    before: dict[str, str] = {}
    for node in graph.node:
        if node.op_type == "QuantizeLinear" or (node.op_type == "DequantizeLinear" and node.input[0] not in stored):
            before[node.output[0]] = node.input[0]

    def unrounded(name: str) -> str:
        while name in before:
            name = before[name]
        return name

    kept = [node for node in graph.node if node.output[0] not in before]
    for node in kept:
        node.input[:] = [unrounded(name) for name in node.input]
    kept += [helper.make_node("Identity", [unrounded(item.name)], [item.name]) for item in graph.output]
    del graph.node[:], graph.value_info[:]
    graph.node.extend(kept)
    for item in (*graph.input, *graph.output):
        shape = item.type.tensor_type.shape.dim
        if len(shape) == 4 and shape[3].dim_value == 3:
            shape[1].dim_param, shape[2].dim_param = "height", "width"
    return model


def batch(frame: Frame) -> np.ndarray:
    return np.ascontiguousarray(frame[None])


def tensor(frame: Frame) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(frame.transpose(2, 0, 1)[None]))


def picture(network: ArbitraryNetwork, frame: Frame, bottleneck: np.ndarray) -> Frame:
    return network(tensor(frame), torch.from_numpy(bottleneck))[0].numpy().transpose(1, 2, 0)


@pytest.fixture(scope="module")
def predictor() -> StylePredictor:
    return StylePredictor.from_tensors(weights.tensors("arbitrary-predict"))


@pytest.fixture(scope="module")
def network() -> ArbitraryNetwork:
    return ArbitraryNetwork.from_tensors(weights.tensors("arbitrary-transform"))


@pytest.fixture(scope="module")
def bottleneck(predictor) -> np.ndarray:
    (painting, _), *_ = paintings("the-great-wave")
    return predictor(tensor(style_picture(painting)))[0].numpy()


@pytest.mark.parametrize("size", [(256, 256), (224, 320), (64, 96)])
def test_the_predictor_equals_the_published_graph_without_rounding(predictor, size):
    frame = texture(*size)
    graph = session(without_rounding(original("arbitrary-predict")))
    (expected,) = graph.run(None, {"style_image": batch(frame)})
    found = predictor(tensor(frame))
    assert found.shape == (1, BOTTLENECK)
    assert np.abs(found.numpy().ravel() - expected.ravel()).max() < 1e-4 * np.abs(expected).max()


@pytest.mark.parametrize("size", [(384, 384), (72, 100)])
def test_the_transformer_equals_the_published_graph_without_rounding(network, bottleneck, size):
    frame = texture(*size)
    graph = session(without_rounding(original("arbitrary-transform")))
    content, style = (item.name for item in graph.get_inputs())
    (expected,) = graph.run(None, {content: batch(frame), style: bottleneck.reshape(1, 1, 1, BOTTLENECK)})
    assert np.abs(picture(network, frame, bottleneck) - expected[0]).max() < 1e-4


def test_rounding_is_all_that_parts_it_from_the_published_graph(predictor, network):
    """At the file's own sizes, with its 8-bit activations: the same picture but for their noise."""
    (painting, _), *_ = paintings("composition-viii")
    style = np.ascontiguousarray(painting[100:356, 200:456])
    frame = texture(384, 384)
    graph = session(onnx.load(original("arbitrary-predict")))
    (rounded,) = graph.run(None, {"style_image": batch(style)})
    found = predictor(tensor(style)).numpy()
    assert np.corrcoef(found.ravel(), rounded.ravel())[0, 1] > 0.999
    graph = session(onnx.load(original("arbitrary-transform")))
    content, name = (item.name for item in graph.get_inputs())
    (expected,) = graph.run(None, {content: batch(frame), name: rounded})
    ours = picture(network, frame, rounded.ravel())
    assert np.abs(ours - expected[0]).mean() < 0.04
    assert np.corrcoef(ours.ravel(), expected.ravel())[0, 1] > 0.97


@pytest.mark.parametrize(
    ("size", "expected"),
    [((512, 512), (256, 256)), ((404, 600), (224, 320)), ((40, 40), (256, 256)), ((100, 4000), (32, 1632))],
)
def test_the_predictor_sees_the_whole_picture(size, expected):
    frame = np.zeros((*size, 3), np.float32)
    frame[:, size[1] // 2 :] = 1
    shown = style_picture(frame)
    assert shown.shape == (*expected, 3) and shown.dtype == np.float32
    assert shown[:, 0].max() == 0 and shown[:, -1].min() > 0.999 and shown.min() >= 0 and shown.max() <= 1


def test_the_border_is_painted_as_if_the_frame_went_on(network, bottleneck):
    """Near the border, a frame is painted more as within a larger frame than the network alone would paint it."""
    wide = texture(192, 256)
    frame = np.ascontiguousarray(wide[33:-32, 33:-32])
    within = picture(network, wide, bottleneck)[33:-32, 33:-32]
    painted = Stylist(torch.device("cpu")).paint(frame, "the-great-wave")
    assert painted.shape == frame.shape
    alone = picture(network, np.pad(frame, ((0, 1), (0, 1), (0, 0)), "reflect"), bottleneck)[:-1, :-1]
    border = np.ones(frame.shape[:2], bool)
    border[8:-8, 8:-8] = False
    assert np.abs(painted - within)[border].mean() < 0.85 * np.abs(alone - within)[border].mean()


def test_every_painting_gives_its_own_palette():
    """The painted frame is nearer to its own painting's colours than to those of most others."""
    stylist = Stylist(torch.device("cpu"))
    frame = texture(96, 128)
    names = [entry.name for entry in STYLES if entry.network == "arbitrary"]
    own = np.array([paintings(name)[0][0].mean(axis=(0, 1)) for name in names])
    painted = np.array([stylist.paint(frame, name).mean(axis=(0, 1)) for name in names])
    apart = np.linalg.norm(painted[:, None] - own[None], axis=2)
    ranks = (apart < np.diag(apart)[:, None]).sum(axis=1)
    assert np.median(ranks) <= 1, dict(zip(names, ranks, strict=True))
