"""Quiet child processes, a lock between two set-ups, and the one kind of error that a set-up shows."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

#: What a failed installer may say, and the sentence that it comes down to.
_KNOWN = (
    (("No space left on device", "Errno 28"), "the disk is full", "free some gigabytes and run this again"),
    (
        ("No module named venv", "ensurepip is not available", "No module named ensurepip"),
        "this Python cannot make environments",
        "install its venv module, on Debian and Ubuntu: sudo apt-get install python3-venv",
    ),
    (
        ("No matching distribution found", "Temporary failure in name resolution", "NewConnectionError"),
        "a pinned package could not be fetched",
        "check the network and run this again; where it works, the lines above name the package",
    ),
)

#: Bytes free on a disk that count as none.
_TOO_LITTLE = 20_000_000


class SetupError(Exception):
    """A set-up that failed, in one sentence: what, where, what to do."""

    def __init__(self, what: str, where: str = "", mend: str = "") -> None:
        sentence = f"{what}: {where}" if where else what
        super().__init__(f"{sentence} ({mend})" if mend else sentence)


def say(line: str) -> None:
    """Print one line of progress, on stderr: stdout belongs to what a script is asked for."""
    print(line, file=sys.stderr, flush=True)


def clean_environment() -> dict[str, str]:
    """The environment for children, less what would lead another Python or pip astray."""
    strays = {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "__PYVENV_LAUNCHER__"}
    kept = {name: value for name, value in os.environ.items() if name not in strays}
    return kept | {"PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def tried(python: Path, program: str) -> subprocess.CompletedProcess[str] | None:
    """Run a line of Python with another interpreter, and hear what it says; None where it takes over five minutes."""
    try:
        return subprocess.run(
            [python, "-c", program],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=clean_environment(),
            timeout=300,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None


def run_quietly(command: Sequence[str | Path], log: Path, doing: str) -> str:
    """Run `command`, its noise appended to the file `log`, and return that noise.

    Where it fails, the last lines of the noise go to stderr and a `SetupError` says what to do.
    """
    with log.open("a+", encoding="utf-8", errors="replace") as noise:
        noise.write(f"$ {' '.join(map(str, command))}\n")
        noise.flush()
        start = noise.tell()
        try:
            code = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=noise, stderr=noise, env=clean_environment(), check=False
            ).returncode
        except OSError as error:
            raise SetupError(f"{doing} failed", str(error), "check that file and run this again") from error
        noise.seek(start)
        text = noise.read()
    if code == 0:
        return text
    for line in text.strip().splitlines()[-12:]:
        say(f"    {line}")
    raise explained(doing, text, log)


def explained(doing: str, text: str, log: Path) -> SetupError:
    """What a failed program's noise, which is also in the file `log`, comes down to."""
    for signs, what, mend in _KNOWN:
        # With the disk full, what a program has to say of it may not have reached the log.
        if any(sign in text for sign in signs) or ("disk" in what and shutil.disk_usage(log.parent).free < _TOO_LITTLE):
            return SetupError(f"{doing} failed because {what}", "", mend)
    return SetupError(f"{doing} failed", f"see the end of {log}", "mend what it names and run this again")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`; wait where another process holds it, and say so once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as handle:
        if not _try_lock(handle.fileno()):
            say(f"another set-up is at work on {path.stem.lstrip('.')}; waiting for it …")
            while not _try_lock(handle.fileno()):
                time.sleep(0.2)
        yield  # closing the file gives the lock back, and so does the end of the process


def _try_lock(descriptor: int) -> bool:
    """Take the lock on an open file, or tell that another process has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
