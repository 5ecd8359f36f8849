"""Sees to it that the tests find an OpenCL device: PoCL, which makes one of the processor, where there is no other."""

from pathlib import Path

from lib import system
from lib.processes import SetupError, say, tried

#: PoCL, by its name in Debian and Ubuntu.
PACKAGES = ("pocl-opencl-icd",)

_LOOK = "from neural_style.motion.opencl_backend import device_names; print(f'devices: {len(device_names())}')"


def make_testable(python: Path, log: Path) -> str | None:
    """Install PoCL where there is no OpenCL device and it may be installed.

    Returns the sentence that says what is left out where there is none after all; None where there is one.
    """
    if _has_device(python):
        return None
    why = f"run: sudo {' '.join(system.command(PACKAGES))}" if system.has_apt() else "PoCL makes one"
    if system.may_install():
        say("installing PoCL, an OpenCL device for the tests (apt-get) …")
        try:
            system.install(PACKAGES, log, "installing PoCL")
        except SetupError as error:
            why = str(error)
        else:
            if _has_device(python):
                return None
            why = f"PoCL was installed and shows none; see {log}"
    return f"the tests of OpenCL were left out: there is no OpenCL device ({why})"


def _has_device(python: Path) -> bool:
    answer = tried(python, _LOOK)
    return answer is not None and answer.returncode == 0 and "devices: 0" not in answer.stdout
