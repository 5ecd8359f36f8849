"""What mends what is wrong: the buttons that a node shows below its error, by the names that errors carry."""

from typing import NamedTuple

import bpy

from . import detail, nodes, status


class Remedy(NamedTuple):
    """A button: the operator that it starts, its text and its icon."""

    operator: str
    text: str
    icon: str


#: By the `remedy` of a `NeuralStyleError`, raised here or in the engine.
REMEDIES = {
    "install": Remedy("neural_style.install_engine", "Install the Engine …", "IMPORT"),
    "preferences": Remedy("neural_style.show_preferences", "Open the Preferences", "PREFERENCES"),
    "online": Remedy("neural_style.allow_online", "Allow Online Access …", "INTERNET"),
    "fetch": Remedy("neural_style.fetch_networks", "Fetch the Networks …", "IMPORT"),
    "coarser": Remedy("neural_style.less_detail", "Less Detail", "MOD_DECIM"),
}


def draw(layout, remedy: str) -> None:
    """Draw the button, where there is one of that name."""
    found = REMEDIES.get(remedy)
    if found:
        layout.operator(found.operator, text=found.text, icon=found.icon)


class NEURALSTYLE_OT_show_preferences(bpy.types.Operator):
    """Show the preferences of Neural Style"""

    bl_idname = "neural_style.show_preferences"
    bl_label = "Neural Style Preferences"

    def execute(self, _context) -> set[str]:
        """Open them."""
        bpy.ops.preferences.addon_show(module=__package__)
        status.forget_errors()
        return {"FINISHED"}


class NEURALSTYLE_OT_allow_online(bpy.types.Operator):
    """Allow Blender and its extensions to use the network, as under Preferences, System"""

    bl_idname = "neural_style.allow_online"
    bl_label = "Allow Online Access"

    @classmethod
    def poll(cls, _context) -> bool:
        """Whether it can be allowed at all."""
        if bpy.app.online_access_override and not bpy.app.online_access:
            cls.poll_message_set("Blender was started with --offline-mode")
            return False
        return True

    def invoke(self, context, event) -> set[str]:
        """Ask first: it is a setting for all of Blender."""
        return context.window_manager.invoke_confirm(
            self,
            event,
            title="Allow Online Access",
            message="Blender and all its extensions may then use the network.",
            confirm_text="Allow",
            icon="INFO",
        )

    def execute(self, context) -> set[str]:
        """Allow it."""
        context.preferences.system.use_online_access = True
        status.forget_errors()
        return {"FINISHED"}


class NEURALSTYLE_OT_less_detail(bpy.types.Operator):
    """Paint in less detail: smaller pictures take less memory and time"""

    bl_idname = "neural_style.less_detail"
    bl_label = "Less Detail"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 (Blender's own attribute)

    def execute(self, context) -> set[str]:
        """Take the next smaller working width that has a name."""
        node = getattr(context, "node", None) or context.active_node
        node = nodes.find(*nodes.key(node)) if node else None
        width = detail.coarser(node.working_width) if node else None
        if width is None:
            self.report({"WARNING"}, "There is no less detail than this")
            return {"CANCELLED"}
        node.custom_width = False
        node.working_width = width
        status.forget_errors()
        return {"FINISHED"}


_CLASSES = (NEURALSTYLE_OT_show_preferences, NEURALSTYLE_OT_allow_online, NEURALSTYLE_OT_less_detail)

register, unregister = bpy.utils.register_classes_factory(_CLASSES)
