"""Stops a render from within a handler, which Blender has no call for, and sees to it that the process fails.

Blender only prints what a handler raises, and goes on to write the frame. But a render that finds itself unable to
start sets Blender's one global "stop" flag, which the render around it obeys before it writes (4.5 and 5.2; headless
and in the window). So the nested render of a scene without a camera ends the outer one as if by Esc.
"""

import atexit
import contextlib
import ctypes
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import bpy

from .errors import PaintError

#: Set where a render of this process failed: a background process then ends with exit status 1.
failure: PaintError | None = None

_session = ""


def announce(trouble: PaintError) -> None:
    """Say it in the terminal, once, and let a background process end with exit status 1."""
    global failure, _session
    print(f"\nNeural Style: error: {trouble}", file=sys.stderr, flush=True)
    if bpy.app.background and failure is None:
        _session = bpy.app.tempdir
        atexit.register(_exit_failed)
    if not bpy.app.background:
        # From a timer: a render handler runs in the render's thread, which must not open anything.
        bpy.app.timers.register(lambda: _popup(str(trouble)))
    failure = trouble


def _popup(sentence: str) -> None:
    def draw(menu, _context) -> None:
        for line in textwrap.wrap(sentence[:1].upper() + sentence[1:], 80):
            menu.layout.label(text=line)

    bpy.context.window_manager.popup_menu(draw, title="Neural Style", icon="ERROR")


def this_render() -> None:
    """Cancel the render that is running."""
    scene = bpy.data.scenes.new(".Neural Style stop")
    try:
        with _quiet(), contextlib.suppress(RuntimeError):  # "Cannot render, no camera": that is the point
            bpy.ops.render.render(animation=True, scene=scene.name)
    finally:
        bpy.data.scenes.remove(scene)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Blender itself from printing: it would blame a camera."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept: list[tuple[int, int]] = []
    with contextlib.suppress(OSError), Path(os.devnull).open("wb") as nowhere:
        for number in (1, 2):
            kept.append((number, os.dup(number)))
            os.dup2(nowhere.fileno(), number)
    try:
        yield
    finally:
        with contextlib.suppress(OSError, AttributeError):  # C keeps what it prints back, unless it is a terminal
            ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None).fflush(None)
        for number, copy in kept:
            os.dup2(copy, number)
            os.close(copy)


def remove_half_movie(scene: bpy.types.Scene, since: float) -> None:
    """Remove the movie that a failed job began: it would lie there, half-written, under its final name.

    since: when the job started; an older file is not the job's.
    """
    if not scene.render.is_movie_format:
        return
    path = Path(bpy.path.abspath(scene.render.frame_path(frame=scene.frame_start)))
    with contextlib.suppress(OSError):
        if path.stat().st_mtime >= since - 1:
            path.unlink()


def _exit_failed() -> None:
    if failure is not None:
        # Blender cannot purge its session's folder any more.
        if Path(_session).name.startswith("blender_"):
            shutil.rmtree(_session, ignore_errors=True)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)
