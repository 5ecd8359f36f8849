"""A 3D scene with its Vector and Depth passes wired in, for test_vectors.py: `vectors.py FOLDER ENGINE`.

A square moves before a wall by (3, 2) pixels a frame, right and down; both are painted with bricks, and glow, so that
a pixel needs one sample. At frame f it covers the columns 18 + 3f … 38 + 3f and the rows 12 + 2f … 32 + 2f.
"""

import sys
from pathlib import Path

import bpy
import numpy as np
import shot

_, folder, engine = sys.argv
WIDTH, HEIGHT = 96, 64
said: dict = {}


def plane(scene, name: str, size: float, distance: float, colour) -> bpy.types.Object:
    mesh, half = bpy.data.meshes.new(name), size / 2
    mesh.from_pydata([(-half, -half, 0), (half, -half, 0), (half, half, 0), (-half, half, 0)], [], [(0, 1, 2, 3)])
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    place, bricks = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeTexChecker")
    light, end = nodes.new("ShaderNodeEmission"), nodes.new("ShaderNodeOutputMaterial")
    bricks.inputs["Scale"].default_value = 2.5
    bricks.inputs["Color1"].default_value, bricks.inputs["Color2"].default_value = (*colour, 1), (0.1, 0.1, 0.2, 1)
    links.new(place.outputs["Object"], bricks.inputs["Vector"])
    links.new(bricks.outputs["Color"], light.inputs["Color"])
    links.new(light.outputs[0], end.inputs["Surface"])
    mesh.materials.append(material)
    thing = bpy.data.objects.new(name, mesh)
    thing.location.z = -distance
    scene.collection.objects.link(thing)
    return thing


def stage():
    """The scene and its Render Layers."""
    scene = shot.new(WIDTH, HEIGHT, last=3)
    names = [item.identifier for item in bpy.types.RenderSettings.bl_rna.properties["engine"].enum_items]
    scene.render.engine = next((name for name in names if name.startswith(f"BLENDER_{engine}")), engine)
    if engine == "CYCLES":
        scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.device = 1, False, "CPU"
        scene.cycles.pixel_filter_type = "BOX"
        scene.cycles.filter_width = 0.01
    else:
        scene.eevee.taa_render_samples = 1
    camera = bpy.data.cameras.new("Camera")
    camera.type, camera.ortho_scale = "ORTHO", WIDTH / 10
    scene.camera = bpy.data.objects.new("Camera", camera)
    scene.collection.objects.link(scene.camera)
    square, _ = plane(scene, "square", 2, 9, (0.9, 0.3, 0.1)), plane(scene, "wall", 20, 10, (0.2, 0.5, 0.3))
    bpy.context.preferences.edit.keyframe_new_interpolation_type = "LINEAR"
    for frame in range(6):
        square.location.x, square.location.y = -2 + 0.3 * frame, 1 - 0.2 * frame
        square.keyframe_insert("location", frame=frame)
    layer = scene.view_layers[0]
    layer.use_pass_vector = layer.use_pass_z = True
    return scene, shot.tree(scene).nodes.new("CompositorNodeRLayers")


scene, layers = stage()
node = shot.style(scene, layers.outputs["Image"], method="blend", working_width=0)
links = shot.tree(scene).links
told, keys, current = [], [], ""
worker = shot.part("worker").Worker
plain = worker.paint


def paint(self, request, rgb, planes=None, *meanwhile):
    told.append(sorted(planes or {}))
    np.savez(Path(folder, f"{current}{request.frame}.npz"), **(planes or {}))
    answer = plain(self, request, rgb, planes, *meanwhile)
    keys.append(answer[0].key)
    return answer


worker.paint = paint


def run(name: str, output: str = "Image") -> None:
    """Render, and keep what was told at the door, and the keys of the frames."""
    global current
    current = name
    told.clear()
    keys.clear()
    shot.show(scene, node.outputs[output])
    shot.render(scene, name)
    said[name] = {"told": list(told), "keys": list(keys)}


if engine != "CYCLES":
    scene.frame_end = 2
    links.new(layers.outputs["Depth"], node.inputs["Depth"])
    links.new(layers.outputs["Vector"], node.inputs["Vector"])
    run("both")
    shot.say(**said)
    shot.leave()
run("estimated")
links.new(layers.outputs["Depth"], node.inputs["Depth"])
run("depth_alone")
links.new(layers.outputs["Vector"], node.inputs["Vector"])
run("both")
run("flow", "Flow")
run("reliability", "Reliability")
node.working_width = 48
run("small", "Flow")
node.working_width = 0
links.remove(node.inputs["Depth"].links[0])
run("vectors", "Reliability")
scene.frame_step = 2
run("second")
scene.frame_step = 1
scene.view_layers[0].use_pass_vector = False
shot.show(scene, node.outputs["Image"])
render = shot.part("render")
job = shot.part("job").Job(scene, render.worker)
try:
    render.without_handlers(job.prepare)
    said["off"] = ""
except shot.part("errors").PaintError as error:
    said["off"] = str(error)
shot.say(**said)
shot.leave()
