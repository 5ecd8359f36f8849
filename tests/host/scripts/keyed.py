"""Keyframes and drivers over an image sequence, for test_values.py: `keyed.py FOLDER FIRST_IMAGE FRAMES`."""

import sys

import bpy
import shot

_, _, first_image, frames = sys.argv
frames = int(frames)
scene = shot.new(96, 64, last=frames)
source = shot.images(scene, first_image)
node = shot.style(scene, source, method="johnson", working_width=0)

shot.show(scene, source)
shot.render(scene, "plain")
shot.show(scene, node.outputs["Image"])
shot.render(scene, "full")

shot.keys(node, "style_weight", {1: 0.0, 3: 1.0, frames - 2: 1.0, frames: 0.0})
shot.keys(node, "style", {1: "starry-night", frames: "de-stijl"})
driver = node.driver_add("seed").driver
driver.type, driver.expression = "SCRIPTED", "frame * 2"
action = shot.tree(scene).animation_data.action


def lists() -> dict[str, list[str]]:
    """The names of all that a render could leave behind; its result is Blender's own."""
    kinds = ("scenes", "images", "node_groups", "actions", "collections")
    return {kind: sorted(set(getattr(bpy.data, kind).keys()) - {"Render Result"}) for kind in kinds}


scene.frame_set(2)
before = lists(), action.frame_range[:], scene.render.filepath
values = shot.part("values").Values(scene)
read = []
for frame in (1, 2, 3, frames, 2):
    values.go(frame)
    read.append([values.read(node.name).style_weight, values.read(node.name).style, values.read(node.name).seed])
values.free()
values_left = lists()
driver.expression = "0"
shot.render(scene, "keyed")
scene.render.filepath = before[2]

shot.say(
    read=read,
    before=before,
    after=(lists(), action.frame_range[:], scene.render.filepath),
    values_left=values_left,
    frame=scene.frame_current,
    weight=node.style_weight,
    timings=shot.part("render").timings,
)
shot.leave()
