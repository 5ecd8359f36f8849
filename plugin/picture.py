"""The tree inside a Neural Style node: it shows either the picture that was painted, or what is wired in.

Changing the tree takes effect from the next render job on, changing the image's pixels at once, for the very frame
that is being rendered (4.5 and 5.2): a job therefore shows the image from its first frame to its last, and a frame
that is not to be painted shows the pixels of the source, exactly.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy
import numpy as np

from . import sockets, window_thread

#: A leading dot hides a data-block from Blender's lists.
NAME = ".Neural Style"


_shared = False


@contextmanager
def shared() -> Iterator[None]:
    """While a tree is copied in here, the copied nodes show the very pictures of their originals."""
    global _shared
    _shared = True
    try:
        yield
    finally:
        _shared = False


def on_copy(node: bpy.types.Node) -> None:
    """Give a duplicated node an inner tree of its own; Blender copies only the pointer to the original's."""
    if not _shared:
        original = node.node_tree
        build(node)
        if original is not None and original.users == 0:
            # Where a whole tree or scene is copied, Blender counts the users of what its nodes show only afterwards: a
            # node that was given another tree has taken away the original's user, and a file would lack that tree.
            original.use_fake_user = True


def settle() -> None:
    """Where a file was loaded, and all users are counted anew: keep only the inner trees that have one."""
    for tree in bpy.data.node_groups:
        if tree.name.startswith(NAME) and tree.use_fake_user and tree.library is None:
            tree.use_fake_user = False


def build(node: bpy.types.Node) -> None:
    """Give a node an inner tree of its own that passes its Image through."""
    tree = bpy.data.node_groups.new(NAME, "CompositorNodeTree")
    sockets.fit(tree)
    for kind, name, x in (
        ("NodeGroupInput", "Input", -200),
        ("CompositorNodeImage", "Picture", -200),
        ("NodeGroupOutput", "Output", 100),
    ):
        inner = tree.nodes.new(kind)
        inner.name, inner.location = name, (x, -200 if name == "Picture" else 0)
    node.node_tree = tree
    show_input(node)


def show_input(node: bpy.types.Node) -> None:
    """Pass on what is wired in, from the next evaluation on; forget the picture."""
    _show(node, "Input")
    nodes = node.node_tree.nodes
    for name in ("Picture", *sockets.OUTPUTS.values()):
        inner = nodes.get(name)
        if inner and inner.image:
            bpy.data.images.remove(inner.image)
        if inner and name != "Picture":
            nodes.remove(inner)
    sockets.rest(node.node_tree)


def show_picture(node: bpy.types.Node) -> None:
    """Give what `put` puts, from the next evaluation on, also where more is asked for; a point before the first."""
    sockets.mend(node)
    _image(node, 1, 1)
    _show(node, "Picture")
    for plane in sockets.asked_for(node):
        name = sockets.OUTPUTS[plane]
        if name not in node.node_tree.nodes:
            node.node_tree.nodes.new("CompositorNodeImage").name = name
        _image(node, 1, 1, name)
        _show(node, name, name)


@window_thread.only
def put(node: bpy.types.Node, rgba: np.ndarray, name: str = "Picture") -> None:
    """Put a picture, float32 (H, W, 4), scene-linear, premultiplied, bottom row first, into the node, at once.

    name: that of the output, where it is not for Image.
    """
    height, width = rgba.shape[:2]
    image = _image(node, width, height, name)
    image.pixels.foreach_set(np.ascontiguousarray(rgba, np.float32).ravel())
    image.update()
    image.update_tag()  # without it a strip's compositor modifier keeps the first picture (5.2)


def keep(node: bpy.types.Node, folder: str) -> None:
    """Go on showing the picture after the render.

    An image whose pixels were set counts as modified, and Blender would ask the artist to save it on quitting. One
    that was written to a file, in Blender's own temporary folder, does not.
    """
    for name in ("Picture", *sockets.OUTPUTS.values()):
        inner = node.node_tree.nodes.get(name)
        if inner and inner.image:
            inner.image.file_format = "OPEN_EXR"
            path = str(Path(folder) / f"neural-style-{inner.image.session_uid}.exr")
            inner.image.save(filepath=path)
            inner.image.filepath_raw = path  # else it is black once Blender frees the pixels (4.5 and 5.2)


def is_shown(node: bpy.types.Node) -> bool:
    """Whether the node gives a picture rather than its input."""
    target = node.node_tree.nodes["Output"].inputs[0] if node.node_tree else None
    return bool(target and target.links and target.links[0].from_node.name == "Picture")


def _show(node: bpy.types.Node, name: str, output: str = "Image") -> None:
    tree = node.node_tree
    source, target = tree.nodes[name].outputs[0], tree.nodes["Output"].inputs[output]
    if not (target.links and target.links[0].from_socket == source):
        tree.links.new(source, target)


def _image(node: bpy.types.Node, width: int, height: int, name: str = "Picture") -> bpy.types.Image:
    """The image of an inner node, of that size; one of 1×1 serves as any that is there."""
    inner = node.node_tree.nodes[name]
    image = inner.image
    if image is not None and image.source != "GENERATED":  # kept from another render
        bpy.data.images.remove(image)
        image = None
    if image is None:
        image = bpy.data.images.new(NAME, width, height, alpha=True, float_buffer=True)
        image.generated_color = (0, 0, 0, 0)
        image.colorspace_settings.is_data = True  # what is put in is what comes out
        image.alpha_mode = "PREMUL"
        inner.image = image
    elif tuple(image.size) != (width, height) and (width, height) != (1, 1):
        image.scale(width, height)
    return image
