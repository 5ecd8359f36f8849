"""The handlers: Blender says what it is about to render, and a job paints it first.

The order of events in a render (4.5 and 5.2): render_init, then for every frame render_pre, the compositor, the
frame's file, render_post; in the end render_complete or render_cancel. A job renders its captures from within
render_pre, and Blender announces these nested renders through the same handlers: they are told apart by a flag.
"""

import atexit
import json
import os
import traceback
from pathlib import Path

import bpy
from bpy.app.handlers import persistent

from . import engine, environment, graph, handlers, hidden, host, lent, picture, status, stop, survey, window_thread
from .errors import CancelledError, PaintError
from .job import Job
from .strip_job import StripJob
from .worker import Worker

#: Seconds of every frame that was painted in this session, by node and stage, for scripts to read.
timings: list[dict] = []

#: Where to write them too, one JSON object a line, if set.
TIMINGS_VARIABLE = "NEURAL_STYLE_TIMINGS"

_job: Job | None = None
_worker: Worker | None = None
_nested = False

#: Whether the job's scene is between `render_pre` and `render_post`: what is rendered then is shown by its strips.
_in_frame = False

#: The frames at which nodes still show what was rendered, by `status.key`.
_kept: dict[str, int] = {}


@persistent
def _on_init(scene, *_) -> None:
    global _job
    if _nested or _is_within(scene):
        return
    _end(keep_picture=False)  # of a job that never said its end
    if survey.is_wanted(scene):
        _job = (StripJob if survey.in_strips(scene) else Job)(scene, worker)
        hidden.render_begins()
        _guard(_job.prepare, "before the first frame")


@persistent
def _on_pre(scene, *_) -> None:
    global _in_frame
    if not _is_of_job(scene) and not _is_within(scene):
        return
    frame, part = scene.frame_current, _job.part(scene)
    if not _job.trouble and not _job.cancelled:
        _in_frame = True
        _keep_seconds(_guard(lambda: part.paint(frame), f"frame {frame}") or [])
    if _job.trouble or _job.cancelled:
        without_handlers(stop.this_render)


@persistent
def _on_complete(scene, *_) -> None:
    if _is_of_job(scene):
        # Blender composites what the render window shows again, whenever anything changes: without the last picture,
        # which after an animation is of another frame than the one that Blender is back at, it would be empty.
        _end(keep_picture=not bpy.app.background)


@persistent
def _on_cancel(scene, *_) -> None:
    if _is_of_job(scene):
        if _job.trouble:
            stop.remove_half_movie(scene, _job.started)
        _end(keep_picture=False)


@persistent
def _on_save(*_) -> None:
    """A file keeps no picture: it would be a path into a folder that is gone with this session."""
    if _job is None:
        _forget_pictures()


@persistent
def _on_load(*_) -> None:
    """Another file is to be loaded: nothing of this one goes on."""
    global _job
    _job = None
    hidden.forget()
    _kept.clear()
    status.clear()


@persistent
def _on_loaded(*_) -> None:
    """A file was loaded: one that was saved while it rendered is put back to how it was before."""
    picture.settle()
    _forget_pictures()
    for scene in bpy.data.scenes:
        lent.give_back(scene)
        tree = host.tree_of(scene)
        if tree is not None:
            host.unmute(tree)
    hidden.free_left()  # what was lent is given back by now, and nothing needs it


def is_rendering() -> bool:
    """Whether Blender renders, for the artist or for a node."""
    return _nested or _job is not None or bpy.app.is_job_running("RENDER")


def kept(node: bpy.types.Node) -> int | None:
    """The frame that the artist was at when a node got the rendered picture that it shows, if it shows one."""
    return _kept.get(status.key(node)) if picture.is_shown(node) else None


def cancel() -> None:
    """Stop the render, now: also in the middle of a frame that the engine paints. From any thread."""
    if _job is not None:
        _job.cancelled = True
        if _worker is not None:
            _worker.cancel()


@persistent
def _on_post(scene, *_) -> None:
    global _in_frame
    if _is_of_job(scene):
        _in_frame = False


def _is_within(scene) -> bool:
    """Whether this scene is rendered for a strip of the one that the job renders."""
    return _in_frame and _job is not None and _job.scene != scene and _job.part(scene) is not None


def _is_of_job(scene) -> bool:
    return not _nested and _job is not None and _job.scene == scene


def _guard(action, where: str):
    """Do something for the job; what goes wrong becomes the job's trouble, said once in the terminal."""
    try:
        return without_handlers(action)
    except CancelledError:
        _job.cancelled = True
        return None
    except PaintError as error:
        trouble = error
    except Exception as error:  # a render handler has nobody above it: Blender would only print, and render on
        traceback.print_exc()
        trouble = PaintError("the extension met an error of its own", where, f"{type(error).__name__}: {error}")
    _job.fail(trouble)
    stop.announce(trouble)
    return None


def without_handlers(action):
    """Do something that may render, while the handlers look away."""
    global _nested
    before, _nested = _nested, True
    try:
        return action()
    finally:
        _nested = before


def _end(keep_picture: bool) -> None:
    global _job, _in_frame
    job, _job, _in_frame = _job, None, False
    if job is not None:
        job.free(keep_picture)
        window_thread.run(hidden.render_ended)
        shown_at = job.scene.frame_current
        _kept.update({stream.status: shown_at for stream in job.streams} if keep_picture else {})
        if job.trouble and bpy.app.background:
            stop_worker()  # the process is to end without further ado


def _forget_pictures() -> None:
    """Let all nodes of the file show their input."""
    for tree in [*bpy.data.node_groups, *(tree for scene in bpy.data.scenes if (tree := host.tree_of(scene)))]:
        for node in tree.nodes:
            if graph.is_style(node) and picture.is_shown(node):
                picture.show_input(node)


def _keep_seconds(seconds: list[dict]) -> None:
    timings.extend(seconds)
    path = os.environ.get(TIMINGS_VARIABLE)
    if path and seconds:
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in seconds)


def worker() -> Worker:
    """The worker, started. Raises `PaintError` where the engine is missing or does not start."""
    found = worker_to_start()
    found.start()
    return found


def worker_to_start() -> Worker:
    """The worker, which starts with what it is asked first. Raises `PaintError` where the engine is missing."""
    global _worker
    python = engine.python()
    offline = not bpy.app.online_access
    if _worker is not None and _worker.launch != (python, offline, environment.snapshot()):
        stop_worker()
    if _worker is None:
        _worker = Worker(python, offline, status.engine_is)
        _worker.launch = python, offline, environment.snapshot()
    return _worker


def device() -> str:
    """What the engine that runs computes on, as it says; empty where none runs."""
    return _worker.hello.device if _worker is not None and _worker.hello else ""


def stop_worker() -> None:
    """End the worker, if it runs."""
    global _worker
    if _worker is not None:
        _worker.close()
        _worker = None


_HANDLERS = {
    "render_init": _on_init,
    "render_pre": _on_pre,
    "render_post": _on_post,
    "render_complete": _on_complete,
    "render_cancel": _on_cancel,
    "save_pre": _on_save,
    "load_pre": _on_load,
    "load_post": _on_loaded,
}


def register() -> None:
    """Listen to Blender."""
    handlers.add(_HANDLERS)
    atexit.register(stop_worker)


def unregister() -> None:
    """Stop listening, and end all that runs."""
    handlers.remove(_HANDLERS)
    atexit.unregister(stop_worker)
    _end(keep_picture=False)
    stop_worker()
