"""Names Neural Style nodes so that an operator finds them again, whatever Blender has freed and made anew meanwhile."""

from collections.abc import Iterator

import bpy

from . import graph


def key(node: bpy.types.Node) -> tuple[int, str]:
    """What names a node in this session: its tree's number, and its name."""
    return node.id_data.session_uid, node.name


def find(tree: int, name: str) -> bpy.types.Node | None:
    """The Neural Style node that `key` named; None where it is gone."""
    for found in trees():
        if found.session_uid == tree:
            node = found.nodes.get(name)
            return node if node is not None and graph.is_style(node) else None
    return None


def trees() -> Iterator[bpy.types.NodeTree]:
    """All compositor trees of the file, also those that are part of a scene (4.5)."""
    yield from (tree for tree in bpy.data.node_groups if tree.bl_idname == "CompositorNodeTree")
    if "compositing_node_group" not in bpy.types.Scene.bl_rna.properties:
        yield from (scene.node_tree for scene in bpy.data.scenes if scene.node_tree)
