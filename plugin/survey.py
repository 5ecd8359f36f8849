"""Which Neural Style nodes a render of a scene shows, and which of them cannot be painted yet."""

import bpy

from . import graph, host, status, strips
from .errors import PaintError


def styles(scene: bpy.types.Scene) -> list[bpy.types.Node]:
    """The nodes to paint, in the scene's own compositor, each after those that it depends on."""
    return graph.styles(_shown(scene))


def is_wanted(scene: bpy.types.Scene) -> bool:
    """Whether a render of the scene shows any node, wherever it sits."""
    return bool(styles(scene) or _out_of_reach(scene)) or in_strips(scene)


def in_strips(scene: bpy.types.Scene) -> bool:
    """Whether a render of the scene shows a node in a strip, or in a scene that a strip shows."""
    return strips.is_wanted(scene) or any(styles(inner) for inner in strips.scenes_in(scene))


def check(scene: bpy.types.Scene) -> None:
    """Raise `PaintError` where a node sits where it cannot be painted: better no picture than one without it."""
    for node in _out_of_reach(scene):
        trouble = PaintError(
            "Neural Style paints only in the scene's own compositor yet, not in a group",
            f"{node.id_data.name}, {node.name}",
            "move the node out of it, or mute it",
        )
        status.say(node, str(trouble), is_error=True)
        raise trouble


def _shown(scene: bpy.types.Scene) -> list[bpy.types.Node]:
    tree = host.tree_of(scene)
    return graph.walk(host.ends(tree)) if tree else []


def _out_of_reach(scene: bpy.types.Scene) -> list[bpy.types.Node]:
    return graph.styles_in_groups(_shown(scene))
