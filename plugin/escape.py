"""Esc, while a node's frames are painted for a render: Blender itself looks for it only between two nested renders."""

import bpy

from . import render

#: The windows that are listened to, by their address.
_windows: set[int] = set()


class NEURALSTYLE_OT_escape(bpy.types.Operator):
    """Stop the render also while the engine paints"""

    bl_idname = "neural_style.escape"
    bl_label = "Stop Painting"
    bl_options = {"INTERNAL"}  # noqa: RUF012 (Blender's way)

    def invoke(self, context, _event) -> set[str]:
        """Begin to listen to the window."""
        self._window = context.window.as_pointer()
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, _context, event) -> set[str]:
        """Every event of the window passes through here."""
        if not render.is_rendering():
            _windows.discard(self._window)
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


def register() -> None:
    """Make it known to Blender."""
    bpy.utils.register_class(NEURALSTYLE_OT_escape)


def unregister() -> None:
    """Take it back."""
    bpy.utils.unregister_class(NEURALSTYLE_OT_escape)
    _windows.clear()
