"""The node's sockets beside Image: what is wired in with it, and what is shown of the painter's work on request.

A node's sockets are those of the interface of its inner tree. A file that was saved by an earlier version of the
extension has fewer: they are added when it is opened, behind those that are there, and no link is lost.
"""

import bpy
import numpy as np
from bpy.app.handlers import persistent

from . import graph, handlers, pixels
from .errors import PaintError

#: The inputs, by the name of the plane that they are at the door.
INPUTS = {"mask": "Mask", "vectors": "Vector", "depth": "Depth"}

#: The outputs, likewise.
OUTPUTS = {"flow": "Flow", "reliability": "Reliability"}

#: The inner node that gives Flow while nothing was painted.
_REST = "Rest"

_TIPS = {
    "Mask": "Where to paint: 1 is painted, 0 stays as it is, in between is mixed. Strokes do not move with it",
    "Vector": "The Vector pass of the render: exact motion in place of one estimated from the pictures",
    "Depth": "The Depth pass of the render: tells more exactly what was hidden in the frame before",
    "Flow": "Where things move to, as colours: the hue is the direction, the saturation the speed, white stands still",
    "Reliability": "Where the frame before is held to: 1 is fully, 0 is painted anew",
}


def fit(tree: bpy.types.NodeTree) -> None:
    """Give an inner tree the sockets that it has not."""
    there = {(item.in_out, item.name) for item in tree.interface.items_tree if item.item_type == "SOCKET"}
    for in_out, name, kind in (
        ("INPUT", "Image", "NodeSocketColor"),
        ("INPUT", "Mask", "NodeSocketFloat"),
        ("INPUT", "Vector", "NodeSocketVector"),
        ("INPUT", "Depth", "NodeSocketFloat"),
        ("OUTPUT", "Image", "NodeSocketColor"),
        ("OUTPUT", "Flow", "NodeSocketColor"),
        ("OUTPUT", "Reliability", "NodeSocketFloat"),
    ):
        if (in_out, name) in there:
            continue
        item = tree.interface.new_socket(name=name, in_out=in_out, socket_type=kind)
        item.description = _TIPS.get(name, "")
        if name == "Mask":
            item.subtype = "FACTOR"
            item.default_value, item.min_value, item.max_value = 1.0, 0.0, 1.0
        elif name == "Vector":
            item.dimensions = 4
        if name in ("Vector", "Depth"):
            item.hide_value = True  # nothing that could be set by hand makes sense


def rest(tree: bpy.types.NodeTree) -> None:
    """Let an inner tree give what Flow and Reliability are while nothing was painted: white, and 0.

    They are made of the inputs, times nought: Blender 5 greys out a socket that nothing in the tree depends on.
    """
    if not hasattr(bpy.types, "ShaderNodeMath"):
        return
    nodes, links = tree.nodes, tree.links
    given, end = nodes["Input"].outputs, nodes["Output"].inputs
    if _REST not in nodes:
        white = nodes.new("ShaderNodeVectorMath")
        white.name, white.operation, white.hide = _REST, "MULTIPLY_ADD", True
        white.inputs[1].default_value, white.inputs[2].default_value = (0, 0, 0), (1, 1, 1)
        links.new(given["Vector"], white.inputs[0])
        both = nodes.new("ShaderNodeMath")
        black = nodes.new("ShaderNodeMath")
        both.operation, black.operation = "ADD", "MULTIPLY"
        black.name, black.inputs[1].default_value = f"{_REST} too", 0.0
        links.new(given["Mask"], both.inputs[0])
        links.new(given["Depth"], both.inputs[1])
        links.new(both.outputs[0], black.inputs[0])
    for name, inner in (("Flow", _REST), ("Reliability", f"{_REST} too")):
        if not end[name].is_linked:
            links.new(nodes[inner].outputs[0], end[name])


def mend(node: bpy.types.Node) -> None:
    """Give a node the sockets that it has not."""
    had_mask = "Mask" in node.inputs
    fit(node.node_tree)
    if not had_mask and "Mask" in node.inputs:
        node.inputs["Mask"].default_value = 1.0  # it was made before the interface said so
    rest(node.node_tree)


@persistent
def _mend_all(*_) -> None:
    """Give every node of the file the sockets that it has not."""
    for tree in [*bpy.data.node_groups, *filter(None, (_own_tree(scene) for scene in bpy.data.scenes))]:
        for node in tree.nodes:
            if graph.is_style(node) and node.node_tree and node.node_tree.library is None:
                mend(node)


def _own_tree(scene: bpy.types.Scene) -> bpy.types.NodeTree | None:
    """A compositor tree that is a part of its scene (4.5), and not among the node groups."""
    return None if "compositing_node_group" in scene.bl_rna.properties else scene.node_tree


def check(node: bpy.types.Node) -> None:
    """Raise `PaintError` where a socket is wired to a pass that the render has not."""
    for name in INPUTS.values():
        socket = node.inputs.get(name)
        for link in socket.links if socket else ():
            origin = graph.origin_of(link.from_socket)
            if not link.is_muted and origin is not None and origin.is_unavailable:
                raise PaintError(
                    f"{name} is wired to a pass that is not rendered",
                    node.name,
                    "switch it on under View Layer, Passes, Data (Vector needs Motion Blur off), or remove the link",
                )


def asked_for(node: bpy.types.Node) -> tuple[str, ...]:
    """The planes that the node is to show: those whose output is wired into anything."""
    return tuple(plane for plane, name in OUTPUTS.items() if graph.is_asked_for(node, name))


def mask_value(node: bpy.types.Node) -> float:
    """What the mask is everywhere, where nothing is wired into it."""
    socket = node.inputs.get("Mask")
    return 1.0 if socket is None or socket.is_linked else min(1.0, max(0.0, socket.default_value))


def as_picture(plane: str, array: np.ndarray | None, size: tuple[int, int]) -> np.ndarray:
    """A plane as the door gives it, as Blender's pixels (H, W, 4); None: of a frame that was painted by itself.

    size: height and width of the picture.
    """
    rgba = np.ones((*size, 4), np.float32)
    if array is None:
        rgba[..., :3] = 1.0 if plane == "flow" else 0.0
    elif plane == "flow":
        rgba[..., :3] = pixels.to_linear(array[::-1])
    else:
        rgba[..., :3] = array[::-1, :, None]
    return rgba


_HANDLERS = {"load_post": _mend_all}


def register() -> None:
    """Mend files when they are opened, and the one that is open."""
    handlers.add(_HANDLERS)
    handlers.start(_mend_all, first_interval=0.0)  # while extensions are enabled, no data can be seen


def unregister() -> None:
    """Stop."""
    handlers.remove(_HANDLERS)
    handlers.stop(_mend_all)
