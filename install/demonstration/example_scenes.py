"""Runs inside Blender: makes example.blend with its three scenes. `BLENDER_PYTHON example_scenes.py FILE`.

The clip lies beside the file, as clip.mp4.
"""

import math
import sys
from pathlib import Path

# The building blocks of a shot that the host tests are made of, too.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "host" / "scripts"))

import bpy
import shot

_LAST = 100


def footage(scene: bpy.types.Scene, clip: str) -> None:
    """A movie whose painting comes in over a second and goes out over another."""
    scene.name = "Footage"
    node = shot.style(scene, shot.movie(scene, clip), style="starry-night")
    shot.keys(node, "style_weight", {1: 0.0, 26: 1.0, _LAST - 25: 1.0, _LAST: 0.0})
    shot.show(scene, node.outputs["Image"])
    _arrange(scene)


def three(clip: str) -> None:
    """Bodies that move in front of a camera: their exact motion is wired into the node."""
    del clip
    scene = _another("3D with Exact Motion")
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 16
    scene.world = bpy.data.worlds.new("Sky")
    layer = scene.view_layers[0]
    layer.use_pass_vector = layer.use_pass_z = True
    _body(scene, "Ground", bpy.ops.mesh.primitive_plane_add, (0.35, 0.42, 0.2), size=40)
    for number in range(5):
        angle = 2 * math.pi * number / 5
        place = 4 * math.cos(angle), 4 * math.sin(angle), 1
        body = _body(scene, f"Body {number}", bpy.ops.mesh.primitive_cube_add, (0.8, 0.2 + number / 8, 0.15), size=1.6)
        body.location = place
        for frame, turn in ((1, 0.0), (_LAST, 2.0)):
            body.rotation_euler.z = turn + angle
            body.keyframe_insert("rotation_euler", frame=frame)
    sun = bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN"))
    sun.data.energy, sun.rotation_euler = 3, (0.7, 0.2, 0)
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    for thing in (sun, camera):
        scene.collection.objects.link(thing)
    scene.camera = camera
    for frame, across in ((1, -2.0), (_LAST, 2.0)):
        camera.location, camera.rotation_euler = (across, -13, 6), (1.15, 0, 0)
        camera.keyframe_insert("location", frame=frame)
    layers = shot.tree(scene).nodes.new("CompositorNodeRLayers")
    layers.scene = scene
    node = shot.style(scene, layers.outputs["Image"], style="woodblock-wave")
    for name in ("Vector", "Depth"):
        shot.tree(scene).links.new(layers.outputs[name], node.inputs[name])
    shot.show(scene, node.outputs["Image"])
    _arrange(scene)


def edit(clip: str) -> None:
    """Two pieces of a movie, painted in the sequencer; between them is a cut."""
    scene = _another("Edit")
    scene.sequence_editor_create()
    bpy.context.window.scene = scene
    first = scene.sequence_editor.strips.new_movie("Bunny", clip, 1, 1)
    for strip in scene.sequence_editor.strips:
        strip.select = strip == first
    scene.sequence_editor.active_strip = first
    assert bpy.ops.sequencer.neural_style_add() == {"FINISHED"}
    first = scene.sequence_editor.active_strip
    second = first.split(41, "SOFT")
    if shot.IS_5:
        second.content_start -= 30
        second.left_handle, second.right_handle = 41, _LAST + 1
    else:
        second.frame_start -= 30
        second.frame_final_start, second.frame_final_end = 41, _LAST + 1
    shot.part("sequencer").node_of(first).style = "starry-night"


def _another(name: str) -> bpy.types.Scene:
    """A scene like the first, with an empty compositor."""
    scene = bpy.data.scenes.new(name)
    scene.render.resolution_x, scene.render.resolution_y = 1280, 720
    scene.render.fps, scene.frame_end = 25, _LAST
    scene.view_settings.view_transform = "Standard"
    if shot.IS_5:
        scene.compositing_node_group = bpy.data.node_groups.new(name, "CompositorNodeTree")
        scene.compositing_node_group.interface.new_socket(name="Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    else:
        scene.use_nodes = True
        scene.node_tree.nodes.clear()
    return scene


def _body(scene: bpy.types.Scene, name: str, add, colour: tuple[float, float, float], **options) -> bpy.types.Object:
    bpy.context.window.scene = scene
    add(**options)
    body = bpy.context.object
    body.name = name
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (*colour, 1)
    body.data.materials.append(material)
    return body


def _arrange(scene: bpy.types.Scene) -> None:
    """Put the nodes side by side."""
    for node in shot.tree(scene).nodes:
        outward = {"CompositorNodeNeuralStyle": 0, "NodeGroupOutput": 1, "CompositorNodeComposite": 1}
        node.location = 340 * outward.get(node.bl_idname, -1), 0


def main(target: str) -> None:
    """Make the scenes, and save them."""
    clip = str(Path(target).with_name("clip.mp4"))
    scene = shot.new(1280, 720, last=_LAST)
    scene.render.fps = 25
    scene.render.image_settings.file_format = "PNG"
    footage(scene, clip)
    three(clip)
    edit(clip)
    bpy.context.window.scene = scene
    bpy.context.preferences.filepaths.save_version = 0
    scene.render.filepath = "//frames/"
    bpy.ops.wm.save_as_mainfile(filepath=target)
    bpy.ops.file.make_paths_relative()
    bpy.ops.wm.save_as_mainfile(filepath=target, compress=True)


main(sys.argv[1])
shot.leave()
