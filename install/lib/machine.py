"""Which build of PyTorch fits a machine: what the machine shows of itself, and the table of builds.

PyTorch is published in several builds of one version. pip's ordinary index carries one for each system, on Linux the
one for NVIDIA cards; the others lie in indexes of PyTorch's own, which its site lists. No address of an index stands
here: one is taken from `--torch-index`, the variable NEURAL_STYLE_TORCH_INDEX, or pip's own configuration.
"""

import platform
import subprocess
from typing import NamedTuple

#: Where the address of PyTorch's index for the wanted build may be given.
INDEX_VARIABLE = "NEURAL_STYLE_TORCH_INDEX"

_LINUX, _LINUX_ARM = ("Linux", "x86_64"), ("Linux", "arm64")
_WINDOWS, _APPLE = ("Windows", "x86_64"), ("Darwin", "arm64")


class Machine(NamedTuple):
    """What a machine shows.

    system:    as `platform.system` says it: Linux, Windows or Darwin.
    processor: x86_64 or arm64, whatever the system calls it.
    nvidia:    whether there is an NVIDIA card with its driver; amd: an AMD card with ROCm.
    """

    system: str
    processor: str
    nvidia: bool = False
    amd: bool = False

    @property
    def platform(self) -> tuple[str, str]:
        """System and processor."""
        return self.system, self.processor


class Way(NamedTuple):
    """How a build is found in pip's ordinary index.

    requirement: for pip; `{0}` stands for the version.
    fetched, installed: about how many gigabytes are fetched, and stay on the disk.
    """

    requirement: str
    fetched: float
    installed: float


class Build(NamedTuple):
    """One build of PyTorch.

    name:      how it is asked for (`--build`).
    label:     what it is for.
    sign:      the field of `Machine` that must be true; empty where nothing must.
    platforms: the systems it is published for.
    ordinary:  by system, how pip's ordinary index has it, the best first; in another index it is as the last.
    """

    name: str
    label: str
    sign: str
    platforms: tuple[tuple[str, str], ...]
    ordinary: dict[tuple[str, str], tuple[Way, ...]]
    elsewhere: Way


_SMALL = Way("torch=={0}", 0.5, 1.7)
_CUDA = Way("torch=={0}", 3.5, 8.0)

#: All builds, the fastest first: the first that fits is taken. Sizes are those of PyTorch 2.13 with the engine's other
#: packages, rounded up.
BUILDS: tuple[Build, ...] = (
    # A processor-only wheel at hand would win over the plain version, for pip takes it to be newer.
    Build("cuda", "NVIDIA cards (CUDA)", "nvidia", (_LINUX, _LINUX_ARM, _WINDOWS),
          {_LINUX: (_CUDA._replace(requirement="torch=={0},!={0}+cpu"),)}, _CUDA),
    Build("rocm", "AMD cards (ROCm)", "amd", (_LINUX,), {}, Way("torch=={0}", 5.0, 16.0)),
    Build("apple", "Apple's processors (Metal)", "", (_APPLE,), {_APPLE: (_SMALL,)}, _SMALL),
    # Where no processor-only wheel is at hand, Linux gets the one for NVIDIA cards, which works without one.
    Build("cpu", "the processor alone", "", (_LINUX, _LINUX_ARM, _WINDOWS),
          {_LINUX: (_SMALL._replace(requirement="torch=={0}+cpu"), _CUDA), _LINUX_ARM: (_SMALL,),
           _WINDOWS: (_SMALL,)}, _SMALL),
)  # fmt: skip


class Attempt(NamedTuple):
    """One way to install a build: what pip is asked for, from which index (None: the ordinary one), and its size."""

    build: Build
    requirement: str
    index: str | None
    fetched: float
    installed: float


def look() -> Machine:
    """This machine."""
    processor = platform.machine().lower()
    processor = {"amd64": "x86_64", "aarch64": "arm64"}.get(processor, processor)
    return Machine(
        platform.system(), processor, nvidia=_says(["nvidia-smi", "-L"], "GPU 0"), amd=_says(["rocminfo"], "gfx")
    )


def _says(command: list[str], sign: str) -> bool:
    """Whether a program is there, succeeds, and prints something."""
    try:
        answer = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return answer.returncode == 0 and sign in answer.stdout


def fitting(machine: Machine) -> list[Build]:
    """The builds that a machine can use, the best first; none where PyTorch is not published for it."""
    return [
        build
        for build in BUILDS
        if machine.platform in build.platforms and (not build.sign or getattr(machine, build.sign))
    ]


def attempts(machine: Machine, version: str, index: str | None = None, name: str | None = None) -> list[Attempt]:
    """The ways to install PyTorch `version`, to be tried in turn.

    index: of PyTorch's own, for the build that is wanted: then it is the only way.
    name:  of the wanted build, in place of the best that fits.
    """
    builds = [build for build in BUILDS if build.name == name] if name else fitting(machine)
    if index:
        ways = [(build, build.elsewhere) for build in builds[:1]]
    else:
        ways = [(build, way) for build in builds for way in build.ordinary.get(machine.platform, ())]
    return [Attempt(build, way.requirement.format(version), index, way.fetched, way.installed) for build, way in ways]


def left_out(machine: Machine) -> Build | None:
    """A better build than the ordinary index has: it needs PyTorch's own index. None where there is no better."""
    for build in fitting(machine):
        if machine.platform in build.ordinary:
            return None
        return build
    return None
