"""Finds a style by its name: a search field with all that a node offers."""

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from . import nodes, styles


def _items(operator, _context) -> list[styles.Item]:
    node = nodes.find(operator.tree, operator.node)
    if node is None:
        return []
    return styles.second_items(node, None) if operator.target == "second_style" else styles.items(node, None)


class NEURALSTYLE_OT_find_style(bpy.types.Operator):
    """Find a style by its name"""

    bl_idname = "neural_style.find_style"
    bl_label = "Find a Style"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}  # noqa: RUF012 (Blender's own attribute)
    bl_property = "style"

    target: StringProperty(name="Property", description="The node's property that is set", default="style")
    tree: IntProperty(options={"HIDDEN", "SKIP_SAVE"})
    node: StringProperty(options={"HIDDEN", "SKIP_SAVE"})
    # The last: Blender sets properties in this order, and what there is to choose from depends on the others.
    style: EnumProperty(name="Style", description="The style to paint in", items=_items)

    def invoke(self, context, _event) -> set[str]:
        """Open the search field over the node that the button belongs to."""
        node = getattr(context, "node", None) or context.active_node
        self.tree, self.node = nodes.key(node)
        context.window_manager.invoke_search_popup(self)
        return {"RUNNING_MODAL"}

    def execute(self, _context) -> set[str]:
        """Set the style."""
        node = nodes.find(self.tree, self.node)
        if node is None:
            return {"CANCELLED"}
        setattr(node, self.target, self.style)
        if self.target == "style":
            node.picture = ""  # it would hide the style that was just chosen
        return {"FINISHED"}


def register() -> None:
    """Make it known to Blender."""
    bpy.utils.register_class(NEURALSTYLE_OT_find_style)


def unregister() -> None:
    """Take it back."""
    bpy.utils.unregister_class(NEURALSTYLE_OT_find_style)
