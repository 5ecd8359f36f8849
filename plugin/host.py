"""Everything that differs between Blender 4.5 and 5.x, and nothing else."""

from pathlib import Path

import bpy
from bpy_extras import anim_utils

#: Node types (`Node.type`) that end a compositor tree. 5.x ends it in a Group Output, 4.5 in a Composite node.
ENDS = ("COMPOSITE", "GROUP_OUTPUT", "OUTPUT_FILE", "VIEWER", "SPLITVIEWER")

#: Those that show or write something of their own.
WRITERS = ("OUTPUT_FILE", "VIEWER", "SPLITVIEWER")

#: Those whose picture has a size of its own, whatever is rendered.
OF_OWN_SIZE = ("MOVIECLIP", "IMAGE", "REROUTE")

#: Node types of 4.5 that only note a translation: its File Output node writes the picture unmoved.
#: 5.x moves the pixels before it writes.
_MOVES = ("TRANSLATE", "TRANSFORM", "STABILIZE2D")

#: Whether strips have Compositor modifiers (5.x).
HAS_COMPOSITOR_MODIFIER = "COMPOSITOR" in bpy.types.StripModifier.bl_rna.properties["type"].enum_items

#: The custom property of a node that a render job has muted: a file that was saved meanwhile still knows it.
MUTED = "neural_style_muted"


def _shared_trees() -> bool:
    """Whether a scene's compositor tree is a data-block of its own (5.x) or a part of the scene (4.5)."""
    return "compositing_node_group" in bpy.types.Scene.bl_rna.properties


def sequencer_scene(context: bpy.types.Context) -> bpy.types.Scene | None:
    """The scene whose strips the sequencer shows: in 5.x the workspace may have another one for it."""
    return getattr(context, "sequencer_scene", None) or context.scene


def tree_of(scene: bpy.types.Scene) -> bpy.types.NodeTree | None:
    """The compositor tree of a scene, or None where it has none, or does not render it."""
    if not scene.render.use_compositing or renders_strips(scene):
        return None
    if _shared_trees():
        return scene.compositing_node_group
    return scene.node_tree if scene.use_nodes else None


def renders_strips(scene: bpy.types.Scene) -> bool:
    """Whether the sequencer is rendered in place of the compositor: where any strip is to be seen."""
    editor = scene.sequence_editor if scene.render.use_sequencer else None
    strips = getattr(editor, "strips", None) or ()
    return any(strip.type != "SOUND" and not strip.mute for strip in strips)


def span(strip: bpy.types.Strip) -> tuple[int, int]:
    """The first frame at which a strip is seen, and the first after it at which it is not."""
    if "left_handle" in strip.bl_rna.properties:
        return int(strip.left_handle), int(strip.right_handle)
    return strip.frame_final_start, strip.frame_final_end


def begin_at(strip: bpy.types.Strip, frame: int) -> None:
    """Let a strip be seen from a frame on, of what lies before or after what it shows now."""
    if "left_handle" in strip.bl_rna.properties:
        strip.left_handle = frame
    else:
        strip.frame_final_start = frame


def own_curves(scene: bpy.types.Scene) -> list[bpy.types.FCurve]:
    """Give a copied scene an action of its own, and return its F-curves and drivers, to be muted."""
    data = scene.animation_data
    if data is None:
        return []
    curves = list(data.drivers)
    if data.action:
        slot = data.action_slot.identifier if data.action_slot else ""
        data.action = data.action.copy()
        data.action_slot = data.action.slots.get(slot)
        bag = anim_utils.action_get_channelbag_for_slot(data.action, data.action_slot) if slot else None
        curves += list(bag.fcurves) if bag else []
    return curves


def ends(tree: bpy.types.NodeTree) -> list[bpy.types.Node]:
    """The nodes of a tree that something is shown or written by."""
    return [node for node in tree.nodes if node.type in ENDS and not node.mute]


def copy_tree(scene: bpy.types.Scene, copy: bpy.types.Scene, name: str) -> bpy.types.NodeTree:
    """Give `copy`, a copy of `scene`, a compositor tree of its own to change, and return it."""
    if _shared_trees():
        copy.compositing_node_group = scene.compositing_node_group.copy()
        copy.compositing_node_group.name = name
        return copy.compositing_node_group
    return copy.node_tree


def own_tree(scene: bpy.types.Scene) -> bpy.types.NodeTree | None:
    """The data-block that `copy_tree` made; None where the tree goes with the scene (4.5)."""
    return scene.compositing_node_group if _shared_trees() else None


def end_at(tree: bpy.types.NodeTree, socket: bpy.types.NodeSocket) -> None:
    """Let a tree give what `socket` gives."""
    kind, idname = ("GROUP_OUTPUT", "NodeGroupOutput") if _shared_trees() else ("COMPOSITE", "CompositorNodeComposite")
    if _shared_trees() and not any(
        item.item_type == "SOCKET" and item.in_out == "OUTPUT" for item in tree.interface.items_tree
    ):
        tree.interface.new_socket(name="Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    # Of several such nodes only one counts, and which one cannot be set in 4.5: end all of them there.
    for end in [node for node in tree.nodes if node.type == kind] or [tree.nodes.new(idname)]:
        end.mute = False
        tree.links.new(socket, end.inputs[0])


def add_file_output(
    tree: bpy.types.NodeTree, socket: bpy.types.NodeSocket, folder: Path, name: str = "picture"
) -> bpy.types.Node:
    """Write what `socket` gives into `folder`, at its own size, as the kind of file that `exr.read` reads.

    name: what the file's name begins with. A file of colours is the one that keeps all four numbers of a vector.
    """
    node = tree.nodes.new("CompositorNodeOutputFile")
    if hasattr(node, "file_output_items"):
        node.directory = str(folder)
        node.file_name = ""
        node.file_output_items.clear()
        node.file_output_items.new("RGBA", name)
    else:
        node.base_path = str(folder)
        node.file_slots.clear()
        node.file_slots.new(name)
    as_float_exr(node.format)
    tree.links.new(socket, node.inputs[0])
    return node


def add_alpha(tree: bpy.types.NodeTree, image: bpy.types.NodeSocket, value: bpy.types.NodeSocket) -> bpy.types.Node:
    """A node that gives `image` with `value` as its alpha, whatever size that has: Blender lays it over the image."""
    node = tree.nodes.new("CompositorNodeSetAlpha")
    if hasattr(node, "mode"):
        node.mode = "REPLACE_ALPHA"
    else:
        node.inputs["Type"].default_value = "Replace Alpha"
    tree.links.new(image, node.inputs["Image"])
    tree.links.new(value, node.inputs["Alpha"])
    return node


def as_float_exr(settings: bpy.types.ImageFormatSettings) -> None:
    """Uncompressed float32 RGBA, without colour management: what the compositor holds, bit for bit."""
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"  # 5.x: the formats to choose from depend on it
    settings.file_format = "OPEN_EXR"
    settings.color_mode = "RGBA"
    settings.color_depth = "32"
    settings.exr_codec = "NONE"


def as_cheapest(settings: bpy.types.ImageFormatSettings) -> None:
    """The format that costs least to write, for a file that nobody reads."""
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format = "BMP"


def writes_moved(nodes: list[bpy.types.Node]) -> bool:
    """Whether a File Output node after `nodes` puts the pixels where the compositor would show them."""
    return _shared_trees() or not any(node.type in _MOVES for node in nodes)


def unmute(tree: bpy.types.NodeTree) -> None:
    """Unmute what a render job has muted in a tree."""
    for node in tree.nodes:
        if MUTED in node:
            node.mute = False
            del node[MUTED]
