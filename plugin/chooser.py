"""Finds a style: a search field above the thumbnails of all that a node offers."""

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from . import nodes, styles

#: Thumbnails in a row, and the width of them all.
_COLUMNS, _WIDTH = 7, 720


def _items(operator, _context) -> list[styles.Item]:
    node = nodes.find(operator.tree, operator.node)
    if node is None:
        return []
    return styles.second_items(node, None) if operator.target == "second_style" else styles.items(node, None)


class NEURALSTYLE_OT_find_style(bpy.types.Operator):
    """Find a style by its name, or by what it looks like: wave, dark, Van Gogh"""

    bl_idname = "neural_style.find_style"
    bl_label = "Find a Style"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}  # noqa: RUF012 (Blender's own attribute)

    search: StringProperty(name="Search", options={"TEXTEDIT_UPDATE", "SKIP_SAVE"})
    target: StringProperty(name="Property", description="The node's property that is set", default="style")
    tree: IntProperty(options={"HIDDEN", "SKIP_SAVE"})
    node: StringProperty(options={"HIDDEN", "SKIP_SAVE"})
    # The last: Blender sets properties in this order, and what there is to choose from depends on the others.
    style: EnumProperty(name="Style", description="The style to paint in", items=_items, options={"SKIP_SAVE"})

    def invoke(self, context, _event) -> set[str]:
        """Show the styles, for the node that the button belongs to."""
        node = getattr(context, "node", None) or context.active_node
        self.tree, self.node = nodes.key(node)
        return context.window_manager.invoke_popup(self, width=_WIDTH)

    def check(self, _context) -> bool:
        """Whether the popup is to be drawn again: with every letter of the search."""
        return True

    def draw(self, _context) -> None:
        """The popup's face."""
        draw(self, self.layout)

    def execute(self, _context) -> set[str]:
        """Set the style."""
        node = nodes.find(self.tree, self.node)
        if node is None:
            return {"CANCELLED"}
        setattr(node, self.target, self.style)
        if self.target == "style":
            node.picture = ""  # it would hide the style that was just chosen
        return {"FINISHED"}


def draw(operator, layout) -> None:
    """Draw the search field, and the styles that it finds."""
    layout.activate_init = True
    layout.prop(operator, "search", text="", icon="VIEWZOOM", placeholder="Search")
    node = nodes.find(operator.tree, operator.node)
    items = found(_items(operator, None), operator.search) if node else []
    if not items:
        layout.label(text="There is no such style")
    grid = layout.grid_flow(row_major=True, columns=_COLUMNS, even_columns=True, even_rows=True)
    grid.operator_context = "EXEC_DEFAULT"
    for name, label, _, icon, _ in items:
        column = grid.column(align=True)
        column.template_icon(icon_value=icon, scale=4.0)
        button = column.operator(operator.bl_idname, text=label, depress=name == getattr(node, operator.target))
        button.target, button.tree, button.node = operator.target, operator.tree, operator.node
        button.style = name
    for _ in range(-len(items) % _COLUMNS if len(items) < _COLUMNS else 0):
        grid.column()  # so that a few are no larger than many


def found(items: list[styles.Item], search: str) -> list[styles.Item]:
    """The styles whose name or description has all words of a search."""
    words = search.lower().split()
    return [item for item in items if all(word in " ".join(item[:3]).lower() for word in words)]


def register() -> None:
    """Make it known to Blender."""
    bpy.utils.register_class(NEURALSTYLE_OT_find_style)


def unregister() -> None:
    """Take it back."""
    bpy.utils.unregister_class(NEURALSTYLE_OT_find_style)
