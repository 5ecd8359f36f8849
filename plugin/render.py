"""The handlers: Blender says what it is about to render, and a job paints it first.

The order of events in a render (4.5 and 5.2): render_init, then for every frame render_pre, the compositor, the
frame's file, render_post; in the end render_complete or render_cancel. A job renders its captures from within
render_pre, and Blender announces these nested renders through the same handlers: they are told apart by a flag.
"""

import json
import os
import traceback
from pathlib import Path

import bpy
from bpy.app.handlers import persistent

from . import engine, graph, host, stop
from .errors import PaintError
from .job import Job
from .worker import Worker

#: Seconds of every frame that was painted in this session, by node and stage, for scripts to read.
timings: list[dict] = []

#: Where to write them too, one JSON object a line, if set.
TIMINGS_VARIABLE = "NEURAL_STYLE_TIMINGS"

_job: Job | None = None
_worker: Worker | None = None
_nested = False


@persistent
def _on_init(scene, *_) -> None:
    global _job
    if _nested:
        return
    _end(keep_picture=False)  # of a job that never said its end
    tree = host.tree_of(scene)
    if tree is None or not any(graph.is_style(node) and not node.mute for node in tree.nodes):
        return
    _job = Job(scene, worker)
    _guard(_job.prepare, "before the first frame")


@persistent
def _on_pre(scene, *_) -> None:
    if _nested or _job is None or _job.scene != scene:
        return
    frame = scene.frame_current
    if _job.trouble is None:
        _keep_seconds(_guard(lambda: _job.paint(frame), f"frame {frame}") or [])
    if _job.trouble is not None:
        _without_handlers(stop.this_render)


@persistent
def _on_complete(scene, *_) -> None:
    if not _nested and _job is not None and _job.scene == scene:
        _end(keep_picture=True)


@persistent
def _on_cancel(scene, *_) -> None:
    if not _nested and _job is not None and _job.scene == scene:
        trouble = _job.trouble
        if trouble is not None:
            stop.remove_half_movie(scene, _job.started)
        _end(keep_picture=False)


@persistent
def _on_load(*_) -> None:
    """Another file: nothing of the old one is left."""
    global _job
    _job = None
    stop_worker()


def _guard(action, where: str):
    """Do something for the job; what goes wrong becomes the job's trouble, said once in the terminal."""
    try:
        return _without_handlers(action)
    except PaintError as error:
        trouble = error
    except Exception as error:  # a render handler has nobody above it: Blender would only print, and render on
        traceback.print_exc()
        trouble = PaintError("the extension met an error of its own", where, f"{type(error).__name__}: {error}")
    _job.fail(trouble)
    stop.announce(trouble)
    return None


def _without_handlers(action):
    """Do something that may render, while the handlers look away."""
    global _nested
    _nested = True
    try:
        return action()
    finally:
        _nested = False


def _end(keep_picture: bool) -> None:
    global _job
    job, _job = _job, None
    if job is not None:
        job.free(keep_picture)


def _keep_seconds(seconds: list[dict]) -> None:
    timings.extend(seconds)
    path = os.environ.get(TIMINGS_VARIABLE)
    if path and seconds:
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in seconds)


def worker() -> Worker:
    """The worker, started. Raises `PaintError` where the engine is missing or does not start."""
    global _worker
    python = engine.python()
    if _worker is not None and _worker.python != python:
        stop_worker()
    if _worker is None:
        _worker = Worker(python)
    _worker.start()
    return _worker


def stop_worker() -> None:
    """End the worker, if it runs."""
    global _worker
    if _worker is not None:
        _worker.close()
        _worker = None


_HANDLERS = {
    "render_init": _on_init,
    "render_pre": _on_pre,
    "render_complete": _on_complete,
    "render_cancel": _on_cancel,
    "load_pre": _on_load,
}


def register() -> None:
    """Listen to Blender."""
    for name, handler in _HANDLERS.items():
        getattr(bpy.app.handlers, name).append(handler)


def unregister() -> None:
    """Stop listening, and end all that runs."""
    for name, handler in _HANDLERS.items():
        getattr(bpy.app.handlers, name).remove(handler)
    _end(keep_picture=False)
    stop_worker()
