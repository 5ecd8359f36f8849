"""Opens the example, for test_example.py, and renders a frame of each of its scenes: `example.py FOLDER FILE`."""

import sys

import bpy
import shot

shot.enable()
bpy.ops.wm.open_mainfile(filepath=sys.argv[2])
said = {}
for scene in [bpy.data.scenes[name] for name in ("Footage", "3D with Exact Motion", "Edit")]:
    scene.render.resolution_percentage = 8
    settings = scene.render.image_settings
    settings.file_format, settings.color_mode, settings.color_depth = "OPEN_EXR", "RGBA", "32"
    scene.render.compositor_device = "CPU"
    if scene.render.engine == "CYCLES":
        scene.cycles.samples = 1
    scene.frame_start = scene.frame_end = 50
    trees = [shot.tree(scene), *bpy.data.node_groups]
    for node in [node for tree in trees if tree for node in tree.nodes]:
        if node.bl_idname == "CompositorNodeNeuralStyle":
            node.method, node.working_width = "johnson", 96
    bpy.context.window.scene = scene
    seconds = shot.part("render").timings
    before = len(seconds)
    scene.render.filepath = f"{sys.argv[1]}/{scene.name}/"
    bpy.ops.render.render(animation=True, scene=scene.name)
    said[scene.name] = [line["painted"] for line in seconds[before:]]
missing = [image.filepath for image in bpy.data.images if image.source == "FILE" and not image.has_data]
shot.say(painted=said, missing=missing, paths=[clip.filepath for clip in bpy.data.movieclips])
shot.leave()
