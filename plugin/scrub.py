"""While the artist goes through the frames: baked ones show at once, others as a preview that is marked as such.

A preview is the frame painted alone, small and by the network only. The upstream is captured for it, which takes a
moment: only where no 3D scene has to be rendered, only once the artist rests on the frame, and not during a bake.
"""

import shutil
import threading
import time
from dataclasses import replace

import bpy
from bpy.app.handlers import persistent

from . import exchange, graph, handlers, hidden, host, mark, pixels, render, shelf, status, still, survey, view
from .capture import Capture, Captured
from .door.messages import Paint, Settings
from .errors import CancelledError, PaintError
from .values import Values

#: Seconds on a frame before it is previewed.
_REST = 0.25

#: Previews are painted at most that wide.
_WIDTH = 384

#: What each node shows, by `status.key`: a baked picture and its weight, or a preview and its frame.
_shown: dict[str, tuple] = {}

_moved = 0.0
_failed: tuple[str, int] | None = None
_preview: "_Preview | None" = None


def forget() -> None:
    """The nodes may show anything."""
    _shown.clear()


def refresh(scene: bpy.types.Scene) -> None:
    """Let all nodes of a scene show what belongs to its frame."""
    known, frame = view.of(scene), scene.frame_current
    for node in survey.styles(scene):
        key = status.key(node)
        if render.kept(node) == frame:
            continue  # it shows what was rendered, until the artist goes elsewhere
        entry = known.bake.entries(node.name).get(frame) if known and not known.trouble else None
        path = known.bake.shelf.frames.get(entry.file) if entry else None
        if path is not None and _show_baked(node, path, entry.weight):
            status.say(node, f"Frame {frame}: baked")
        elif _shown.get(key, ("",))[0] != "preview" or _shown[key][1] != frame:
            still.hide(node)
            _shown.pop(key, None)
            if known and known.baked:
                status.say(node, f"Frame {frame}: not baked")


def _show_baked(node: bpy.types.Node, path, weight: float) -> bool:
    key, what = status.key(node), ("baked", path, weight)
    if _shown.get(key) != what or not still.is_shown(node):
        try:
            still.show(node, shelf.show(path, weight))
        except (OSError, ValueError):
            return False  # removed meanwhile
        _shown[key] = what
    return True


def tick(scene: bpy.types.Scene, previews: bool) -> None:
    """Do what is due once the artist rests on a frame. Called some times a second."""
    global _preview
    if time.monotonic() - _moved < _REST:
        return
    if _preview is not None and _preview.is_done:
        done, _preview = _preview, None
        done.deliver(scene)
    elif _preview is None and previews and not bpy.app.is_job_running("COMPOSITE"):
        _begin(scene)


def _begin(scene: bpy.types.Scene) -> None:
    """Begin the preview of the first node that has none and needs one."""
    global _preview, _failed
    frame = scene.frame_current
    for node in survey.styles(scene):
        if _shown.get(status.key(node)) or render.kept(node) == frame or _failed == (status.key(node), frame):
            continue
        source = graph.source_of(node)
        if source is None or graph.render_layers(graph.upstream([source.node])):
            continue
        try:
            _preview = _Preview(scene, node, frame)
        except (PaintError, CancelledError) as trouble:
            _failed = status.key(node), frame
            status.say(node, str(trouble), is_error=True)
        return


class _Preview:
    """One frame of one node on its way through the engine, in a thread."""

    def __init__(self, scene: bpy.types.Scene, node: bpy.types.Node, frame: int) -> None:
        self.name, self.key, self.frame = node.name, status.key(node), frame
        self.is_done = False
        self._trouble: PaintError | None = None
        self._rgb = None
        self._captured, settings = render.without_handlers(lambda: _capture(scene, node, frame))
        self._mask = self._captured.planes.get("mask")
        self._weight = settings.style_weight
        width = min(_WIDTH, settings.working_width or _WIDTH)
        alone = replace(settings, method="johnson", working_width=width, iterations=0, upscale=1)
        self._request = Paint(0, f"preview {self.key}", frame, 0, 0, "", alone)
        self._worker = render.worker_to_start()
        status.say(node, f"Frame {frame}: not baked; a preview is painted …")
        threading.Thread(target=self._paint, daemon=True).start()

    def _paint(self) -> None:
        try:
            planes = {} if self._mask is None else {"mask": pixels.plane_to_door(self._mask)}
            self._rgb = self._worker.paint(self._request, self._captured.rgb, planes)[1]
        except PaintError as trouble:
            self._trouble = trouble
        finally:
            self.is_done = True

    def deliver(self, scene: bpy.types.Scene) -> None:
        """Show it, if the artist is still there."""
        global _failed
        tree = host.tree_of(scene)
        node = tree.nodes.get(self.name) if tree else None
        if node is None or status.key(node) != self.key or scene.frame_current != self.frame or self.key in _shown:
            return
        if self._rgb is None:
            _failed = self.key, self.frame
            status.say(node, str(self._trouble or "the preview failed"), is_error=True)
            return
        still.show(node, mark.preview(pixels.from_door(self._rgb, self._captured.picture, self._mask)))
        _shown[self.key] = "preview", self.frame
        status.say(node, f"Frame {self.frame}: a preview, this frame alone; it is not baked")


def _capture(scene: bpy.types.Scene, node: bpy.types.Node, frame: int) -> tuple[Captured, Settings]:
    """What is wired into a node at a frame, and the node's settings there."""
    values = Values(scene)
    folder = exchange.folder()
    capture = None
    try:
        values.go(frame)
        settings: Settings = values.read(node.name)
        capture = Capture(scene, node, folder)
        return capture.take(frame), settings
    finally:
        if capture is not None:
            capture.free()
        values.free()
        shutil.rmtree(folder, ignore_errors=True)


@persistent
def _on_frame(scene, *_) -> None:
    """The artist goes to another frame."""
    global _moved
    if hidden.is_one(scene):
        return
    _moved = time.monotonic()
    if not render.is_rendering() and host.tree_of(scene) is not None:
        refresh(scene)


@persistent
def _on_other(*_) -> None:
    forget()


@persistent
def _on_save(*_) -> None:
    """A file keeps no picture: it would be a path into a folder that is gone with this session."""
    still.forget()


@persistent
def _on_saved(*_) -> None:
    """A file was saved without its pictures: the nodes show them again."""
    forget()
    if not bpy.app.background and not render.is_rendering():
        refresh(bpy.context.scene)


_HANDLERS = {
    "frame_change_post": _on_frame,
    "undo_post": _on_other,
    "redo_post": _on_other,
    "load_post": _on_other,
    "save_pre": _on_save,
    "save_post": _on_saved,
}


def register() -> None:
    """Listen to Blender."""
    handlers.add(_HANDLERS)


def unregister() -> None:
    """Stop listening."""
    handlers.remove(_HANDLERS)
    forget()
