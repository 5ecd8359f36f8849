"""The system's own packages, on Debian and Ubuntu: installs what is missing where that is allowed."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from lib.processes import run_quietly


def command(packages: Sequence[str]) -> list[str]:
    """What installs packages."""
    return ["apt-get", "install", "-y", "--no-install-recommends", *packages]


def has_apt() -> bool:
    """Whether the system's packages are Debian's."""
    return shutil.which("apt-get") is not None


def may_install() -> bool:
    """Whether this process may install packages: it is root's, on Debian or Ubuntu."""
    return has_apt() and hasattr(os, "geteuid") and os.geteuid() == 0


def install(packages: Sequence[str], log: Path, doing: str) -> None:
    """Install packages; what is said goes into the file `log`. Raises SetupError."""
    os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
    run_quietly(["apt-get", "update"], log, "apt-get update")
    run_quietly(command(packages), log, doing)
