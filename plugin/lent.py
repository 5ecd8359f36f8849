"""What a render job of strips borrows from the artist's scene, and gives back.

A file that is saved meanwhile is saved with the loan: everything borrowed is marked, and is given back when the file
is loaded.
"""

import bpy

from . import graph, host, picture

#: The custom property of a node group that stands in for another: the other's name.
FOR = "neural_style_for"

#: The custom property of a scene whose strips Blender is to prefetch again.
PREFETCH = "neural_style_prefetch"


def stop_prefetch(scene: bpy.types.Scene) -> None:
    """Let Blender render no strip ahead."""
    if scene.sequence_editor.use_prefetch:
        scene.sequence_editor.use_prefetch = False
        scene[PREFETCH] = True


def part(modifier: bpy.types.StripModifier) -> None:
    """Give a modifier a group of its own, in place of one that other modifiers have as well."""
    name = modifier.node_group.name
    with picture.shared():
        modifier.node_group = modifier.node_group.copy()
    for node in graph.styles(modifier.node_group.nodes):
        picture.build(node)
    modifier.node_group.name = f"{host.HIDDEN}{name}"
    modifier.node_group[FOR] = name


def give_back(scene: bpy.types.Scene) -> None:
    """Put everything back as it was."""
    editor = scene.sequence_editor
    if editor is None:
        return
    if PREFETCH in scene:
        editor.use_prefetch = True
        del scene[PREFETCH]
    for strip in editor.strips_all:
        for modifier in strip.modifiers:
            group = getattr(modifier, "node_group", None)
            if group is not None and FOR in group:
                modifier.node_group = bpy.data.node_groups.get(group[FOR])
                inner = [node.node_tree for node in graph.styles(group.nodes) if node.node_tree]
                bpy.data.batch_remove([group, *inner])
