"""What a render job borrows from the artist's scene, and gives back.

A file that is saved meanwhile is saved with the loan: everything borrowed is marked, and is given back when the file
is loaded.
"""

import json

import bpy

from . import graph, hidden, host, picture, prefetch

#: The custom property of a node group that stands in for another: the other's name.
FOR = "neural_style_for"

#: The custom property of a scene: the modifiers that its preview is to show again, as JSON.
PREVIEW = "neural_style_preview"


def leave_out_of_preview(scene: bpy.types.Scene, modifiers: list[tuple[str, str]]) -> None:
    """Let the sequencer's preview pass over modifiers, each given by its strip's name and its own.

    The preview composites in the window's thread, and would read the very pictures that the render's thread changes.
    """
    left_out = []
    for strip, name in modifiers:
        modifier = scene.sequence_editor.strips_all[strip].modifiers[name]
        if getattr(modifier, "show_preview", False):  # none before 5.2
            modifier.show_preview = False
            left_out.append((strip, name))
    if left_out:
        scene[PREVIEW] = json.dumps(left_out)


def part(owner: bpy.types.StripModifier | bpy.types.Node) -> None:
    """Give a modifier or a group node a group of its own, in place of one that others have as well."""
    field = _field(owner)
    original = getattr(owner, field)
    with picture.shared():
        copy = original.copy()
    for node in graph.styles(copy.nodes):
        picture.build(node)
    copy.name = f"{hidden.PREFIX}{original.name}"
    copy[FOR] = original.name
    setattr(owner, field, copy)


def _field(owner: bpy.types.StripModifier | bpy.types.Node) -> str:
    return "node_group" if isinstance(owner, bpy.types.StripModifier) else "node_tree"


def _return(owner: bpy.types.StripModifier | bpy.types.Node) -> None:
    group = getattr(owner, _field(owner), None)
    if group is not None and FOR in group:
        return_groups(group.nodes)
        setattr(owner, _field(owner), bpy.data.node_groups.get(group[FOR]))
        inner = [node.node_tree for node in graph.styles(group.nodes) if node.node_tree]
        hidden.free(group, *inner)


def return_groups(nodes: bpy.types.Nodes) -> None:
    """Give back what was lent to the group nodes of a tree, and of the groups in it."""
    for node in nodes:
        if node.type == "GROUP" and node.node_tree:
            return_groups(node.node_tree.nodes)
            _return(node)


def give_back(scene: bpy.types.Scene) -> None:
    """Put everything back as it was."""
    if tree := host.tree_of(scene):
        return_groups(tree.nodes)
    if bpy.app.background:
        prefetch.give_back(scene)  # a window looks after it all the time
    editor = scene.sequence_editor
    if editor is None:
        return
    for strip in editor.strips_all:
        for modifier in strip.modifiers:
            _return(modifier)
    for strip, name in json.loads(scene.pop(PREVIEW, "[]")):
        holder = editor.strips_all.get(strip)
        if holder and name in holder.modifiers:
            holder.modifiers[name].show_preview = True
