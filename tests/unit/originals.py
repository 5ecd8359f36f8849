"""Weights files as they were published, to hold the engine's own networks against."""

import hashlib
import shutil
from pathlib import Path

from neural_style import weights
from neural_style.weights.store import fetched


def original(name: str) -> Path:
    """The file of a source, unconverted; fetched once and kept, as the engine's own weights are."""
    source = weights.SOURCES[name]
    kept = weights.data_folder() / "tests" / Path(source.member).name
    if not kept.is_file() or hashlib.sha256(kept.read_bytes()).hexdigest() != source.sha256:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with fetched(source) as path:
            shutil.copyfile(path, kept)
    return kept
