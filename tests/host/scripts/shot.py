"""Building blocks of a shot, for the scripts that run inside Blender (4.5 and 5.x): scene, sources, node, keyframes.

A script of this folder runs as `BPY_PYTHON script.py FOLDER ARGUMENT ...` in the environment that `install()` of
`install/extension.py` gives; it enables the extension as an artist would, and finds it as `bl_ext.…`.
"""

import importlib
import json
import os
import sys
import traceback
from pathlib import Path

import bpy

MODULE = "bl_ext.user_default.neural_style"

#: Whether the compositor of a scene is a node group of its own.
IS_5 = bpy.app.version >= (5, 0, 0)


def _fail(*error) -> None:
    """End a script that raised: the 4.5 wheel would hang."""
    traceback.print_exception(*error)
    leave(1)


sys.excepthook = _fail


def enable():
    """Enable the installed extension; return its package."""
    bpy.ops.preferences.addon_enable(module=MODULE)
    return part()


def part(name: str = ""):
    """A module of the extension, the package itself where none is named."""
    return importlib.import_module(f"{MODULE}.{name}" if name else MODULE)


def say(**things) -> None:
    """Leave what the test is to know in `FOLDER/said.json`."""
    Path(sys.argv[1], "said.json").write_text(json.dumps(things))


def leave(code: int = 0) -> None:
    """End the script. The 4.5 wheel hangs at a plain exit (a thread inside it)."""
    sys.stdout.flush()
    sys.stderr.flush()
    part("render").stop_worker()
    os._exit(code)


def new(width: int, height: int, first: int = 1, last: int = 1) -> bpy.types.Scene:
    """An empty scene of that size and those frames, with an empty compositor, that renders float EXR files."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    enable()
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = width, height
    scene.render.resolution_percentage = 100
    scene.frame_start, scene.frame_end = first, last
    scene.render.compositor_device = "CPU"
    scene.view_settings.view_transform = "Standard"
    settings = scene.render.image_settings
    settings.file_format, settings.color_mode, settings.color_depth = "OPEN_EXR", "RGBA", "32"
    if IS_5:
        scene.compositing_node_group = bpy.data.node_groups.new("Compositor", "CompositorNodeTree")
        scene.compositing_node_group.interface.new_socket(name="Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    else:
        scene.use_nodes = True
        scene.node_tree.nodes.clear()
    return scene


def tree(scene: bpy.types.Scene) -> bpy.types.NodeTree:
    """The scene's compositor."""
    return scene.compositing_node_group if IS_5 else scene.node_tree


def movie(scene: bpy.types.Scene, path: str) -> bpy.types.NodeSocket:
    """A movie's frames, from the scene's first on."""
    clip = bpy.data.movieclips.load(path)
    clip.frame_start = scene.frame_start
    node = tree(scene).nodes.new("CompositorNodeMovieClip")
    node.clip = clip
    return node.outputs["Image"]


def images(scene: bpy.types.Scene, first_file: str) -> bpy.types.NodeSocket:
    """A sequence of image files, from the scene's first frame on."""
    image = bpy.data.images.load(first_file)
    image.source = "SEQUENCE"
    node = tree(scene).nodes.new("CompositorNodeImage")
    node.image = image
    node.frame_start, node.frame_duration = scene.frame_start, scene.frame_end - scene.frame_start + 1
    return node.outputs["Image"]


def picture(scene: bpy.types.Scene, rgba) -> bpy.types.NodeSocket:
    """A still picture, float32 (H, W, 4), scene-linear, premultiplied, bottom row first."""
    image = bpy.data.images.new("Still", rgba.shape[1], rgba.shape[0], alpha=True, float_buffer=True)
    image.pixels.foreach_set(rgba.ravel())
    image.pack()
    node = tree(scene).nodes.new("CompositorNodeImage")
    node.image = image
    return node.outputs["Image"]


def brighter(scene: bpy.types.Scene, source: bpy.types.NodeSocket, stops: float) -> bpy.types.NodeSocket:
    """A colour node behind `source`."""
    node = tree(scene).nodes.new("CompositorNodeExposure")
    node.inputs["Exposure"].default_value = stops
    tree(scene).links.new(source, node.inputs["Image"])
    return node.outputs["Image"]


def style(scene: bpy.types.Scene, source: bpy.types.NodeSocket | None, **settings) -> bpy.types.Node:
    """A Neural Style node behind `source`, with its settings."""
    node = tree(scene).nodes.new("CompositorNodeNeuralStyle")
    for name, value in settings.items():
        setattr(node, name, value)
    if source:
        tree(scene).links.new(source, node.inputs["Image"])
    return node


def keys(node: bpy.types.Node, name: str, values: dict[int, float]) -> None:
    """Keyframe a setting, linear from key to key."""
    before = bpy.context.preferences.edit.keyframe_new_interpolation_type
    bpy.context.preferences.edit.keyframe_new_interpolation_type = "LINEAR"
    for frame, value in values.items():
        setattr(node, name, value)
        node.keyframe_insert(name, frame=frame)
    bpy.context.preferences.edit.keyframe_new_interpolation_type = before


def show(scene: bpy.types.Scene, source: bpy.types.NodeSocket) -> None:
    """What the scene renders, in place of what it rendered before."""
    nodes = tree(scene).nodes
    idname = "NodeGroupOutput" if IS_5 else "CompositorNodeComposite"
    end = next((node for node in nodes if node.bl_idname == idname), None) or nodes.new(idname)
    tree(scene).links.new(source, end.inputs[0])


def render(scene: bpy.types.Scene, folder: str, animation: bool = True) -> set[str]:
    """Render into `FOLDER/folder/NNNN.exr`; a still goes to `FOLDER/folder.exr`."""
    scene.render.filepath = f"{Path(sys.argv[1]) / folder}{'/' if animation else '.exr'}"
    return bpy.ops.render.render(animation=animation, write_still=not animation)
