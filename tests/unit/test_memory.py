"""Frames that memory is too short for: features by bands of rows, and how many rows at a time."""

import os
import subprocess
import sys

import pytest
import torch

from frames import texture
from neural_style import device as devices
from neural_style import memory
from neural_style.methods import METHODS
from neural_style.objective import Objective, Previous, Targets
from neural_style.pixels import to_vgg

CPU = torch.device("cpu")


def picture(height: int, width: int, seed: int) -> torch.Tensor:
    return to_vgg(texture(height, width, seed)).double()


@pytest.mark.parametrize("name", ["steady", "fast", "painterly", "gatys"])
def test_the_objective_is_the_same_by_bands(vgg64, name):
    x, goal, frame = (picture(56, 40, seed) for seed in range(3))
    previous = Previous(frame, torch.full((1, 1, 56, 40), 0.7, dtype=torch.float64))
    whole, banded = (
        Objective(METHODS[name], vgg64, Targets(goal, frame, goal), [previous], rows).evaluate(x) for rows in (None, 16)
    )
    torch.testing.assert_close(banded, whole)


def test_rows_become_fewer_as_memory_gets_short(monkeypatch):
    def rows(gigabytes: float, height=2160, width=3840, dtype=torch.float32) -> int | None:
        monkeypatch.setattr(devices, "memory", lambda _device: int(gigabytes * 1e9))
        return memory.rows(height, width, METHODS["steady"].iterations, dtype, CPU)

    assert rows(80) is None
    assert rows(12) is not None, "4K on a card of 12 GB"
    assert rows(12, 1080, 1920) is None
    assert [rows(gigabytes) or 10**6 for gigabytes in (80, 12, 10, 8, 2)] == sorted(
        (rows(gigabytes) or 10**6 for gigabytes in (80, 12, 10, 8, 2)), reverse=True
    )
    assert rows(0.1) == 16, "the least is tried, whether it fits or not"
    assert rows(28, dtype=torch.bfloat16) is None
    assert rows(28) is not None


def test_a_limit_may_be_given(monkeypatch):
    monkeypatch.setattr(devices, "memory", lambda _device: int(24e9))
    monkeypatch.setenv(memory.VARIABLE, "1.5")
    assert memory.limit(CPU) == 1.5e9
    monkeypatch.setenv(memory.VARIABLE, "100")
    assert memory.limit(CPU) == 24e9, "no more than there is"


@pytest.mark.parametrize("given", ["lots", "0", "-1", "nan"])
def test_a_limit_that_is_none_is_one_clear_sentence(monkeypatch, given):
    monkeypatch.setenv(memory.VARIABLE, given)
    with pytest.raises(Exception, match=f"{memory.VARIABLE} is no number of gigabytes above 0.*{given}"):
        memory.limit(CPU)


def test_this_machine_has_memory():
    assert 1e8 < devices.memory(CPU) < 1e14


def test_where_memory_runs_out_fewer_rows_are_tried():
    tried = []

    def work(rows):
        tried.append(rows)
        if rows is None or rows > 40:
            raise torch.OutOfMemoryError("no room")
        return rows

    assert memory.within(None, 270, work) == 32
    assert tried == [None, 128, 64, 32]


def test_where_the_least_rows_are_too_many_the_error_is_said():
    def work(_rows):
        raise torch.OutOfMemoryError("no room")

    with pytest.raises(torch.OutOfMemoryError, match="no room"):
        memory.within(64, 270, work)


SOLVE = """
import os, sys, torch
from neural_style import weights
from neural_style.bench.machine import peak_memory
from neural_style.methods import METHODS
from neural_style.networks.vgg import VGG
from neural_style.objective import Objective, Targets
rows = int(sys.argv[1]) or None
vgg = VGG(weights.tensors("vgg16"))

def evaluate(height, width):
    x = torch.linspace(-100, 100, 3 * height * width).view(1, 3, height, width)
    Objective(METHODS["steady"], vgg, Targets(x, x, x), rows=rows).evaluate(x)

evaluate(64, 64)
before = peak_memory(os.getpid())["now"]
evaluate(480, 640)
print(int(2**20 * (peak_memory(os.getpid())["peak"] - before)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is Linux's to tell")
def test_bands_take_as_little_memory_as_is_reckoned():
    """The whole frame as much as is reckoned, and by bands a quarter of that."""
    peak = {}
    precise = os.environ | {"MALLOC_MMAP_THRESHOLD_": "65536"}  # what is freed goes back to the system, as on a GPU
    for rows in (0, 32):
        command = [sys.executable, "-c", SOLVE, str(rows)]
        peak[rows] = int(subprocess.run(command, check=True, capture_output=True, text=True, env=precise).stdout)
    for rows, found in peak.items():
        reckoned = memory.needed(480, 640, 0, torch.float32, rows or None)
        assert 0.5 * reckoned < found < 1.25 * reckoned, (rows, found, reckoned)
    assert peak[32] < 0.3 * peak[0]
