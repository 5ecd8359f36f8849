"""Stamps: what an environment was made from, so that an unchanged one is reused at once and a changed one is not."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path


def digest(files: Iterable[Path], *facts: str) -> str:
    """A hash of the names and contents of `files` and of `facts`. A missing file counts as such."""
    sha = hashlib.sha256()
    for fact in facts:
        sha.update(b"fact\0" + fact.encode() + b"\0")
    for file in sorted(files):
        body = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "missing"
        sha.update(f"file\0{file.name}\0{body}\0".encode())
    return sha.hexdigest()


def tree(folder: Path) -> list[Path]:
    """The files under `folder` that a build may read; not what editors and builds leave behind."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return [
        file
        for file in files
        if not any(part.startswith(".") or part == "build" for part in file.relative_to(folder).parts)
    ]


def matches(stamp: Path, value: str) -> bool:
    """Whether the stamp is there and says `value`."""
    try:
        return stamp.read_text().strip() == value
    except OSError:
        return False


def write(stamp: Path, value: str) -> None:
    """Write the stamp in one step, so that an interruption leaves no half of it."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    part = stamp.with_name(f"{stamp.name}.{os.getpid()}.part")
    part.write_text(value + "\n")
    part.replace(stamp)
