"""Bakes: paints frames of a scene and puts them on the shelf, in a Blender without a window.

The window has a Blender of its own do it (`bakery.py`), on a saved copy of the file; the command line does it in place.
"""

from collections.abc import Callable
from typing import NamedTuple

import bpy

from . import render, survey
from .bake import Bake
from .errors import PaintError
from .job import Job


class Progress(NamedTuple):
    """How far a bake is: `done` of `total` frames, `frame` the last of them; its seconds; on what."""

    done: int
    total: int
    frame: int
    seconds: float
    device: str


def bake(scene: bpy.types.Scene, first: int, last: int, say: Callable[[Progress], object], shot_name: str = "") -> int:
    """Bake all frames from `first` to `last` that are not baked, and those before that they need; how many it were.

    say: is told of every frame. Raises `PaintError`, and CancelledError where Blender was told to stop.
    """
    survey.check(scene)
    shelf = Bake(scene, writes=True, shot_name=shot_name)
    if not shelf.streams:
        raise PaintError("there is no Neural Style node to bake", scene.name, "wire one into the compositor's output")
    frames = shelf.missing(first, last)
    if not frames:
        shelf.tidy()
        return 0
    shelf.shelf.mark_start(shelf.start)
    job = Job(scene, render.worker, shelf)
    try:
        render.without_handlers(job.prepare)
        for done, frame in enumerate(frames, 1):
            seconds = render.without_handlers(lambda: job.paint(frame))  # noqa: B023 (called at once)
            took = sum(value for line in seconds for value in line.values() if isinstance(value, float))
            say(Progress(done, len(frames), frame, took, render.worker().hello.device))
    except OSError as error:
        raise PaintError(
            "the bake cannot be kept", str(error.filename or shelf.shelf.folder), error.strerror or ""
        ) from error
    finally:
        job.free(keep_picture=False)
    if not shelf.missing(scene.frame_start, scene.frame_end):
        shelf.tidy()
    return len(frames)
