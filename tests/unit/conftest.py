"""What several tests share: the painter, and folders of their own for whatever is kept."""

import os
from pathlib import Path

import pytest
import torch

from filming import film
from neural_style import device as devices
from neural_style import foresight, weights
from neural_style.ahead import Ahead
from neural_style.cache import FrameCache
from neural_style.device import BFLOAT16_VARIABLE
from neural_style.films import plan
from neural_style.motion import BACKEND_VARIABLE, choice, without_opencl
from neural_style.motion.ahead import AheadMotion
from neural_style.networks.vgg import VGG
from neural_style.painter import Painter
from neural_style.styles import AheadStylist


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    """No test reads or fills the user's cache of frames."""
    monkeypatch.setenv("NEURAL_STYLE_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(autouse=True, scope="session")
def _one_precision():
    """Features in float32 everywhere, whatever this processor is fast at: the numbers are the same on all machines."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(BFLOAT16_VARIABLE, "0")
        if not os.environ.get(BACKEND_VARIABLE):
            patch.setenv(BACKEND_VARIABLE, without_opencl())  # nor what doctor found out about OpenCL
        yield


@pytest.fixture
def unmeasured(tmp_path, monkeypatch):
    """Nothing is forced, and nothing was measured on this machine: a data folder of its own."""
    monkeypatch.setenv("NEURAL_STYLE_DATA", str(tmp_path / "data"))
    monkeypatch.delenv(BACKEND_VARIABLE, raising=False)
    choice.chosen.cache_clear()
    yield tmp_path / "data"
    choice.chosen.cache_clear()


@pytest.fixture
def cache(tmp_path) -> FrameCache:
    return FrameCache(tmp_path / "frames")


@pytest.fixture(scope="session")
def clip(tmp_path_factory) -> Path:
    """A film of three shots, `filming.LENGTHS`; tests of other things have clips of their own."""
    return film(tmp_path_factory.mktemp("film") / "clip.mp4")


@pytest.fixture
def short_segments(monkeypatch):
    """A film is painted in pieces of four frames."""
    monkeypatch.setattr(plan, "LENGTH", 4)


@pytest.fixture
def found(monkeypatch):
    """What was found of what was asked for, by who was asked; None where nothing was begun."""
    taken, found = Ahead._taken, {AheadMotion: [], AheadStylist: []}

    def noted(self, given):
        found[type(self)].append(taken(self, given))
        return found[type(self)][-1]

    monkeypatch.setattr(Ahead, "_taken", noted)
    return found


@pytest.fixture
def beside(monkeypatch):
    """T of the next frames is painted beside, whatever the device."""
    monkeypatch.setattr(foresight, "_BESIDE", (devices.choose().type,))


@pytest.fixture(scope="session")
def painter() -> Painter:
    return Painter()


@pytest.fixture(scope="session")
def vgg64() -> VGG:
    """VGG-16 in float64, for gradients that finite differences can be held against."""
    return VGG(weights.tensors("vgg16"), torch.float64)
