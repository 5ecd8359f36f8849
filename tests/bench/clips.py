"""Finds the clip that a benchmark is asked for."""

from pathlib import Path

from neural_style import weights


def located(clip: str) -> Path:
    """The path of a clip, given by a name that `neural-style fetch` knows, or by its file."""
    return weights.locate(clip) if clip in weights.SOURCES else Path(clip)
