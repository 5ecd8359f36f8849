"""An engine of a few lines, for tests of installing: pip takes it from a folder, without a network."""

import base64
import hashlib
import zipfile
from pathlib import Path

_BACKEND = '''"""Builds the wheel that lies beside it."""
import shutil
from pathlib import Path

def build_wheel(directory, settings=None, metadata=None):
    (wheel,) = Path(__file__).parent.glob("*.whl")
    shutil.copy(wheel, directory)
    return wheel.name
'''

_PROJECT = """
[build-system]
requires = []
build-backend = "b"
backend-path = ["."]

[project]
name = "neural_style"
version = "0.1.0"
"""

_ENGINE = {
    "neural_style/__init__.py": "__version__ = '0.1.0'\n",
    "neural_style/device.py": "choose = lambda: None\ndescribe = lambda _: 'cpu (2 threads)'\n",
    "neural_style/__main__.py": "print('fetching something small')\n",
}


def fill(setup: Path, folder: Path) -> dict[str, str]:
    """Let the set-up in `setup` install something tiny; packages go into `folder`. The environment that pip needs."""
    wheels = folder / "wheels"
    wheels.mkdir()
    _wheel(wheels, "torch", "2.13.0+cpu", {"torch/__init__.py": "__version__ = '2.13.0+cpu'\n"})
    built = _wheel(folder, "neural_style", "0.1.0", _ENGINE)
    (setup / "requirements").mkdir(exist_ok=True)
    (setup / "requirements" / "engine.txt").write_text("torch==2.13.0\n")
    (setup / "version.txt").write_text("0.1.0\n")
    with zipfile.ZipFile(setup / "source.zip", "w") as archive:
        archive.writestr("it/pyproject.toml", _PROJECT)
        archive.writestr("it/b.py", _BACKEND)
        archive.write(built, f"it/{built.name}")
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_CONFIG_FILE": "/dev/null"}


def _wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> Path:
    """A wheel of a pure Python package, as pip wants it."""
    about = f"{name}-{version}.dist-info"
    files = {
        **files,
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(text)}\n"
    target = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w") as archive:
        for path, text in {**files, f"{about}/RECORD": f"{record}{about}/RECORD,,\n"}.items():
            archive.writestr(path, text)
    return target
