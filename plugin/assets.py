"""Ready-made node groups in the asset browser: a painting, one in the original colours, one that fades in.

Blender itself writes them, when the extension is enabled in the window, into the user's folder of the extension: so
they are of the very version that is to read them. In the compositor they are groups, on a strip modifiers (5.x).
"""

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np

from . import graph, handlers
from .door.catalogue import DEFAULT_STYLE

#: The library's name in the preferences, and the asset's catalogue.
NAME = "Neural Style"

_CATALOGUE = "5c1c9c2e-8f9d-4a3e-9a51-0d5a6f6c7b01"

#: Raised whenever the groups change: they are written anew.
_VERSION = 1


def _plain(node: bpy.types.Node) -> None:
    """Nothing but the node."""


def _original_colours(node: bpy.types.Node) -> None:
    node.original_colours = True


def _fade_in(node: bpy.types.Node) -> None:
    """Let the style weight rise from 0 to 1 in the second that begins at the frame in the field beside the node."""
    tree = node.id_data
    start = tree.nodes.new("ShaderNodeValue")
    start.name = start.label = "Start Frame"
    start.outputs[0].default_value = 1.0
    start.location = node.location.x - 220, node.location.y - 160
    driver = node.driver_add("style_weight").driver
    driver.type, driver.expression = "SCRIPTED", "min(max((frame - start) / fps, 0), 1)"
    variable = driver.variables.new()
    variable.name, variable.type = "start", "SINGLE_PROP"
    variable.targets[0].id_type, variable.targets[0].id = "NODETREE", tree
    variable.targets[0].data_path = start.outputs[0].path_from_id("default_value")
    variable = driver.variables.new()
    variable.name, variable.type = "fps", "CONTEXT_PROP"
    variable.targets[0].context_property, variable.targets[0].data_path = "ACTIVE_SCENE", "render.fps"


_GROUPS: dict[str, tuple[Callable[[bpy.types.Node], None], str]] = {
    "Painting": (_plain, "Paints, so that it looks the same from one frame to the next"),
    "Painting, Original Colours": (_original_colours, "Paints, and keeps the colours of the footage"),
    "Painting That Fades In": (_fade_in, "The painting appears over one second, from the Start Frame on"),
}


def group(name: str, fill: Callable[[bpy.types.Node], None] = _plain) -> bpy.types.NodeTree:
    """A group with the node inside, from its Image to its Image, to be used as a node or as a strip's modifier."""
    tree = bpy.data.node_groups.new(name, "CompositorNodeTree")
    for in_out in ("INPUT", "OUTPUT"):
        tree.interface.new_socket(name="Image", in_out=in_out, socket_type="NodeSocketColor")
    given, node, end = (tree.nodes.new(kind) for kind in ("NodeGroupInput", graph.IDNAME, "NodeGroupOutput"))
    given.location.x, end.location.x = -220, 300
    tree.links.new(given.outputs[0], node.inputs["Image"])
    tree.links.new(node.outputs["Image"], end.inputs[0])
    if hasattr(tree, "is_strip_modifier"):
        tree.is_strip_modifier = True  # then it is among the sequencer's modifiers, too
    fill(node)
    return tree


def folder() -> Path:
    """Where the assets are kept; every version of Blender has its own."""
    version = "{}.{}".format(*bpy.app.version[:2])
    return Path(bpy.utils.extension_path_user(__package__, path=f"assets/{version}-{_VERSION}", create=True))


def write(place: Path) -> Path:
    """Write the library into a folder, unless it is there; return its file. The open file stays as it is."""
    target = place / "neural-style.blend"
    if target.exists():
        return target
    place.mkdir(parents=True, exist_ok=True)
    (place / "blender_assets.cats.txt").write_text(f"VERSION 1\n\n{_CATALOGUE}:{NAME}:{NAME}\n", encoding="utf-8")
    made = [group(name, fill) for name, (fill, _) in _GROUPS.items()]
    try:
        for tree, (name, (_, description)) in zip(made, _GROUPS.items(), strict=True):
            tree.name = name
            tree.asset_mark()
            tree.asset_data.catalog_id = _CATALOGUE
            tree.asset_data.description = description
            tree.asset_data.author = NAME
            _show(tree)
        part = place / "part.blend"
        bpy.data.libraries.write(str(part), set(made), fake_user=True, compress=True)
        part.replace(target)
    finally:
        bpy.data.batch_remove([each for tree in made for each in (tree, *_inner(tree))])
    return target


def _show(tree: bpy.types.NodeTree) -> None:
    """Give an asset the default style's thumbnail, cut to a square."""
    path = Path(__file__).parent / "thumbnails" / f"{DEFAULT_STYLE}.jpg"
    if not path.is_file():
        return
    image = bpy.data.images.load(str(path))
    try:
        width, height = image.size
        pixels = np.empty((height, width, 4), np.float32)
        image.pixels.foreach_get(pixels.ravel())
        side = min(width, height)
        left, low = (width - side) // 2, (height - side) // 2
        preview = tree.preview_ensure()
        preview.image_size = side, side
        square = np.ascontiguousarray(pixels[low : low + side, left : left + side])
        preview.image_pixels_float.foreach_set(square.ravel())
    finally:
        bpy.data.images.remove(image)


def _inner(tree: bpy.types.NodeTree) -> list[bpy.types.NodeTree]:
    return [node.node_tree for node in tree.nodes if graph.is_style(node) and node.node_tree]


def _offer() -> None:
    """Write the library and name it in the preferences. Called once Blender has started."""
    with contextlib.suppress(OSError, RuntimeError):  # the artist can do without
        place = str(write(folder()).parent)
        libraries = bpy.context.preferences.filepaths.asset_libraries
        ours = _ours()
        library = ours[0] if ours else libraries.new(name=NAME, directory=place)
        if library.path != place:
            library.path = place
        library.import_method = "APPEND"  # every use has its own picture, and so its own group
        library.use_relative_path = False


def _ours() -> list:
    root = Path(bpy.utils.extension_path_user(__package__, path="assets"))
    return [each for each in bpy.context.preferences.filepaths.asset_libraries if root in Path(each.path).parents]


def register() -> None:
    """Offer the library, in the window."""
    handlers.start(_offer, first_interval=1.0)


def unregister() -> None:
    """Take it back: the extension is disabled or removed."""
    handlers.stop(_offer)
    for library in _ours():
        bpy.context.preferences.filepaths.asset_libraries.remove(library)
    with contextlib.suppress(OSError, ValueError):
        shutil.rmtree(bpy.utils.extension_path_user(__package__, path="assets"))
