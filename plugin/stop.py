"""Stops a render from within a handler, which Blender has no call for, and sees to it that the process fails.

Blender only prints what a handler raises, and goes on to write the frame. But a render that finds itself unable to
start sets Blender's one global "stop" flag, which the render around it obeys before it writes (4.5 and 5.2; headless
and in the window). So the nested render of a scene without a camera ends the outer one as if by Esc.
"""

import atexit
import contextlib
import os
import sys
from pathlib import Path

import bpy

from .errors import PaintError

#: Set where a render of this process failed: a background process then ends with exit status 1.
failure: PaintError | None = None


def announce(trouble: PaintError) -> None:
    """Say it in the terminal, once, and let a background process end with exit status 1."""
    global failure
    print(f"\nNeural Style: error: {trouble}", file=sys.stderr, flush=True)
    if bpy.app.background and failure is None:
        atexit.register(_exit_failed)
    failure = trouble


def this_render() -> None:
    """Cancel the render that is running."""
    scene = bpy.data.scenes.new(".Neural Style stop")
    try:
        scene.render.resolution_x = scene.render.resolution_y = 4
        with contextlib.suppress(RuntimeError):  # "Cannot render, no camera": that is the point
            bpy.ops.render.render(animation=True, scene=scene.name)
    finally:
        bpy.data.scenes.remove(scene)


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
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)
