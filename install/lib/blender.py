"""Sees to it that Blender's Python module can be imported, where the system lacks a library that it needs."""

import sys
from pathlib import Path

from lib import system
from lib.processes import SetupError, say, tried

#: The system's libraries that Blender loads even without a screen, by their names in Debian and Ubuntu.
LIBRARIES = (
    "libx11-6", "libxrender1", "libxfixes3", "libxi6", "libxkbcommon0", "libsm6", "libice6", "libgl1", "libegl1",
)  # fmt: skip

#: The 4.5 module hangs when the interpreter ends, so the process ends itself.
_IMPORT = "import os, sys, bpy; print(bpy.app.version_string); sys.stdout.flush(); os._exit(0)"


def make_importable(python: Path, log: Path) -> None:
    """Import Blender with `python`; install the system's missing libraries where that is allowed.

    Raises SetupError, with the one command that mends it, where it is not.
    """
    complaint = _import_complaint(python)
    if complaint is None:
        return
    if ".so" not in complaint:
        raise SetupError("Blender's Python module cannot be imported", complaint, f"see {log}")
    if not system.may_install():
        mend = f"run: sudo {' '.join(system.command(LIBRARIES))}"
        if not system.has_apt():
            mend = f"install the X and OpenGL libraries; Debian calls them {' '.join(LIBRARIES)}"
        raise SetupError("Blender needs a library that this system lacks", complaint, mend)
    say("installing the X and OpenGL libraries that Blender loads (apt-get) …")
    system.install(LIBRARIES, log, "installing Blender's system libraries")
    complaint = _import_complaint(python)
    if complaint is not None:
        raise SetupError("Blender's Python module cannot be imported", complaint, f"see {log}")


def _import_complaint(python: Path) -> str | None:
    """The last line of what a failed `import bpy` says; None where it works."""
    answer = tried(python, _IMPORT)
    if answer is None:
        return "the import did not end within five minutes"
    if answer.returncode == 0:
        return None
    lines = answer.stderr.strip().splitlines()
    return lines[-1] if lines else f"it ended with code {answer.returncode} on {sys.platform}"
