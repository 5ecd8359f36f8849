"""The node's place in the compositor's Add menu: Creative, or where there is none yet (4.5), Filter."""

import bpy

from . import graph
from .node import CompositorNodeNeuralStyle as Node


def _draw(self, context) -> None:
    if context.space_data and context.space_data.tree_type != "CompositorNodeTree":
        return
    self.layout.separator()
    entry = self.layout.operator("node.add_node", text=Node.bl_label, icon=Node.bl_icon)
    entry.type = graph.IDNAME
    entry.use_transform = True


def _menu() -> type:
    """The category, or the Add menu itself where this Blender has neither."""
    for name in ("NODE_MT_category_compositor_creative", "NODE_MT_category_compositor_filter"):
        if hasattr(bpy.types, name):
            return getattr(bpy.types, name)
    return bpy.types.NODE_MT_add


def register() -> None:
    """Put the node into the menu."""
    _menu().append(_draw)


def unregister() -> None:
    """Take it out again."""
    _menu().remove(_draw)
