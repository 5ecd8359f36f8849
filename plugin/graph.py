"""Walks through compositor trees: what is upstream of what, and what is left without it."""

from collections.abc import Iterable

#: `bl_idname` of the Neural Style node.
IDNAME = "CompositorNodeNeuralStyle"


def is_style(node) -> bool:
    """Whether this is a Neural Style node (and the extension knows it)."""
    return node.bl_idname == IDNAME


def source_of(node, name: str = "Image"):
    """The socket that is wired into an input of the node, or None."""
    socket = node.inputs.get(name)
    link = socket.links[0] if socket and socket.links else None
    return link.from_socket if link and link.is_valid and not link.is_muted else None


def origin_of(socket):
    """The socket that the value of `socket` comes from: behind all reroutes."""
    while socket is not None and socket.node.type == "REROUTE":
        links = socket.node.inputs[0].links
        socket = links[0].from_socket if links else None
    return socket


def is_asked_for(node, name: str) -> bool:
    """Whether an output of the node is wired into anything."""
    socket = node.outputs.get(name)
    return bool(socket and any(link.is_valid and not link.is_muted for link in socket.links))


def upstream(ends: Iterable) -> list:
    """All nodes that the nodes `ends` depend on, themselves included, each once.

    A Neural Style node is the end of the walk: what it gives is the picture it holds, whatever is wired into it.
    """
    seen, todo = {}, list(ends)
    while todo:
        node = todo.pop()
        if node.name in seen:
            continue
        seen[node.name] = node
        if not is_style(node) or node.mute:
            todo += _parents(node)
    return list(seen.values())


def walk(ends: Iterable) -> list:
    """All nodes that the nodes `ends` depend on, themselves included, each after all those that it depends on."""
    ordered, seen = [], set()

    def visit(node):
        if node.name in seen:
            return  # also ends a cycle, which Blender ignores too
        seen.add(node.name)
        for parent in _parents(node):
            visit(parent)
        ordered.append(node)

    for end in ends:
        visit(end)
    return ordered


def styles(nodes: Iterable) -> list:
    """The Neural Style nodes among `nodes` that paint."""
    return [node for node in nodes if is_style(node) and not node.mute]


def places(nodes: Iterable) -> list[str]:
    """The Neural Style nodes that paint, among `nodes` and in the groups among them, by name, in the order of `nodes`.

    A node in a group is named by the group node's name, a slash, and its own name there.
    """
    found = []
    for node in nodes:
        if is_style(node) and not node.mute:
            found.append(node.name)
        elif node.type == "GROUP" and node.node_tree and not node.mute:
            ends = [end for end in node.node_tree.nodes if end.type == "GROUP_OUTPUT"]
            found += [f"{node.name}/{name}" for name in places(walk(ends))]
    return found


def holder(tree, name: str):
    """The group node of a tree that holds the node of such a name, and the node's name there; None, and the name."""
    if name not in tree.nodes:
        for node in tree.nodes:
            if node.type == "GROUP" and node.node_tree and name.startswith(f"{node.name}/"):
                return node, name[len(node.name) + 1 :]
    return None, name


def find(tree, name: str):
    """The node of a tree by its name as of `places`; None where it is not there."""
    group, rest = holder(tree, name)
    return find(group.node_tree, rest) if group else tree.nodes.get(name)


def styles_in_groups(nodes: Iterable) -> list:
    """The Neural Style nodes that paint in the groups among `nodes`, however deep."""
    trees = [node.node_tree for node in nodes if node.type == "GROUP" and node.node_tree and not node.mute]
    return [style for tree in trees for style in (*styles(tree.nodes), *styles_in_groups(tree.nodes))]


def render_layers(nodes: Iterable) -> list:
    """The Render Layers nodes among `nodes`. Blender has them in the scene's own tree only, not in groups."""
    return [node for node in nodes if node.type == "R_LAYERS"]


def _parents(node) -> list:
    return [link.from_node for socket in node.inputs for link in socket.links if link.is_valid]
