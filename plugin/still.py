"""A picture that a node shows between renders: a file in Blender's temporary folder, which the inner tree reads.

Blender composites in another thread, and while it does, no image may be freed: so there is one image a node, which
changes its file. One that is read from a file never counts as modified either.
"""

import contextlib
import itertools
from pathlib import Path

import bpy
import numpy as np

from . import exr, graph, host, picture

#: The inner node that shows it.
NODE = "Still"

_numbers = itertools.count()


def show(node: bpy.types.Node, rgba: np.ndarray) -> None:
    """Let a node show a picture, float32 (H, W, 4), scene-linear, premultiplied, bottom row first."""
    tree = node.node_tree
    inner = tree.nodes.get(NODE)
    if inner is None:
        inner = tree.nodes.new("CompositorNodeImage")
        inner.name, inner.location = NODE, (-200, -500)
    path = Path(bpy.app.tempdir) / f"neural-style-still-{next(_numbers)}.exr"
    exr.write(path, rgba)
    image = inner.image
    if image is None:
        image = inner.image = bpy.data.images.load(str(path))
        image.name = picture.NAME
        image.colorspace_settings.is_data = True
        image.alpha_mode = "PREMUL"
    else:
        before = Path(image.filepath_raw)
        image.filepath = str(path)  # and Blender reads it anew
        if before.name.startswith("neural-style-still-"):
            with contextlib.suppress(OSError):
                before.unlink()
    source, target = inner.outputs[0], tree.nodes["Output"].inputs[0]
    if not is_shown(node):
        tree.links.new(source, target)
    tree.update_tag()


def hide(node: bpy.types.Node) -> None:
    """Let a node pass on its input again, if it shows a picture, or one that a render has left."""
    tree = node.node_tree
    if is_shown(node) or picture.is_shown(node):
        tree.links.new(tree.nodes["Input"].outputs[0], tree.nodes["Output"].inputs[0])


def is_shown(node: bpy.types.Node) -> bool:
    """Whether a node shows such a picture."""
    target = node.node_tree.nodes["Output"].inputs[0] if node.node_tree else None
    return bool(target and target.links and target.links[0].from_node.name == NODE)


def forget() -> None:
    """Let no node of the file show one, and none keep one: the file is to be saved."""
    for tree in [*bpy.data.node_groups, *(tree for scene in bpy.data.scenes if (tree := host.tree_of(scene)))]:
        for node in tree.nodes:
            inner = node.node_tree.nodes.get(NODE) if graph.is_style(node) and node.node_tree else None
            if inner is not None:
                hide(node)
                node.node_tree.nodes.remove(inner)
