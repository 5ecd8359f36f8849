"""Runs scripts in real Blenders: the built extension, installed, in the bpy wheels of 4.5 and 5.2, headless."""

import importlib
import json
import os
import subprocess
import sys
import tempfile
import types
import zipfile
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(__file__).parent / "scripts"
sys.path.insert(0, str(ROOT / "install"))

import extension  # noqa: E402
from neural_style import weights  # noqa: E402

#: Seconds that one script may take on a busy machine.
LIMIT = 150

VERSIONS = {"4.5": "NEURAL_STYLE_BLENDER_45", "5.2": "NEURAL_STYLE_BLENDER_52"}


class Done(NamedTuple):
    """What a script left: its exit status, all that it printed, its folder, and its `said.json`, if any."""

    status: int
    text: str
    folder: Path
    said: dict

    def frame(self, name: str) -> np.ndarray:
        """A rendered EXR as float32 (H, W, 4), RGBA, row 0 at the top; read by FFmpeg, not by our own reader."""
        path = self.folder / name
        assert path.exists(), f"{name} was not rendered\n{self.text}"
        with av.open(str(path)) as file:
            return next(file.decode(video=0)).to_ndarray()

    def frames(self, folder: str) -> list[np.ndarray]:
        """All frames of a folder, in order."""
        return [self.frame(f"{folder}/{path.name}") for path in sorted((self.folder / folder).glob("*.exr"))]


class Blender:
    """One Blender with the extension installed."""

    def __init__(self, version: str, python: Path, environment: dict[str, str], folder: Path) -> None:
        self.version = version
        self._python, self._environment, self._folder = python, environment, folder

    def run(self, script: str, *arguments: object, status: int = 0, **environment: str) -> Done:
        """Run `scripts/SCRIPT.py FOLDER ARGUMENT ...` in a new folder, and hold its exit status against `status`.

        The engine knows no frame from before.
        """
        folder = Path(tempfile.mkdtemp(prefix=script, dir=self._folder))
        command = [self._python, SCRIPTS / f"{script}.py", folder, *arguments]
        done = subprocess.run(
            list(map(str, command)),
            env={**self._environment, "NEURAL_STYLE_CACHE": str(folder / "cache"), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        assert done.returncode == status, f"exit status {done.returncode}\n{done.stdout}"
        said = folder / "said.json"
        return Done(done.returncode, done.stdout, folder, json.loads(said.read_text()) if said.exists() else {})


@pytest.fixture(scope="session")
def package(tmp_path_factory) -> Path:
    """The extension's zip, as it is shipped."""
    return extension.build(tmp_path_factory.mktemp("zip"))


@pytest.fixture(scope="session", params=VERSIONS)
def blender(request, package, tmp_path_factory) -> Blender:
    """Each Blender, with the extension installed, and the engine of this Python."""
    default = ROOT / ".envs" / f"blender-{request.param}" / "bin" / "python"
    python = Path(os.environ.get(VERSIONS[request.param], default))
    if not python.exists():
        pytest.skip(f"Blender {request.param} is not set up")
    user = tmp_path_factory.mktemp(f"user-{request.param}")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment |= extension.install(package, user)
    environment["NEURAL_STYLE_ENGINE"] = sys.executable
    weights.locate("multistyle26"), weights.locate("vgg16")  # a Blender whose online access is off fetches nothing
    return Blender(request.param, python, environment, tmp_path_factory.mktemp(f"blender-{request.param}"))


@pytest.fixture(scope="session")
def part(package, tmp_path_factory):
    """Gives a module of the built extension that needs no Blender, imported by this Python: `part("pixels")`."""
    folder = tmp_path_factory.mktemp("extension")
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    # A package whose __init__, which needs Blender, is never run.
    sys.modules["extension_parts"] = parts = types.ModuleType("extension_parts")
    parts.__path__ = [str(folder)]
    return lambda name: importlib.import_module(f"extension_parts.{name}")
