"""The extension's preferences: where the engine is, and a button that tries it."""

import bpy
from bpy.props import StringProperty

from . import engine, render
from .errors import PaintError


class NeuralStylePreferences(bpy.types.AddonPreferences):
    """Where the engine is."""

    bl_idname = __package__

    engine: StringProperty(
        name="Engine",
        description="Folder of the Python environment that the engine is installed in. "
        "Empty: the extension's own folder",
        subtype="DIR_PATH",
    )

    def draw(self, _context) -> None:
        """The preferences' face."""
        self.layout.prop(self, "engine", placeholder=str(engine.own_folder()))
        self.layout.operator(NEURALSTYLE_OT_test_engine.bl_idname, icon="CHECKMARK")


class NEURALSTYLE_OT_test_engine(bpy.types.Operator):
    """Start the engine and say what it runs on."""

    bl_idname = "neural_style.test_engine"
    bl_label = "Test the Engine"

    def execute(self, _context) -> set[str]:
        """Start the worker."""
        try:
            hello = render.worker().start()
        except PaintError as trouble:
            self.report({"ERROR"}, str(trouble))
            return {"CANCELLED"}
        self.report({"INFO"}, f"The engine {hello.version} works, on {hello.device}")
        return {"FINISHED"}


_CLASSES = (NeuralStylePreferences, NEURALSTYLE_OT_test_engine)


def register() -> None:
    """Make them known to Blender."""
    for cls in _CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    """Take them back."""
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
