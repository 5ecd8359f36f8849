"""The bake of a 3D scene, and which changes to the scene un-bake it: `bake_scene.py FOLDER`."""

import sys
from pathlib import Path

import bpy
import shot

_, folder = sys.argv
FRAMES = 3
scene = shot.new(64, 48, last=FRAMES)
scene.render.engine, scene.cycles.samples, scene.cycles.device = "CYCLES", 1, "CPU"
scene.view_layers[0].use_pass_vector = True
bpy.ops.mesh.primitive_cube_add()
cube = bpy.context.object
for frame in (1, FRAMES):
    cube.location.x = frame - 2
    cube.keyframe_insert("location", frame=frame)
material = bpy.data.materials.new("Paint")
material.use_nodes = True
cube.data.materials.append(material)
bpy.ops.object.light_add(type="SUN")
bpy.ops.object.camera_add(location=(0, -6, 0), rotation=(1.5708, 0, 0))
scene.camera = bpy.context.object
layers = shot.tree(scene).nodes.new("CompositorNodeRLayers")
node = shot.style(scene, layers.outputs["Image"], method="blend", working_width=0)
shot.show(scene, node.outputs["Image"])
path = str(Path(folder, "shot.blend"))
bpy.ops.wm.save_as_mainfile(filepath=path)
execute = shot.part("command").execute
said = {"status": execute(["bake"])}


def baked() -> int:
    """How many frames are baked, as a new process would find."""
    return FRAMES - len(shot.part("bake").Bake(bpy.context.scene).missing(1, FRAMES))


changes = {}
bpy.ops.wm.open_mainfile(filepath=path)
cube, material = bpy.data.objects["Cube"], bpy.data.materials["Paint"]
changes["opened again"] = baked()
bpy.context.scene.frame_set(2)
cube.select_set(not cube.select_get())
bpy.context.scene.render.filepath = "//elsewhere"
bpy.ops.object.select_all(action="SELECT")
changes["gone to another frame, selected"] = baked()
material.node_tree.nodes["Principled BSDF"].inputs["Roughness"].default_value = 0.1
changes["material"] = baked()
bpy.ops.wm.open_mainfile(filepath=path)
bpy.data.objects["Cube"].data.vertices[0].co.x += 0.5
changes["vertex"] = baked()
bpy.ops.wm.open_mainfile(filepath=path)
bpy.data.objects["Sun"].data.energy = 3
changes["light"] = baked()
bpy.ops.wm.open_mainfile(filepath=path)
cube = bpy.data.objects["Cube"]
cube.location.x = 1.5
cube.keyframe_insert("location", frame=FRAMES)
changes["keyframe"] = baked()
bpy.ops.wm.open_mainfile(filepath=path)
bpy.data.objects["Cube"].modifiers.new("Bevel", "BEVEL")
changes["modifier"] = baked()
bpy.ops.wm.open_mainfile(filepath=path)
bpy.data.objects["Cube"].hide_render = True
changes["hidden"] = baked()
bpy.ops.wm.open_mainfile(filepath=path)
bpy.context.scene.camera.data.lens = 80
changes["camera"] = baked()
bpy.ops.wm.open_mainfile(filepath=path)
changes["back"] = baked()
shot.say(**said, changes=changes)
shot.leave()
