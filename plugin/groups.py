"""Neural Style nodes inside groups of the compositor: what is wired into them, and a picture for each.

A node holds one picture, and a group that is used twice has one node. So for the time of a render every further use of
such a group is lent a copy (`lent.py`).
"""

import bpy

from . import graph, hidden, lent, picture

_KINDS = {"Image": "NodeSocketColor", "Vector": "NodeSocketVector"}


def part(nodes: list[bpy.types.Node], seen: set[str] | None = None) -> None:
    """Give every group that is shown, and holds a node that paints, a tree of its own. nodes: those that are shown."""
    seen = set() if seen is None else seen
    for node in nodes:
        if node.type == "GROUP" and node.node_tree and graph.places([node]):
            if node.node_tree.name in seen:
                lent.part(node)
            seen.add(node.node_tree.name)
            part(list(node.node_tree.nodes), seen)


def expose(
    tree: bpy.types.NodeTree, name: str, inputs: list[str], copies: list[bpy.types.NodeTree]
) -> dict[str, bpy.types.NodeSocket]:
    """The sockets of a tree, by name, that give what is wired into the inputs of a node, as of `graph.find`.

    tree: a copy that may be changed; the groups that are copied for it are added to `copies`.
    """
    group, rest = graph.holder(tree, name)
    if group is None:
        return {each: graph.source_of(tree.nodes[name], each) for each in inputs}
    with picture.shared():
        group.node_tree = inner = group.node_tree.copy()
    inner.name = f"{hidden.PREFIX}{inner.name}"
    copies.append(inner)
    exposed = {}
    for each, socket in expose(inner, rest, inputs, copies).items():
        kind = _KINDS.get(each, "NodeSocketFloat")
        item = inner.interface.new_socket(name=f"{hidden.PREFIX}{each}", in_out="OUTPUT", socket_type=kind)
        if each == "Vector":
            item.dimensions = 4
        for end in [node for node in inner.nodes if node.type == "GROUP_OUTPUT"]:
            target = next(target for target in end.inputs if target.identifier == item.identifier)
            inner.links.new(socket, target)
        exposed[each] = next(output for output in group.outputs if output.identifier == item.identifier)
    return exposed
