"""How a Neural Style node looks: what is set on it, and what it is doing."""

import time
from pathlib import Path

import bpy

from . import bake_ui, engine, installer, lines, previews, remedies, render, status, styles
from .chooser import NEURALSTYLE_OT_find_style
from .door.catalogue import METHODS_WITH_PAINTING
from .progress import short

#: When the engine was looked for last, and what was missing.
_looked, _found = -1e9, None


def draw(node: bpy.types.Node, layout: bpy.types.UILayout) -> None:
    """Draw a node's face. Blender calls it whenever the editor is redrawn: nothing here may cost."""
    _draw_style(node, layout)
    _draw_method(node, layout)
    layout.prop(node, "style_weight")
    _draw_size(node, layout)
    _draw_advanced(node, layout)
    bake_ui.draw(layout, node)
    _draw_status(node, layout)


def _draw_style(node, layout) -> None:
    picture = (
        previews.of_file(Path(bpy.path.abspath(node.picture, library=node.id_data.library))) if node.picture else 0
    )
    item = styles.item(node, node.style)
    if picture:
        layout.template_icon(icon_value=picture, scale=5.0)
    elif item and item[3] and not node.picture:
        # Without labels, as every picture has its name in the tooltip and below, once it is chosen.
        layout.template_icon_view(node, "style", show_labels=True, scale=5.0, scale_popup=4.0)
    # A label beside a file's path would leave no room for the path.
    column = layout.column(align=True)
    row = column.row(align=True)
    row.active = not node.picture
    row.prop(node, "style", text="")
    _draw_search(row, "style")
    column.prop(node, "picture", text="", placeholder="Any picture")
    column = layout.column(align=True)
    row = column.row(align=True)
    row.prop(node, "second_style", text="Mix In")
    _draw_search(row, "second_style")
    if node.second_style != styles.NONE:
        column.prop(node, "blend")


def _draw_search(row, name: str) -> None:
    row.operator(NEURALSTYLE_OT_find_style.bl_idname, text="", icon="VIEWZOOM").target = name


def _draw_method(node, layout) -> None:
    column = layout.column(align=True)
    column.prop(node, "method", text="")
    if node.method in METHODS_WITH_PAINTING:
        column.prop(node, "painting", text="", placeholder="The style's painting")


def _draw_size(node, layout) -> None:
    column = layout.column(align=True)
    column.prop(node, "detail")
    if node.detail == "CUSTOM":
        column.prop(node, "working_width")
    row = column.row(align=True)
    row.label(text="Upscale:")
    row.prop(node, "upscale", expand=True)


def _draw_advanced(node, layout) -> None:
    row = layout.row()
    row.alignment = "LEFT"
    icon = "DOWNARROW_HLT" if node.show_advanced else "RIGHTARROW"
    row.prop(node, "show_advanced", icon=icon, emboss=False)
    if node.show_advanced:
        layout.prop(node, "original_colours")
        column = layout.column(align=True)
        for name in ("temporal", "iterations", "seed"):
            column.prop(node, name)


def _draw_status(node, layout) -> None:
    letters = int((node.width - 44) / lines.LETTER)
    if installer.draw(layout, letters):
        return
    line = status.of(node)
    if not line.text or line.is_error:
        trouble = _engine_trouble()
        if trouble:
            line = status.of_trouble(trouble)
    column = layout.column(align=True)
    if line.progress is not None:
        column.progress(factor=line.progress, text=f"{line.progress:.0%}")
    text = column.column(align=True)
    text.alert = line.is_error
    text.scale_y = 0.8
    lines.draw(text, line.sentence or _idle(), line.icon, letters)
    remedies.draw(column, line.remedy)


def _engine_trouble():
    """Why there is no engine, as of a second ago: looking for it at every redraw of every node would add up."""
    global _looked, _found
    if time.monotonic() - _looked > 1.0:
        _looked, _found = time.monotonic(), engine.trouble()
    return _found


def _idle() -> str:
    device = render.device()
    return f"Ready · {short(device)}" if device else "Ready"
