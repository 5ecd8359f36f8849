"""Stops a render from within a handler, which Blender has no call for, and sees to it that the process fails.

Blender only prints what a handler raises, and goes on to write the frame. But a render that finds itself unable to
start sets Blender's one global "stop" flag, which the render around it obeys before it writes (4.5 and 5.2; headless
and in the window). So the nested render of a scene without a camera ends the outer one as if by Esc.
"""

import atexit
import contextlib
import io
import os
import shutil
import sys
import textwrap
from pathlib import Path

import bpy

from . import hidden, window_thread
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
        # From a timer: what a handler runs in must not open anything.
        window_thread.run(lambda: bpy.app.timers.register(lambda: _popup(str(trouble))))
    failure = trouble


def _popup(sentence: str) -> None:
    def draw(menu, _context) -> None:
        for line in textwrap.wrap(sentence[:1].upper() + sentence[1:], 80):
            menu.layout.label(text=line)

    bpy.context.window_manager.popup_menu(draw, title="Neural Style", icon="ERROR")


def this_render() -> None:
    """Cancel the render that is running."""
    scene = window_thread.run(lambda: bpy.data.scenes.new(f"{hidden.PREFIX}stop"))
    try:
        scene.frame_start = scene.frame_end = 1
        # "Cannot render, no camera" is the point, but nobody is to read it; Blender prints it through Python.
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(RuntimeError):
            bpy.ops.render.render(animation=True, scene=scene.name)
    finally:
        window_thread.run(lambda: bpy.data.scenes.remove(scene))


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
