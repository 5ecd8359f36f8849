"""Engines that misbehave, for tests of what the extension makes of them."""

import sys
from pathlib import Path

_SCRIPT = Path(__file__).parent / "scripts" / "fragile_engine.py"


def engine(folder: Path, how: str) -> str:
    """An executable in `folder` that behaves like an engine's Python, but in the way that the script describes."""
    path = folder / f"{how}-engine"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{_SCRIPT}" {how} "{folder / how}-marker" "$@"\n')
    path.chmod(0o755)
    return str(path)
