"""Something long that goes on in a process of its own, beside Blender: it tells how far it is, and can be stopped."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path


class Task:
    """One run of a program that prints JSON, a line each, and ends when its standard input closes.

    The lines: {"share": 0.4, "text": "…"} on the way, at last {"done": …} or {"failed": "a sentence"}. What else it
    prints is shown as text.

    title: what it does. changed: is called, from a thread, whenever there is something new to show.
    """

    def __init__(
        self, title: str, command: Sequence[str | Path], changed: Callable[[], None], environment: dict[str, str]
    ) -> None:
        self.title = title
        self.share: float | None = None
        self.text = ""
        self.failed = ""
        self.done: object = None
        self.is_stopped = False
        self._changed = changed
        if sys.platform == "win32":
            flags = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
        else:
            flags = {"start_new_session": True}
        pipe = subprocess.PIPE
        self._child = subprocess.Popen(
            [str(word) for word in command], stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, env=environment, **flags
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def is_running(self) -> bool:
        """Whether it goes on."""
        return self._reader.is_alive()

    def stop(self) -> None:
        """Ask it to stop and to leave nothing half-done; it does so soon."""
        self.is_stopped = True
        self.text = "stopping …"
        self._child.stdin.close()
        self._changed()

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended, at most so long; whether it has."""
        self._reader.join(seconds)
        return not self._reader.is_alive()

    def _read(self) -> None:
        for line in self._child.stdout:
            self._take(line.decode(errors="replace").strip())
            self._changed()
        code = self._child.wait()
        if code and not self.failed:
            self.failed = self.text or f"it ended with exit status {code}"
        if self.is_stopped:
            self.failed = ""
        self._child.stdout.close()
        self._changed()

    def _take(self, line: str) -> None:
        try:
            said = json.loads(line)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            self.text = line or self.text
            return
        self.share, self.text = said.get("share", self.share), said.get("text", self.text)
        self.failed, self.done = said.get("failed", self.failed), said.get("done", self.done)
