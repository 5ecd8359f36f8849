"""Johnson's Torch models: both families paint what a plain computation of them gives, and no file does any harm."""

import itertools
import struct
from pathlib import Path

import numpy as np
import pytest
import torch

import lua_models
import t7_writer
from frames import texture
from neural_style.door.errors import NeuralStyleError
from neural_style.networks import torch7
from neural_style.networks.read import read_network
from neural_style.networks.stored import load
from t7_writer import Lua, Storage, Tensor, tensor


def written(folder: Path, value: object) -> Path:
    path = folder / "model.t7"
    path.write_bytes(t7_writer.dumps(value))
    return path


def painted(network: torch.nn.Module, frame: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        picture = network(torch.from_numpy(frame.transpose(2, 0, 1).copy())[None])
    return picture[0].permute(1, 2, 0).numpy()


@pytest.mark.parametrize("instance", [False, True], ids=["eccv16", "instance_norm"])
@pytest.mark.parametrize("arch", [lua_models.SMALL, lua_models.UPSAMPLED, lua_models.JOHNSON])
def test_equals_the_plain_computation(tmp_path, arch, instance):
    checkpoint = lua_models.checkpoint(arch, instance)
    stored = read_network(written(tmp_path, checkpoint))
    stored.save(tmp_path / "kept.safetensors")
    frame = texture(44, 60)  # multiples of four, and more than the 40 pixels of the border
    expected = lua_models.paint(frame, checkpoint["model"])
    assert expected.std() > 0.1
    for network in (stored.build(), load(tmp_path / "kept.safetensors").build()):
        assert np.abs(painted(network, frame) - expected).max() < 1e-4


def test_frames_smaller_than_the_border_are_reflected_again(tmp_path):
    model = lua_models.model(lua_models.SMALL, instance=True)
    network = read_network(written(tmp_path, {"model": model})).build()
    frame = texture(32, 36)  # np.pad reflects as often as it takes
    assert np.abs(painted(network, frame) - lua_models.paint(frame, model)).max() < 1e-4


@pytest.mark.parametrize("element", ["Double", "Cuda"])
def test_other_number_types(tmp_path, element):
    model = lua_models.model(lua_models.SMALL, instance=False)
    frame = texture(44, 44)
    expected = lua_models.paint(frame, model)
    for part in _tensors(model):
        part.element = element
        if part.storage:
            part.storage.element = element
    assert np.abs(painted(read_network(written(tmp_path, {"model": model})).build(), frame) - expected).max() < 1e-4


def _tensors(value: object):
    match value:
        case Lua(_, fields):
            yield from _tensors(fields)
        case dict() | list():
            for item in value.values() if isinstance(value, dict) else value:
                yield from _tensors(item)
        case Tensor():
            yield value


def test_models_saved_alone_by_cudnn_and_in_old_ways(tmp_path):
    """A model without a checkpoint around it, cudnn's modules, matrices of weights, and an inverse deviation."""
    model = lua_models.model(lua_models.SMALL, instance=False, backend="cudnn")
    frame = texture(44, 44)
    expected = lua_models.paint(frame, model)
    for module in model.fields["modules"]:
        fields, kind = module.fields, module.kind.partition(".")[2]
        module.version = None
        if kind == "SpatialConvolution":
            outputs, inputs, high, wide = fields["weight"].size
            fields["weight"].size = (outputs, inputs * high * wide)
            fields["weight"].stride = (inputs * high * wide, 1)
            fields["padding"] = fields.pop("padH")
            del fields["padW"]
        if kind == "SpatialBatchNormalization":
            variance = lua_models.values(fields.pop("running_var"))
            fields["running_std"] = tensor((variance + fields["eps"]) ** -0.5)
    assert np.abs(painted(read_network(written(tmp_path, model)).build(), frame) - expected).max() < 1e-4


def test_the_preprocessing_of_residual_networks(tmp_path):
    model = lua_models.model(lua_models.SMALL, instance=True)
    read = read_network(written(tmp_path, {"opt": {"preprocessing": "resnet"}, "model": model}))
    network = read.build()
    frame = texture(44, 44)
    mean, deviation = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    inside = ((frame - mean) / deviation).transpose(2, 0, 1)
    expected = np.clip(lua_models._run(inside, model).transpose(1, 2, 0) * deviation + mean, 0, 1)
    assert np.abs(painted(network, frame) - expected).max() < 1e-4
    assert not np.allclose(expected, lua_models.paint(frame, model), atol=0.05)


def test_values_come_back(tmp_path):
    shared = {"a": 1}
    strided = Tensor(Storage(np.arange(12, dtype=np.float32)), 1, (2, 3), (6, 2))
    half = tensor(np.array([0.5, -2]), "Half")
    table = {"n": 1.5, "s": "text", "yes": True, "no": False, "list": ["x", "y"], "one": shared, "two": shared}
    found = torch7.read(written(tmp_path, {**table, "nothing": None, "strided": strided, "half": half}))
    assert found.values["n"] == 1.5 and found.values["s"] == "text"
    assert found.values["yes"] is True and found.values["no"] is False
    assert found.values["list"].sequence() == ["x", "y"]
    assert found.values["one"] is found.values["two"] and found.values["one"].values == {"a": 1.0}
    assert found.values["strided"].array().tolist() == [[1, 3, 5], [7, 9, 11]]
    assert found.values["half"].array().tolist() == [0.5, -2]


def int32(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}i", *numbers)


def _cyclic() -> dict:
    table: dict = {}
    table["model"] = table
    return table


def _in_itself() -> Lua:
    model = Lua("nn.Sequential", {"modules": []})
    model.fields["modules"].append(model)
    return model


def _doubled() -> Lua:
    """A model of 2²⁰ modules in a file of a few kilobytes."""
    model = Lua("nn.Tanh", {})
    for _ in range(20):
        model = Lua("nn.Sequential", {"modules": [model, model]})
    return model


def _deep() -> bytes:
    """Tables in tables in tables."""
    return b"".join(int32(3, index, 1, 2, 1) + b"a" for index in range(1, 5000)) + int32(0)


def _convolution(**other: object) -> Lua:
    fields = {"nInputPlane": 3, "nOutputPlane": 3, "kW": 1, "kH": 1, "dW": 1, "dH": 1, "padW": 0, "padH": 0}
    fields["weight"] = tensor(np.ones((3, 3, 1, 1), np.float32))
    return Lua("nn.Sequential", {"modules": [Lua("nn.SpatialConvolution", {**fields, **other})]})


ONES = Storage(np.ones(9, np.float32))


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"opt": {}}, "no model"),
        (_cyclic(), "no model"),
        (7.0, "no model"),
        (_in_itself(), "more modules|contain each other"),
        (_doubled(), "more modules|contain each other"),
        (Lua("nn.Sequential", {"modules": {}}), "without modules"),
        (Lua("nn.Sequential", {"modules": [3]}), "without modules"),
        (Lua("nn.Sequential", {}), "without modules"),
        (Lua("os.execute", {"command": "rm"}), "a os.execute in place of a module"),
        (Lua("nn.NoiseFill\n\x1b[2J", {}), r"not known, nn.NoiseFill\?\?"),
        (Lua("nn.Sequential", {"modules": [Lua("nn.ConcatTable", {"modules": []})]}), "not added up"),
        (_convolution(weight=None), "another size than it says"),
        (_convolution(nInputPlane=4), "another size than it says"),
        (_convolution(nInputPlane=1e300), "another size than it says"),
        (_convolution(kW=0.5), "whose kW is 0.5"),
        (_convolution(groups=3), "in groups"),
        (_convolution(weight=Tensor(ONES, 0, (3, 3, 1, 1), (4, 1, 1, 1))), "out of its storage"),
        (_convolution(weight=Tensor(ONES, -1, (3, 3, 1, 1), (3, 1, 1, 1))), "out of its storage"),
        (_convolution(weight=Tensor(ONES, 8, (3, 3, 1, 1), (-3, -1, 1, 1))), "out of its storage"),
        (_convolution(weight=Tensor(ONES, 0, (1 << 40, 1 << 20), (0, 0))), "out of its storage"),
        (_convolution(weight=Tensor(ONES, 0, (3, 3, 1, 1), (1 << 62, 1 << 62, 1, 1))), "out of its storage"),
    ],
)
def test_other_models_are_refused(tmp_path, value, sentence):
    with pytest.raises(NeuralStyleError, match=sentence) as error:
        read_network(written(tmp_path, value))
    assert error.value.mend and "\n" not in str(error.value)


@pytest.mark.parametrize(
    "value",
    [_convolution(dW=10**6), _convolution(padW=10**6), _convolution(dW=0), _convolution(bias=tensor(np.ones(7)))],
)
def test_impossible_layers_are_refused(tmp_path, value):
    with pytest.raises(NeuralStyleError, match="do not make a network"):
        read_network(written(tmp_path, value)).build()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "cut short"),
        (b"4\n1\n3\nV 1\n13\nnn.Sequential\n", "text format"),
        (b"<html><title>404 Not Found</title></html>", "unknown type of value"),
        (int32(2, -1), "cut short"),
        (int32(2, 2**31 - 1) + b"abc", "cut short"),
        (int32(3, 1, 2**31 - 1), "cut short"),
        (int32(6, 9) + b"\x1bLua code.", "program code"),
        (int32(8, 1, 9) + b"\x1bLua code.", "program code"),
        (int32(4, 1, 4) + b"V 1e" + int32(1) + b"x", "no version"),
        (int32(4, 1, 3) + b"V 1" + int32(18) + b"torch.FloatStorage" + struct.pack("<q", 1 << 62), "cut short"),
        (int32(4, 1, 3) + b"V 1" + int32(18) + b"torch.FloatStorage" + struct.pack("<q", -5), "cut short"),
        (int32(4, 1, 3) + b"V 1" + int32(17) + b"torch.FloatTensor" + int32(2**30), "cut short"),
        (int32(4, 1, 3) + b"V 1" + int32(17) + b"torch.FloatTensor" + int32(0) + bytes(8) + int32(5, 1), "a storage"),
        (int32(4, 1, 3) + b"V 1" + int32(8) + b"tds.Hash" + int32(0), "unknown kind, tds.Hash"),
        (_deep(), "more than any network"),
        (int32(3, 1, 1000) + int32(0) * 2000, "more than any network"),
    ],
)
def test_hostile_files_are_refused(tmp_path, monkeypatch, data, sentence):
    monkeypatch.setattr(torch7, "_MOST_VALUES", 1000)
    path = tmp_path / "hostile.t7"
    path.write_bytes(data)
    with pytest.raises(NeuralStyleError, match=sentence) as error:
        read_network(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_cut_and_damaged_files_are_one_sentence_or_a_network(tmp_path):
    """No damage gets further than a NeuralStyleError; every cut is told."""
    data = t7_writer.dumps(lua_models.checkpoint("c3s1-4,d4,R4,u4,c3s1-3", instance=False))
    path = tmp_path / "damaged.t7"
    for length in itertools.chain(range(0, 600, 7), range(600, len(data), 211)):
        path.write_bytes(data[:length])
        with pytest.raises(NeuralStyleError):
            read_network(path)
    random = np.random.default_rng(0)
    refused = 0
    for _ in range(200):
        damaged = bytearray(data)
        for place in random.integers(0, len(data), 3):
            damaged[place] = random.integers(0, 256)
        path.write_bytes(bytes(damaged))
        try:
            read_network(path).build()
        except NeuralStyleError:
            refused += 1
    assert 50 < refused < 200
