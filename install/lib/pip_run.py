"""Runs pip in the engine's environment, and tells how far it is: by what it has fetched and what lies in place."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lib.processes import SetupError, clean_environment, explained

#: Seconds between two looks at the disk.
_LOOK_SECONDS = 0.5

_NAMES = re.compile(r"(?:Downloading|Using cached|Processing) (?:\S*/)?([A-Za-z0-9]\w*?)-\d")


class Refused(SetupError):  # noqa: N818 (what pip did)
    """pip knows no such package, in the indexes that it looks into."""


class Runner:
    """Runs programs, one at a time, until it is told to stop.

    log: the file that their noise goes to.
    """

    def __init__(self, log: Path) -> None:
        self.log = log
        self.stopped = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """End the program that runs, and start none any more. May be called from any thread."""
        self.stopped.set()
        child = self._child
        if child is not None:
            end(child)

    def run(
        self,
        command: Sequence[str | Path],
        doing: str,
        look: Callable[[str], None] = lambda _: None,
        environment: dict[str, str] | None = None,
    ) -> str:
        """Run a program and return what it printed. `look` is called with the noise so far, at most twice a second.

        Raises SetupError where it fails, is stopped, or cannot be started, Refused where pip finds no such package.
        """
        if self.stopped.is_set():
            raise SetupError("stopped")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as noise:
            start = noise.tell()
            try:
                self._child = subprocess.Popen(
                    [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=noise, stderr=noise,
                    env={**clean_environment(), **(environment or {})}, **own_group(),
                )  # fmt: skip
            except OSError as error:
                raise SetupError(f"{doing} failed", str(error), "run this again") from error
            try:
                due = 0.0
                while self._child.poll() is None:
                    if (began := time.monotonic()) >= due:
                        look(self._noise(start))
                        due = time.monotonic() + 10 * (time.monotonic() - began)  # it costs a tenth at most
                    if self.stopped.wait(_LOOK_SECONDS):
                        end(self._child)
            except BaseException:
                end(self._child)
                raise
            code, self._child = self._child.returncode, None
        text = self._noise(start)
        if self.stopped.is_set():
            raise SetupError("stopped")
        if code == 0:
            look(text)
            return text
        if "No matching distribution found" in text or "Could not find a version" in text:
            raise Refused(f"{doing} failed because a package could not be fetched", "", "check the network and pip")
        raise explained(doing, text, self.log)

    def _noise(self, start: int) -> str:
        with self.log.open("rb") as file:
            file.seek(start)
            return file.read().decode(errors="replace")


def own_group() -> dict:
    """What `Popen` is given so that a program and all that it starts can be ended together."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def end(child: subprocess.Popen) -> None:
    """End a program that was started with `own_group`, and all that it started."""
    try:
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(child.pid)], capture_output=True, check=False)
        else:
            os.killpg(child.pid, 15)
            for _ in range(20):
                if child.poll() is not None:
                    return
                time.sleep(0.1)
            os.killpg(child.pid, 9)
    except (OSError, ProcessLookupError):
        pass


def package_of(noise: str) -> str:
    """The package that pip is at, by its last words; empty where they name none."""
    found = _NAMES.findall(noise)
    return found[-1] if found else ""


def size_of(folder: Path) -> int:
    """Bytes in a folder, as far as they can be counted while it changes."""
    total = 0
    for root, _, files in os.walk(folder):
        for name in files:
            try:
                total += os.lstat(os.path.join(root, name)).st_size  # noqa: PTH118 (many thousands)
            except OSError:
                continue
    return total
