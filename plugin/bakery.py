"""The window's side of a bake: saves a copy of the file, has a second Blender bake it, and watches.

Nothing here waits: `poll` is called by a timer. One bake at a time.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bpy

from . import bake, engine, exchange
from .errors import PaintError

#: Seconds that a child may take to leave by itself before it is killed.
_PATIENCE = 0.25

_CHILD = Path(__file__).with_name("bake_child.py")


class Bakery:
    """A bake that runs. Raises `PaintError` where it cannot be started.

    scene: to bake; first, last: which frames of it.
    """

    def __init__(self, scene: bpy.types.Scene, first: int, last: int) -> None:
        python = engine.python()
        self.scene = scene.name
        self.state = "starting"
        self.trouble: PaintError | None = None
        self.about: dict = {"done": 0, "total": 0, "frame": first, "seconds": 0.0, "device": ""}
        self.started = time.monotonic()
        self._cancelled_at: float | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="neural-style-bake-"))
        self._temporary = exchange.folder()
        try:
            copy = self._save_copy()
            request = {
                "file": str(copy),
                "base": os.path.dirname(bpy.data.filepath),  # noqa: PTH120 (Path would make "." of "")
                "module": __package__,
                "scene": scene.name,
                "first": first,
                "last": last,
                "shot": bake.shot(scene),
                "temporary": str(self._temporary),
                "nothing": self.about,
            }
            (self._folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
            self._child = self._start(copy, python)
        except BaseException:
            self._clean()
            raise

    def _save_copy(self) -> Path:
        path = self._folder / "copy.blend"
        try:
            bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True, check_existing=False, compress=False)
        except RuntimeError as error:
            what = str(error).removeprefix("Error: ").strip().rstrip(".")
            raise PaintError("the copy of the file to bake cannot be saved", str(path), what) from error
        return path

    def _start(self, copy: Path, python: Path) -> subprocess.Popen:
        command = [sys.executable, str(_CHILD)]
        environment = dict(os.environ)
        if bpy.app.binary_path:
            online = "--online-mode" if bpy.app.online_access else "--offline-mode"
            command = [bpy.app.binary_path, "--background", online, "--addons", __package__]
            command += [str(copy), "--python-exit-code", "1", "--python", str(_CHILD), "--"]
        # What this Blender was told counts for that one too, also where the preferences were not saved.
        environment[engine.VARIABLE] = str(python)
        for name in ("TMPDIR", "TEMP", "TMP"):
            environment[name] = str(self._temporary)
        environment[exchange.TEMPORARY_VARIABLE] = str(self._temporary)
        if sys.platform == "win32":
            flags = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
        else:
            flags = {"start_new_session": True}
        with (self._folder / "log.txt").open("wb") as log:
            return subprocess.Popen(
                [*command, str(self._folder / "request.json")],
                stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, env=environment, **flags,
            )  # fmt: skip

    @property
    def is_running(self) -> bool:
        """Whether the second Blender is still there."""
        return self.state in {"starting", "baking", "stopping"}

    @property
    def share(self) -> float:
        """How much of it is done, 0 … 1."""
        return self.about["done"] / self.about["total"] if self.about["total"] else 0.0

    def poll(self) -> bool:
        """Look how it is; whether anything has changed since."""
        if not self.is_running:
            return False
        before = self.state, self.about["done"]
        code = self._child.poll()
        if self._cancelled_at is None:
            self._read()
        elif code is None and time.monotonic() - self._cancelled_at > _PATIENCE:
            self._child.kill()
            code = self._child.wait()
        if code is not None:
            self._ended(code)
        return (self.state, self.about["done"]) != before

    def cancel(self) -> None:
        """Have it stop, at once: what is done is kept. It is over after a few more calls of `poll`."""
        if self.is_running and self._cancelled_at is None:
            self._cancelled_at = time.monotonic()
            self.state = "stopping"
            with contextlib.suppress(OSError):
                self._child.stdin.close()

    def end(self) -> None:
        """Have it stop, and wait until it has: at most a second."""
        self.cancel()
        while self.is_running:
            self.poll()
            time.sleep(0.02)

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            said = json.loads((self._folder / "progress.json").read_text(encoding="utf-8"))
            if said["state"] == "failed":
                self.trouble = PaintError(*said["trouble"])
            else:
                self.state = "baking"  # until it has left
                self.about = {key: said[key] for key in self.about}

    def _ended(self, code: int) -> None:
        with contextlib.suppress(OSError):
            self._child.stdin.close()
        if self._cancelled_at is not None:
            self.state = "cancelled"
        elif code == 0:
            self.state = "done"
        else:
            self.state = "failed"
            self.trouble = self.trouble or PaintError("the bake ended by itself", f"exit status {code}", self._words())
        self._clean()

    def _clean(self) -> None:
        for folder in (self._folder, self._temporary):
            shutil.rmtree(folder, ignore_errors=True)

    def _words(self) -> str:
        """The last line that the second Blender printed."""
        with contextlib.suppress(OSError):
            lines = (self._folder / "log.txt").read_text(encoding="utf-8", errors="replace").split("\n")
            return next((line.strip() for line in reversed(lines) if line.strip()), "")
        return ""
