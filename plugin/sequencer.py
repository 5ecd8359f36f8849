"""The sequencer's side: *Add Neural Style* in its menus, and the node's face in the sidebar and the strip's properties.

In Blender 5 the node sits in the node group of a Compositor modifier on the strip, in 4.5 in the compositor of a scene
that takes the strip's place (`strip_scene.py`).
"""

import bpy

from . import assets, face, graph, host, prefetch, strip_scene, strips
from .errors import PaintError

#: The name of a modifier and of its group.
NAME = "Neural Style"

#: Kinds of strips that have no picture.
_SILENT = ("SOUND",)


def node_of(strip: bpy.types.Strip) -> bpy.types.Node | None:
    """The node that paints a strip: the first of its modifiers', or of its scene's compositor."""
    trees = [modifier.node_group for modifier in strips.groups_of(strip)]
    if strip.type == "SCENE" and strip.scene and not trees:
        trees = [tree] if (tree := host.tree_of(strip.scene)) else []
    return next((node for tree in trees for node in graph.styles(graph.walk(host.ends(tree)))), None)


class SEQUENCER_OT_neural_style_add(bpy.types.Operator):
    """Paint the selected strips, so that they look the same from one frame to the next"""

    bl_idname = "sequencer.neural_style_add"
    bl_label = "Add Neural Style"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 (Blender's own attribute)

    @classmethod
    def poll(cls, context) -> bool:
        """Whether there is a strip to paint."""
        return bool(_chosen(context))

    def execute(self, context) -> set[str]:
        """Add the modifiers, all with one group, or the scenes."""
        scene = host.sequencer_scene(context)
        made, shared = 0, None
        for strip in _chosen(context):
            if node_of(strip) is not None:
                self.report({"INFO"}, f"{strip.name} is painted already")
                continue
            if not host.HAS_COMPOSITOR_MODIFIER:
                try:
                    strip_scene.put_in_place_of(strip, scene)
                except PaintError as trouble:
                    self.report({"ERROR"}, str(trouble))
                    continue
            else:
                shared = shared or assets.group(NAME)
                strip.modifiers.new(NAME, "COMPOSITOR").node_group = shared
            made += 1
        if made and not bpy.app.background:
            prefetch.stop(scene)
        return {"FINISHED"} if made else {"CANCELLED"}


def _chosen(context) -> list[bpy.types.Strip]:
    """The selected strips that have a picture; the active one where none is selected."""
    scene = host.sequencer_scene(context)
    editor = scene.sequence_editor if scene else None
    if editor is None:
        return []
    level = editor.meta_stack[-1].strips if editor.meta_stack else editor.strips
    selected = [strip for strip in level if strip.select] or [editor.active_strip]
    return [strip for strip in selected if strip is not None and strip.type not in _SILENT]


class _Panel:
    """The node's face, for the active strip."""

    bl_label = NAME

    @classmethod
    def poll(cls, context) -> bool:
        """Whether there is an active strip with a picture."""
        strip = _active(context)
        return strip is not None and strip.type not in _SILENT

    def draw(self, context) -> None:
        """Draw the face, or the button that adds the node."""
        strip = _active(context)
        node = node_of(strip)
        if node is None:
            self.layout.operator(SEQUENCER_OT_neural_style_add.bl_idname, icon="BRUSH_DATA")
            return
        if prefetch.is_kept_off(host.sequencer_scene(context)):
            self.layout.label(text="Prefetch Frames is kept off", icon="INFO")
        self.layout.context_pointer_set("node", node)
        face.draw(node, self.layout)


class SEQUENCER_PT_neural_style(_Panel, bpy.types.Panel):
    """In the sequencer's sidebar."""

    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Strip"


class STRIP_PT_neural_style(_Panel, bpy.types.Panel):
    """Among the strip's properties (5.x)."""

    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "strip"


def _active(context) -> bpy.types.Strip | None:
    scene = host.sequencer_scene(context)
    return scene.sequence_editor.active_strip if scene and scene.sequence_editor else None


def _draw_entry(self, _context) -> None:
    self.layout.separator()
    self.layout.operator(SEQUENCER_OT_neural_style_add.bl_idname, icon="BRUSH_DATA")


_MENUS = ("SEQUENCER_MT_strip", "SEQUENCER_MT_context_menu")


def _classes() -> list[type]:
    classes = [SEQUENCER_OT_neural_style_add, SEQUENCER_PT_neural_style]
    return [*classes, STRIP_PT_neural_style] if host.HAS_COMPOSITOR_MODIFIER else classes


def register() -> None:
    """Show it in the menus and panels."""
    for cls in _classes():
        bpy.utils.register_class(cls)
    for name in _MENUS:
        getattr(bpy.types, name).append(_draw_entry)


def unregister() -> None:
    """Take it back."""
    for name in _MENUS:
        getattr(bpy.types, name).remove(_draw_entry)
    for cls in reversed(_classes()):
        bpy.utils.unregister_class(cls)
