"""Which Neural Style nodes a render of a scene shows, and which of them no bake can take in."""

import bpy

from . import graph, host, status, strips
from .errors import PaintError


def styles(scene: bpy.types.Scene) -> list[bpy.types.Node]:
    """The nodes to paint, in the scene's own compositor, each after those that it depends on."""
    return graph.styles(shown(scene))


def places(scene: bpy.types.Scene) -> list[str]:
    """These, and those in the compositor's groups, by name, as of `graph.find`."""
    return graph.places(shown(scene))


def is_wanted(scene: bpy.types.Scene) -> bool:
    """Whether a render of the scene shows any node, wherever it sits."""
    return bool(places(scene)) or in_strips(scene)


def in_strips(scene: bpy.types.Scene) -> bool:
    """Whether a render of the scene shows a node in a strip, or in a scene that a strip shows."""
    return strips.is_wanted(scene) or any(places(inner) for inner in strips.scenes_in(scene))


def check(scene: bpy.types.Scene) -> None:
    """Raise `PaintError` where a node is shown that a render paints and a bake does not: one in a group."""
    for name in places(scene):
        group, _ = graph.holder(host.tree_of(scene), name)
        if group:
            trouble = PaintError(
                "a node in a group is painted when it is rendered, and cannot be baked",
                name,
                "ungroup it (Ctrl Alt G) to bake, or render without a bake",
            )
            status.fail(graph.find(host.tree_of(scene), name), trouble)
            raise trouble


def shown(scene: bpy.types.Scene) -> list[bpy.types.Node]:
    """The nodes of the scene's own compositor that a render depends on, each after those that it depends on."""
    tree = host.tree_of(scene)
    return graph.walk(host.ends(tree)) if tree else []
