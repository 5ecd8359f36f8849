"""Builds, for Blender 4.5, the scene that paints a strip, and puts it in the strip's place in the sequencer.

Strips have no Compositor modifier there, and a compositor cannot read strips; it can read what they were made of.
"""

import re
from pathlib import Path

import bpy

from . import graph
from .errors import PaintError

_MEND = "render it to a movie first, or paint it in a scene's compositor and add that scene as a strip"

#: What the scene strip takes over from the strip that it replaces.
_SAME = (
    "blend_type", "blend_alpha", "use_flip_x", "use_flip_y", "use_reverse_frames", "color_multiply",
    "color_saturation", "multiply_alpha", "strobe", "color_tag",
)  # fmt: skip
_PARTS = {
    "transform": ("scale_x", "scale_y", "offset_x", "offset_y", "rotation", "origin", "filter"),
    "crop": ("min_x", "max_x", "min_y", "max_y"),
}


def put_in_place_of(strip: bpy.types.Strip, scene: bpy.types.Scene) -> bpy.types.Strip:
    """Put a scene strip that paints `strip` right above it, mute `strip`, and return the new one.

    Raises `PaintError` where the strip is of a kind that no compositor can read.
    """
    if strip.type == "SCENE" and strip.scene and strip.scene_input == "CAMERA":
        _paint_scene(strip.scene)
        return strip
    if len(getattr(strip, "retiming_keys", ())) > 0:
        raise PaintError("a retimed strip cannot be replaced", strip.name, "reset its speed, and retime what is made")
    if getattr(strip, "use_deinterlace", False):
        raise PaintError("a deinterlaced strip cannot be replaced", strip.name, _MEND)
    made = _scene_for(strip, scene)
    try:
        source = _movie(strip, made) if strip.type == "MOVIE" else _images(strip, made)
    except PaintError:
        bpy.data.scenes.remove(made)
        raise
    _build(made, source)
    above = 1 + max((each.channel for each in scene.sequence_editor.strips_all if _meets(each, strip)), default=0)
    new = scene.sequence_editor.strips.new_scene(made.name, made, above, int(strip.frame_start))
    new.frame_offset_start, new.frame_offset_end = strip.frame_offset_start, strip.frame_offset_end
    for name in _SAME:
        setattr(new, name, getattr(strip, name))
    for part, names in _PARTS.items():
        for name in names:
            setattr(getattr(new, part), name, getattr(getattr(strip, part), name))
    strip.mute = True
    strip.select, new.select = False, True
    scene.sequence_editor.active_strip = new
    return new


def _scene_for(strip: bpy.types.Strip, scene: bpy.types.Scene) -> bpy.types.Scene:
    """A scene of the size and length of the strip's source."""
    if strip.type not in ("MOVIE", "IMAGE"):
        raise PaintError("no compositor can read this kind of strip", strip.name, _MEND)
    if strip.type == "MOVIE" and strip.fps and abs(strip.fps - scene.render.fps / scene.render.fps_base) > 0.01:
        raise PaintError(
            f"the movie has {strip.fps:g} frames per second, and the scene another number",
            strip.name,
            "set the scene's frame rate to the movie's",
        )
    made = bpy.data.scenes.new(f"{strip.name} Neural Style")
    made.render.fps, made.render.fps_base = scene.render.fps, scene.render.fps_base
    element = strip.elements[0]
    made.render.resolution_x = element.orig_width or scene.render.resolution_x
    made.render.resolution_y = element.orig_height or scene.render.resolution_y
    made.render.resolution_percentage = 100
    made.frame_start = 1
    made.frame_end = max(1, strip.frame_duration + int(strip.animation_offset_start + strip.animation_offset_end))
    # What the strip's footage looks like shall not change.
    made.display_settings.display_device = scene.display_settings.display_device
    made.view_settings.view_transform = scene.view_settings.view_transform
    made.render.compositor_device = scene.render.compositor_device
    made.use_nodes = True
    made.node_tree.nodes.clear()
    return made


def _movie(strip: bpy.types.Strip, made: bpy.types.Scene) -> bpy.types.NodeSocket:
    path = Path(bpy.path.abspath(strip.filepath))
    if not path.is_file():
        raise PaintError("the strip's movie does not exist", str(path), "find the file again under Strip, Source")
    clip = bpy.data.movieclips.load(str(path))
    clip.colorspace_settings.name = strip.colorspace_settings.name
    clip.frame_start = 1 - int(strip.animation_offset_start)
    made.render.resolution_x, made.render.resolution_y = clip.size
    node = made.node_tree.nodes.new("CompositorNodeMovieClip")
    node.clip = clip
    return node.outputs["Image"]


def _images(strip: bpy.types.Strip, made: bpy.types.Scene) -> bpy.types.NodeSocket:
    folder = Path(bpy.path.abspath(strip.directory))
    names = [element.filename for element in strip.elements]
    image = bpy.data.images.load(str(folder / names[0]))
    image.colorspace_settings.name = strip.colorspace_settings.name
    made.render.resolution_x, made.render.resolution_y = image.size
    node = made.node_tree.nodes.new("CompositorNodeImage")
    node.image = image
    if len(names) > 1:
        numbers = [re.search(r"(\d+)\D*$", name) for name in names]
        first = int(numbers[0][1]) if numbers[0] else 0
        if any(number is None or int(number[1]) != first + at for at, number in enumerate(numbers)):
            raise PaintError("the strip's pictures are not numbered one after the other", strip.name, _MEND)
        image.source = "SEQUENCE"
        node.frame_duration, node.frame_start = len(names), 1
        node.frame_offset = first - 1 + int(strip.animation_offset_start)
    return node.outputs["Image"]


def _build(made: bpy.types.Scene, source: bpy.types.NodeSocket) -> None:
    """Wire the source through the node to the end."""
    tree = made.node_tree
    node, end = tree.nodes.new(graph.IDNAME), tree.nodes.new("CompositorNodeComposite")
    source.node.location.x, end.location.x = -320, 320
    tree.links.new(source, node.inputs["Image"])
    tree.links.new(node.outputs["Image"], end.inputs["Image"])


def _paint_scene(scene: bpy.types.Scene) -> None:
    """Put the node before the end of a scene's compositor."""
    if not scene.use_nodes:
        scene.use_nodes = True  # Blender then makes Render Layers and Composite
    tree = scene.node_tree
    ends = [node for node in tree.nodes if node.type == "COMPOSITE" and node.inputs["Image"].links]
    if not ends:
        raise PaintError("the scene's compositor gives nothing", scene.name, "wire something into Composite")
    node = tree.nodes.new(graph.IDNAME)
    node.location = ends[0].location
    source = ends[0].inputs["Image"].links[0].from_socket
    for end in ends:
        end.location.x += 320
        tree.links.new(node.outputs["Image"], end.inputs["Image"])
    tree.links.new(source, node.inputs["Image"])


def _meets(one: bpy.types.Strip, other: bpy.types.Strip) -> bool:
    return one.frame_final_start < other.frame_final_end and other.frame_final_start < one.frame_final_end
