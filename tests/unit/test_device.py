"""The device: what is chosen, what is measured once and kept."""

import json

import pytest
import torch

from neural_style import device
from neural_style.door.errors import NeuralStyleError


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """A data folder of its own, and a count of measurements, whose answer the test gives."""
    monkeypatch.setenv("NEURAL_STYLE_DATA", str(tmp_path / "data"))
    monkeypatch.delenv(device.BFLOAT16_VARIABLE, raising=False)
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: True)
    calls = []
    monkeypatch.setattr(device, "_measure_bfloat16", lambda: calls.append(1) or True)
    device.bfloat16_is_fast.cache_clear()
    yield calls
    device.bfloat16_is_fast.cache_clear()


def test_precision_is_measured_once_for_a_machine(measured, tmp_path):
    cpu = torch.device("cpu")
    for _ in range(2):
        device.bfloat16_is_fast.cache_clear()  # as another process would find it
        assert device.bfloat16_is_fast(cpu)
    assert len(measured) == 1
    (tmp_path / "data" / "bfloat16.json").write_text("no json")
    device.bfloat16_is_fast.cache_clear()
    assert device.bfloat16_is_fast(cpu)
    assert len(measured) == 2
    assert list(json.loads((tmp_path / "data" / "bfloat16.json").read_text()).values()) == [True]


def test_precision_can_be_forced(measured, monkeypatch):
    monkeypatch.setenv(device.BFLOAT16_VARIABLE, "0")
    assert not device.bfloat16_is_fast(torch.device("cpu"))
    assert not measured


def test_a_device_that_does_not_work_is_one_sentence(monkeypatch):
    monkeypatch.setenv("NEURAL_STYLE_DEVICE", "cpu")
    assert device.choose() == torch.device("cpu")
    monkeypatch.setenv("NEURAL_STYLE_DEVICE", "hoverboard")
    with pytest.raises(NeuralStyleError, match="hoverboard"):
        device.choose()
