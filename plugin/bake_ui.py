"""Bake in the window: its buttons on the node, its bar there and in the status bar, and the timer behind both."""

import traceback

import bpy
from bpy.props import BoolProperty

from . import bakery, escape, handlers, host, prefetch, render, scrub, status, survey, view
from .command import megabytes
from .errors import PaintError

#: Seconds between two looks at what goes on.
_LOOK_SECONDS = 0.1

_bakery: bakery.Bakery | None = None


def running() -> bakery.Bakery | None:
    """The bake that runs, if any."""
    return _bakery if _bakery is not None and _bakery.is_running else None


class NEURALSTYLE_OT_bake(bpy.types.Operator):
    """Paint all frames ahead, in the background: what is baked already stays, and later renders take it from there"""

    bl_idname = "neural_style.bake"
    bl_label = "Bake"

    @classmethod
    def poll(cls, context) -> bool:
        """Whether there is something to bake, and nothing is baked yet."""
        if running():
            cls.poll_message_set("A bake is running")
            return False
        if render.is_rendering():
            cls.poll_message_set("Blender is rendering")
            return False
        return context.scene is not None

    def execute(self, context) -> set[str]:
        """Start it."""
        global _bakery
        scene = context.scene
        try:
            survey.check(scene)
            _bakery = bakery.Bakery(scene, scene.frame_start, scene.frame_end)
        except PaintError as trouble:
            self.report({"ERROR"}, str(trouble))
            return {"CANCELLED"}
        _redraw()
        return {"FINISHED"}


class NEURALSTYLE_OT_cancel_bake(bpy.types.Operator):
    """Stop the bake; what is painted is kept"""

    bl_idname = "neural_style.cancel_bake"
    bl_label = "Cancel Bake"

    @classmethod
    def poll(cls, _context) -> bool:
        """Whether one is running."""
        return running() is not None

    def execute(self, _context) -> set[str]:
        """Ask it to stop; the timer sees to the rest."""
        _bakery.cancel()
        _redraw()
        return {"FINISHED"}


class NEURALSTYLE_OT_clear_bake(bpy.types.Operator):
    """Remove the baked frames of this scene"""

    bl_idname = "neural_style.clear_bake"
    bl_label = "Clear"

    @classmethod
    def poll(cls, context) -> bool:
        """Whether anything is baked."""
        known = view.of(context.scene)
        return running() is None and known is not None and known.size > 0

    def execute(self, context) -> set[str]:
        """Remove them."""
        known = view.of(context.scene)
        self.report({"INFO"}, f"{megabytes(known.size)} removed")
        known.bake.clear()
        view.look_again()
        scrub.refresh(context.scene)
        _redraw()
        return {"FINISHED"}


def draw(layout: bpy.types.UILayout, node: bpy.types.Node) -> None:
    """The bake's part of a node's face; nodes in groups and strips have none."""
    scene = bpy.context.scene
    if node.id_data != host.tree_of(scene):
        return
    known, column = view.of(scene), layout.column(align=True)
    if running() and _bakery.scene == scene.name:
        _draw_bar(column)
        return
    row = column.row(align=True)
    baked, total = (known.baked, known.total) if known else (0, 0)
    text = "Resume" if 0 < baked < total else "Bake"
    button = row.row(align=True)
    button.enabled = not (known and total and baked == total)
    button.operator(NEURALSTYLE_OT_bake.bl_idname, text=text if button.enabled else "Baked", icon="REC")
    row.operator(NEURALSTYLE_OT_clear_bake.bl_idname, text="", icon="TRASH")
    row.prop(bpy.context.window_manager, "neural_style_previews", text="", icon="HIDE_OFF")
    if known and (baked or known.size):
        words = column.column()
        words.scale_y = 0.8
        words.label(text=f"{baked} of {total} frames · {megabytes(known.size)}")
    if _bakery is not None and _bakery.trouble and _bakery.scene == scene.name:
        column.label(text=str(_bakery.trouble), icon="ERROR")


def _draw_bar(layout: bpy.types.UILayout) -> None:
    about = _bakery.about
    words = {"starting": "Starting …", "stopping": "Stopping …"}.get(_bakery.state)
    if words is None:
        pace = f", {about['seconds']:.1f} s a frame" if about["seconds"] else ""
        words = f"Baking {about['done']} of {about['total']}{pace}" if about["total"] else "Baking …"
    row = layout.row(align=True)
    row.progress(factor=_bakery.share, text=words)
    row.operator(NEURALSTYLE_OT_cancel_bake.bl_idname, text="", icon="X")


def _draw_status_bar(self, _context) -> None:
    if running():
        row = self.layout.row(align=True)
        row.label(text="Neural Style", icon="BRUSH_DATA")
        _draw_bar(row)


def _redraw() -> None:
    status.touch()
    windows = bpy.context.window_manager.windows
    if any(window.modal_operators for window in windows):
        return  # one may have a text in the status bar
    for workspace in {window.workspace.name: window.workspace for window in windows}.values():
        # The status bar is none of the areas that scripts can reach; taking back a text has it drawn.
        workspace.status_text_set_internal(None)


def _look() -> float:
    """The timer: one that raises would be the last."""
    try:
        _do_what_is_due()
    except Exception:
        traceback.print_exc()
    return _LOOK_SECONDS


def _do_what_is_due() -> None:
    """What has to be done now and then; never for long."""
    if render.is_rendering():
        escape.listen()
        return
    escape.rest()
    windows = bpy.context.window_manager.windows
    scenes = list({window.scene.name: window.scene for window in windows}.values())
    prefetch.look_after(bpy.data.scenes)
    if _bakery is not None and _bakery.poll():
        view.look_again()
        _tell()
        _redraw()
        for scene in scenes:
            scrub.refresh(scene)
    if any(window.screen.is_animation_playing for window in windows):
        return
    if view.tick(scenes):
        _redraw()
        for scene in scenes:
            scrub.refresh(scene)
    previews = bpy.context.window_manager.neural_style_previews and not running()
    for scene in scenes[:1]:
        scrub.tick(scene, previews)


def _tell() -> None:
    """Say in the terminal how a bake ended."""
    if not _bakery.is_running:
        print(f"Neural Style: bake {_bakery.state}{f': {_bakery.trouble}' if _bakery.trouble else ''}", flush=True)


def end() -> None:
    """Stop what runs; Blender is about to leave."""
    if running():
        _bakery.end()


_CLASSES = (NEURALSTYLE_OT_bake, NEURALSTYLE_OT_cancel_bake, NEURALSTYLE_OT_clear_bake)

_register_classes, _unregister_classes = bpy.utils.register_classes_factory(_CLASSES)


def register() -> None:
    """Make it known to Blender."""
    _register_classes()
    bpy.types.WindowManager.neural_style_previews = BoolProperty(
        name="Previews",
        description="Show frames that are not baked painted alone, small and quickly; marked, as they are not what "
        "will be rendered",
        default=True,
    )
    bpy.types.STATUSBAR_HT_header.append(_draw_status_bar)
    handlers.start(_look, persistent=True)


def unregister() -> None:
    """Take it back."""
    end()
    handlers.stop(_look)
    bpy.types.STATUSBAR_HT_header.remove(_draw_status_bar)
    del bpy.types.WindowManager.neural_style_previews
    _unregister_classes()
