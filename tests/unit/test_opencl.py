"""Which backend warps: what doctor measures of OpenCL devices, that it is kept, and what becomes of it."""

import json
import sys

import numpy as np
import pytest

from motion_reference import need
from neural_style import doctor, motion
from neural_style.door.errors import NeuralStyleError
from neural_style.motion import choice, opencl_backend


@pytest.fixture
def device():
    need("opencl")
    return opencl_backend.open_device()


@pytest.fixture
def answered(unmeasured, monkeypatch):
    """What the measuring process is asked; the test says what it answers, by appending to it."""
    asked, answers = [], []
    monkeypatch.setattr(choice, "_ask", lambda known: asked.append(known) or answers[-1])
    return asked, answers


def case(height=33, width=70):
    random = np.random.default_rng(3)
    image = random.random((height, width, 3), dtype=np.float32)
    return image, (random.standard_normal((height, width, 2)) * 2).astype(np.float32)


def keep(data, **measured):
    """As if doctor had measured that here."""
    data.mkdir(parents=True, exist_ok=True)
    (data / "opencl.json").write_text(json.dumps({choice._machine(): measured}))
    choice.chosen.cache_clear()


def test_nothing_is_done_by_opencl_before_it_was_measured(unmeasured, monkeypatch):
    monkeypatch.setattr(opencl_backend, "_pyopencl", lambda: pytest.fail("a driver was touched"))
    motion.warp(*case())
    assert motion.backend() == motion.without_opencl()


def test_a_device_that_was_measured_to_be_faster_is_used(unmeasured, device, monkeypatch):
    keep(unmeasured, devices={device.name: ""}, seconds={}, device=device.name)
    assert motion.backend() == "opencl"
    used = []
    real = opencl_backend.OpenCL.warp
    monkeypatch.setattr(opencl_backend.OpenCL, "warp", lambda self, *rest: used.append(self.name) or real(self, *rest))
    image, flow = case()
    found = motion.warp(image, flow, "lanczos4")
    assert used == [device.name]
    monkeypatch.setenv("NEURAL_STYLE_WARP", motion.without_opencl())
    np.testing.assert_allclose(found, motion.warp(image, flow, "lanczos4"), rtol=0, atol=1e-5)


def test_a_device_that_is_gone_is_done_without(unmeasured):
    keep(unmeasured, devices={"a card, pulled out": ""}, seconds={}, device="a card, pulled out")
    assert motion.backend() == motion.without_opencl()
    motion.warp(*case())


@pytest.mark.parametrize("text", ["no json", "[]", '{"x": 1}'])
def test_a_damaged_answer_counts_as_none(unmeasured, text):
    unmeasured.mkdir()
    (unmeasured / "opencl.json").write_text(text)
    assert choice.chosen() == ""


def test_it_is_measured_in_a_process_of_its_own_and_kept(unmeasured, device):
    found = choice.settle()
    assert found.devices[device.name] == ""  # its numbers are those of the other kernels
    assert all(0 < seconds < 100 for seconds in found.seconds.values())
    assert set(found.seconds) == {motion.without_opencl(), *opencl_backend.device_names()}
    fastest = min(found.seconds, key=found.seconds.__getitem__)
    clearly = found.seconds[fastest] * choice.CLEARLY < found.seconds[motion.without_opencl()]
    assert found.device == (fastest if clearly else "")
    assert choice.settle() == found  # to the microsecond: measured once
    assert choice.chosen() == found.device


def test_other_devices_are_measured_anew_and_others_answers_stay(answered):
    asked, answers = answered
    answers.append(choice.Measured({"one": ""}, {"native": 2.0, "one": 1.0}, "one"))
    choice.settle()
    choice._path().write_text(json.dumps(json.loads(choice._path().read_text()) | {"another machine": {}}))
    answers.append(choice.Measured({"one": "", "two": ""}, {"native": 2.0, "one": 1.0, "two": 0.5}, "two"))
    choice.settle()
    assert [list(known.get("devices", [])) for known in asked] == [[], ["one"]]
    assert choice.chosen() == "two"
    assert "another machine" in json.loads(choice._path().read_text())


def test_a_driver_that_crashes_is_one_sentence(unmeasured, monkeypatch):
    monkeypatch.setattr(choice, "__name__", "os; os.abort()  #")
    with pytest.raises(RuntimeError, match="crashed"):
        choice.settle()
    (finding,) = doctor._opencl()
    assert finding.fine and "crashed" in finding.text
    assert motion.backend() == motion.without_opencl()


def test_doctor_says_what_there_is(answered):
    _, answers = answered
    answers.append(choice.Measured())
    assert [finding.text for finding in doctor._opencl()] == ["no OpenCL device here, and none is needed"]
    answers.append(choice.Measured({"a": "", "b": "", "c": "wrong"}, {"native": 0.02, "a": 0.01, "b": 0.03}, "a"))
    one, two, three = doctor._opencl()
    assert one.text == "a: used; 10.0 ms a frame against 20.0 ms (native)"
    assert "b: not used" in two.text and "30.0 ms" in two.text
    assert "c: not used" in three.text and "wrong" in three.text


def test_without_pyopencl_or_a_driver_it_is_one_sentence(unmeasured, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyopencl", None)
    opencl_backend._devices.cache_clear()
    opencl_backend.open_device.cache_clear()
    try:
        monkeypatch.setenv("NEURAL_STYLE_WARP", "opencl")
        with pytest.raises(NeuralStyleError, match="there is no OpenCL device"):
            motion.warp(*case())
        monkeypatch.delenv("NEURAL_STYLE_WARP")
        motion.warp(*case())
        assert choice.measure({}) == choice.Measured()
    finally:
        opencl_backend._devices.cache_clear()
        opencl_backend.open_device.cache_clear()


def test_a_device_that_fails_is_one_sentence(device):
    with pytest.raises(NeuralStyleError, match="OpenCL device failed"), device._explained():
        raise opencl_backend._pyopencl().MemoryError("clEnqueue failed: OUT_OF_RESOURCES")
