"""Networks people have: the examples' checkpoints and the ONNX zoo's files give the same picture as where they were
made; any other file is one sentence, and none of its code runs."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import helper, numpy_helper

from frames import texture
from neural_style.door.errors import NeuralStyleError
from neural_style.networks.read import READERS, read_network
from neural_style.networks.stored import StoredNetwork, load, of_johnson
from transformers import Levels, export, painting_network

NETWORK = painting_network()
FRAME = torch.from_numpy(texture(36, 48).transpose(2, 0, 1).copy())[None]
EXPECTED = NETWORK(FRAME)


@pytest.fixture(scope="module")
def zoo(tmp_path_factory) -> Path:
    """A file as the zoo has them: opset 9, 224×224."""
    return export(Levels(NETWORK), tmp_path_factory.mktemp("zoo") / "candy-9.onnx")


def paints_the_same(path: Path) -> bool:
    return torch.equal(read_network(path).build()(FRAME), EXPECTED)


def test_the_test_network_paints():
    assert EXPECTED.std() > 0.1
    assert not torch.equal(EXPECTED, painting_network(seed=1)(FRAME))


@pytest.mark.parametrize("ending", [".pth", ".model", ".pt", ".PTH"])
@pytest.mark.parametrize("legacy", [False, True])
def test_checkpoints(tmp_path, ending, legacy):
    state = NETWORK.state_dict()
    if legacy:  # before PyTorch 0.4 and 1.6
        state |= {"in1.running_mean": torch.zeros(8), "res2.in1.running_var": torch.ones(32)}
    path = tmp_path / f"candy{ending}"
    torch.save(state, path, _use_new_zipfile_serialization=not legacy)
    assert paints_the_same(path)


@pytest.mark.parametrize("key", ["state_dict", "model_state_dict", "model"])
def test_checkpoints_of_training(tmp_path, key):
    state = {f"module.{name}": tensor for name, tensor in NETWORK.state_dict().items()}
    torch.save({"epoch": 2, key: state, "loss": 1.5}, tmp_path / "epoch2.pth")
    assert paints_the_same(tmp_path / "epoch2.pth")


def test_the_zoo_at_its_size_and_at_others(zoo):
    assert paints_the_same(zoo)
    graph = onnx.load(zoo).graph
    assert [dimension.dim_value for dimension in graph.input[0].type.tensor_type.shape.dim] == [1, 3, 224, 224]
    frame = np.ascontiguousarray(texture(224, 224).transpose(2, 0, 1)[None])
    session = onnxruntime.InferenceSession(str(zoo), providers=["CPUExecutionProvider"])
    (levels,) = session.run(None, {"input1": frame * 255})
    found = read_network(zoo).build()(torch.from_numpy(frame)).numpy()
    assert np.abs(found - np.clip(levels / 255, 0, 1)).max() < 1e-4


@pytest.mark.parametrize("opset", [11, 17])
def test_exports_of_later_opsets(tmp_path, opset):
    assert paints_the_same(export(Levels(NETWORK), tmp_path / "mine.onnx", opset, size=(64, 64)))


def test_names_do_not_matter(zoo, tmp_path):
    """The zoo's older files number their tensors."""
    model = onnx.load(zoo)
    numbers: dict[str, str] = {}

    def number(name: str) -> str:
        return numbers.setdefault(name, str(len(numbers) + 1))

    for value in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        value.name = number(value.name)
    for node in model.graph.node:
        node.input[:], node.output[:] = map(number, node.input), map(number, node.output)
    onnx.save(model, tmp_path / "numbers.onnx")
    assert paints_the_same(tmp_path / "numbers.onnx")


def test_weights_as_constants_and_as_inputs(zoo, tmp_path):
    """Old exporters also list the weights as inputs; some tools turn them into Constant nodes."""
    model = onnx.load(zoo)
    for tensor in list(model.graph.initializer):
        if tensor.name.startswith("network.res"):
            model.graph.initializer.remove(tensor)
            model.graph.node.insert(0, helper.make_node("Constant", [], [tensor.name], value=tensor))
        else:
            model.graph.input.append(helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims))
    onnx.save(model, tmp_path / "constants.onnx")
    assert paints_the_same(tmp_path / "constants.onnx")


def test_the_oldest_upsampling(zoo, tmp_path):
    """Before opset 9 the scales are an attribute; the very first exporters said height and width."""
    for given in ({"scales": [1.0, 1.0, 2.0, 2.0]}, {"height_scale": 2.0, "width_scale": 2.0}):
        model = onnx.load(zoo)
        for node in model.graph.node:
            if node.op_type == "Upsample":
                del node.input[1:]
                node.attribute.extend(helper.make_attribute(key, value) for key, value in given.items())
        onnx.save(model, tmp_path / "old.onnx")
        assert paints_the_same(tmp_path / "old.onnx")


def _attribute(kind: str, key: str, value: object, place: int = 0):
    """Changes one attribute of one node."""

    def change(graph) -> None:
        node = [node for node in graph.node if node.op_type == kind][place]
        for attribute in list(node.attribute):
            if attribute.name == key:
                node.attribute.remove(attribute)
        node.attribute.append(helper.make_attribute(key, value))

    return change


def _other_norm(graph) -> None:
    next(node for node in graph.node if node.op_type == "InstanceNormalization").op_type = "LpNormalization"


def _tanh(graph) -> None:
    graph.node[-1].output[0] = "before"
    graph.node.append(helper.make_node("Tanh", ["before"], ["output1"]))


def _scaled_input(graph) -> None:
    first = next(node for node in graph.node if "input1" in node.input)
    first.input[0] = "scaled"
    graph.initializer.append(numpy_helper.from_array(np.float32(255), "levels"))
    graph.node.insert(0, helper.make_node("Mul", ["input1", "levels"], ["scaled"]))


def _crossed_skip(graph) -> None:
    sums = [node for node in graph.node if node.op_type == "Add"]
    sums[2].input[1] = sums[0].output[0]


def _other_scale(graph) -> None:
    node = next(node for node in graph.node if node.op_type == "Upsample")
    graph.initializer.append(numpy_helper.from_array(np.array([1, 1, 4, 4], np.float32), "four"))
    node.input[1] = "four"


def _other_scale_as_a_node(graph) -> None:
    four = numpy_helper.from_array(np.array([1, 1, 4, 4], np.float32))
    graph.node.insert(0, helper.make_node("Constant", [], ["four"], value=four))
    next(node for node in graph.node if node.op_type == "Upsample").input[1] = "four"


def _narrower(graph) -> None:
    bias = next(tensor for tensor in graph.initializer if tensor.name == "network.conv2.conv2d.bias")
    bias.CopyFrom(numpy_helper.from_array(np.zeros(3, np.float32), bias.name))


def _elsewhere(graph) -> None:
    tensor = next(tensor for tensor in graph.initializer if tensor.name == "network.conv2.conv2d.bias")
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../../etc/passwd")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_attribute("Conv", "strides", [1, 1], place=1), "strides|another convolution"),
        (_attribute("Conv", "dilations", [2, 2]), "dilations"),
        (_attribute("Conv", "pads", [1, 1, 1, 1], place=4), "pads"),
        (_attribute("Pad", "mode", "constant"), "reflection"),
        (_attribute("Pad", "pads", [0, 0, 2, 2, 0, 0, 2, 2]), "a border"),
        (_attribute("InstanceNormalization", "epsilon", 0.1), "epsilon"),
        (_attribute("Upsample", "mode", "linear"), "nearest"),
        (_other_norm, "LpNormalization where InstanceNormalization"),
        (_tanh, "Tanh where Conv"),
        (_scaled_input, "before the first convolution"),
        (_crossed_skip, "skip"),
        (_other_scale, "an enlargement by"),
        (_other_scale_as_a_node, "an enlargement by"),
        (_narrower, "not the tensors"),
        (_elsewhere, "not in the file"),
    ],
)
def test_other_onnx_networks_are_refused(zoo, tmp_path, change, sentence):
    model = onnx.load(zoo)
    change(model.graph)
    path = tmp_path / "other.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(NeuralStyleError, match=sentence) as error:
        read_network(path).build()
    assert error.value.mend


def test_a_halved_onnx_file_is_refused(zoo, tmp_path):
    data = zoo.read_bytes()
    for length in (0, 1, 100, len(data) // 2, len(data) - 1):
        (tmp_path / "half.onnx").write_bytes(data[:length])
        with pytest.raises(NeuralStyleError, match=r"half\.onnx"):
            read_network(tmp_path / "half.onnx")


@pytest.mark.parametrize("ending", READERS)
@pytest.mark.parametrize("content", [b"", b"<html>404</html>", bytes(range(256)) * 40, b"\x80\x02]q\x00."])
def test_a_file_of_something_else_is_one_sentence(tmp_path, ending, content):
    path = tmp_path / f"else{ending}"
    path.write_bytes(content)
    with pytest.raises(NeuralStyleError) as error:
        read_network(path)
    assert str(path) in str(error.value) and error.value.mend and "\n" not in str(error.value)


@pytest.mark.parametrize("ending", READERS)
def test_no_code_of_a_pickle_runs(tmp_path, ending):
    class Evil:
        def __reduce__(self):
            return (exec, (f"open({str(tmp_path / 'ran')!r}, 'w')",))

    for legacy in (False, True):
        torch.save({"conv1.conv2d.weight": Evil()}, tmp_path / f"evil{ending}", _use_new_zipfile_serialization=legacy)
        with pytest.raises(NeuralStyleError):
            read_network(tmp_path / f"evil{ending}")
    assert not (tmp_path / "ran").exists()


def test_other_names_are_refused(tmp_path):
    with pytest.raises(NeuralStyleError, match="known are files in"):
        read_network(tmp_path / "candy.h5")
    with pytest.raises(NeuralStyleError, match="does not exist"):
        read_network(tmp_path / "candy.t7")


def test_a_stored_network_comes_back(tmp_path):
    of_johnson(NETWORK, torch.float32).save(tmp_path / "a.safetensors", licence="CC0", source="a test")
    assert paints_the_same(tmp_path / "a.safetensors")
    half = of_johnson(NETWORK)
    half.save(tmp_path / "half.safetensors")
    assert (tmp_path / "half.safetensors").stat().st_size < 0.6 * (tmp_path / "a.safetensors").stat().st_size
    assert (load(tmp_path / "half.safetensors").build()(FRAME) - EXPECTED).abs().max() < 0.01
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [
        (StoredNetwork("newer", {}), "newer version"),
        (StoredNetwork("johnson", {}), "not the tensors"),
        (StoredNetwork("johnson", {"conv1.conv2d.weight": torch.empty(100_000, 3, 9, 9)}), "not the tensors"),
        (StoredNetwork("layers", {}), "preprocessing"),
        (StoredNetwork("layers", {}, {"preprocessing": "vgg", "layers": [{"kind": "exec"}]}), "unknown kind, exec"),
        (StoredNetwork("layers", {}, {"preprocessing": "vgg", "layers": [{"kind": "tanh"}] * 501}), "more layers"),
        (StoredNetwork("layers", {}, {"preprocessing": "vgg", "layers": [{"kind": "nearest", "scale": 10**9}]}), "by"),
        (StoredNetwork("layers", {}, {"preprocessing": "vgg", "layers": [{"kind": "crop", "size": -9}]}), "crop"),
        (
            StoredNetwork(
                "layers", {}, {"preprocessing": "vgg", "layers": [{"kind": "reflect", "border": [9**9] * 4}]}
            ),
            "border",
        ),
        (
            StoredNetwork("layers", {}, {"preprocessing": "vgg", "layers": [{"kind": "convolution", "name": "1"}]}),
            "no '1.weight'",
        ),
    ],
)
def test_damaged_networks_are_refused(stored, sentence):
    with pytest.raises(NeuralStyleError, match=sentence):
        stored.build()
