"""All kinds of strips with Neural Style at weight 0, for test_sequencer.py: `kinds.py FOLDER FIRST_IMAGE`."""

import sys
from pathlib import Path

import bpy
import shot

first = Path(sys.argv[2])


def pictures(scene, name: str, channel: int, start: int = 1) -> bpy.types.Strip:
    made = scene.sequence_editor.strips.new_image(name, str(first), channel, start)
    for path in sorted(first.parent.glob("*.png"))[1:20]:
        made.elements.append(path.name)
    return made


def changed(scene) -> bpy.types.Strip:
    made = pictures(scene, "A", 1)
    made.crop.min_x, made.crop.max_y, made.use_flip_y = 10, 5, True
    made.transform.scale_x, made.transform.rotation = 1.5, 0.3
    made.color_saturation, made.color_multiply, made.blend_alpha = 0.5, 1.3, 0.7
    return made


def in_meta(scene) -> bpy.types.Strip:
    made = pictures(scene, "A", 1)
    meta = scene.sequence_editor.strips.new_meta("Meta", 2, 1)
    made.move_to_meta(meta)
    meta.right_handle = 10
    meta.transform.offset_x, meta.color_multiply = 7, 0.8
    return made


def adjustment(scene) -> bpy.types.Strip:
    pictures(scene, "A", 1).transform.offset_x = 9
    above = pictures(scene, "B", 2)
    above.transform.scale_x, above.transform.offset_y = 0.5, 6
    return scene.sequence_editor.strips.new_effect("Adjustment", "ADJUSTMENT", 3, 1, length=10)


def colour(scene) -> bpy.types.Strip:
    made = scene.sequence_editor.strips.new_effect("Colour", "COLOR", 1, 1, length=10)
    made.color = 0.2, 0.5, 0.8
    return made


def text(scene) -> bpy.types.Strip:
    return scene.sequence_editor.strips.new_effect("Text", "TEXT", 1, 1, length=10)


def cross(scene) -> bpy.types.Strip:
    one, other = pictures(scene, "A", 1), pictures(scene, "B", 2, -5)
    return scene.sequence_editor.strips.new_effect("Cross", "CROSS", 3, 1, length=8, input1=one, input2=other)


def half(scene) -> bpy.types.Strip:
    scene.render.resolution_percentage = 50
    return pictures(scene, "A", 1)


def idle() -> bpy.types.NodeTree:
    """A group that changes nothing: with a modifier, Blender computes the rest of the strip in floats."""
    tree = bpy.data.node_groups.new("Idle", "CompositorNodeTree")
    for in_out in ("INPUT", "OUTPUT"):
        tree.interface.new_socket(name="Image", in_out=in_out, socket_type="NodeSocketColor")
    exposure = tree.nodes.new("CompositorNodeExposure")
    tree.links.new(tree.nodes.new("NodeGroupInput").outputs[0], exposure.inputs[0])
    tree.links.new(exposure.outputs[0], tree.nodes.new("NodeGroupOutput").inputs[0])
    return tree


for kind in (changed, in_meta, adjustment, colour, text, cross, half):
    scene = shot.new(120, 80, last=2)
    scene.sequence_editor_create()
    strip = kind(scene)
    modifier = strip.modifiers.new("Modifier", "COMPOSITOR")
    modifier.node_group = idle()
    shot.render(scene, f"{kind.__name__}_in")
    modifier.node_group = shot.part("assets").group("Painting")
    node = shot.part("sequencer").node_of(strip)
    node.style_weight, node.working_width = 0.0, 0
    shot.render(scene, f"{kind.__name__}_out")
shot.leave()
