"""Esc, while a node's frames are painted for a render: Blender itself looks for it only between two nested renders."""

import bpy

from . import render

#: The windows that are listened to, by their address, in this render.
_windows: set[int] = set()

#: Which render this is. A listener belongs to one: of one before, none can tell whether it still listens, since Blender
#: drops it with its window, or when another file is opened.
_render = 0


class NEURALSTYLE_OT_escape(bpy.types.Operator):
    """Stop the render also while the engine paints"""

    bl_idname = "neural_style.escape"
    bl_label = "Stop Painting"
    bl_options = {"INTERNAL"}  # noqa: RUF012 (Blender's way)

    def invoke(self, context, _event) -> set[str]:
        """Begin to listen to the window."""
        self._render = _render
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, _context, event) -> set[str]:
        """Every event of the window passes through here."""
        if self._render != _render or not render.is_rendering():
            return {"FINISHED", "PASS_THROUGH"}
        if event.type == "ESC" and event.value == "PRESS":
            render.cancel()
        return {"PASS_THROUGH"}


def listen() -> None:
    """Listen to all windows, that of the render too, until the render is over."""
    windows = list(bpy.context.window_manager.windows)
    _windows.intersection_update(window.as_pointer() for window in windows)
    for window in windows:
        if window.as_pointer() not in _windows:
            _windows.add(window.as_pointer())
            with bpy.context.temp_override(window=window):
                bpy.ops.neural_style.escape("INVOKE_DEFAULT")


def rest() -> None:
    """No render is under way: the next one is listened to anew."""
    global _render
    if _windows:
        _windows.clear()
        _render += 1


def register() -> None:
    """Make it known to Blender."""
    bpy.utils.register_class(NEURALSTYLE_OT_escape)


def unregister() -> None:
    """Take it back."""
    bpy.utils.unregister_class(NEURALSTYLE_OT_escape)
    rest()
