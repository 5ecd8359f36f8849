"""Mask, Flow and Reliability on pictures, for test_sockets.py: `sockets.py FOLDER FIRST_IMAGE FRAMES`."""

import sys

import bpy
import numpy as np
import shot

_, _, first_image, frames = sys.argv
WIDTH, HEIGHT = 96, 64
PLAIN = {"method": "blend", "working_width": 48}
said: dict = {}


def masked(scene, node, values) -> None:
    """Wire a picture of these values, (H, W) with the bottom row first, into Mask."""
    rgba = np.repeat(values[..., None], 4, axis=2).astype(np.float32)
    rgba[..., 3] = 1
    shot.tree(scene).links.new(shot.picture(scene, rgba), node.inputs["Mask"])


scene = shot.new(WIDTH, HEIGHT, last=int(frames))
source = shot.images(scene, first_image)
node = shot.style(scene, source, **PLAIN)
said["sockets"] = [[s.name for s in node.inputs], [s.name for s in node.outputs]]
said["mask_default"] = node.inputs["Mask"].default_value
shot.show(scene, source)
shot.render(scene, "source")
shot.show(scene, node.outputs["Image"])
shot.render(scene, "whole")
told = []
worker = shot.part("worker").Worker
plain = worker.paint


def paint(self, request, rgb, planes=None, *meanwhile):
    told.append([list(planes or {}), list(request.outputs)])
    return plain(self, request, rgb, planes, *meanwhile)


worker.paint = paint
node.inputs["Mask"].default_value = 0.5
shot.render(scene, "half")
node.inputs["Mask"].default_value = 1.0

# A soft edge from left to right, and only in the upper half; and its negative values and those above 1 are clipped.
x = np.linspace(-0.25, 1.25, WIDTH)[None] * np.ones((HEIGHT, 1))
x[: HEIGHT // 2] = 0
masked(scene, node, x)
shot.render(scene, "masked")
node.style_weight = 0.5
shot.render(scene, "masked_half")
node.style_weight = 1.0

# A mask of another size is laid over the middle, as Blender lays any two pictures over each other.
masked(scene, node, np.ones((HEIGHT // 2, WIDTH // 2)))
shot.render(scene, "small")
masked(scene, node, np.zeros((HEIGHT, WIDTH)))
shot.render(scene, "black")
said["black"] = shot.part("status").of(node).text
for link in list(node.inputs["Mask"].links):
    shot.tree(scene).links.remove(link)
shot.keys(node.inputs["Mask"], "default_value", {1: 0.0, int(frames): 1.0})
shot.render(scene, "keyed")
said["told"], told[:] = list(told), []
bpy.data.actions.remove(shot.tree(scene).animation_data.action)
node.inputs["Mask"].default_value = 1.0

for name in ("Flow", "Reliability"):
    shot.show(scene, node.outputs[name])
    shot.render(scene, name.lower())
said["told_of_outputs"] = told
inner = node.node_tree.nodes
said["left"] = [name for name in ("Flow", "Reliability") if name in inner]
said["images"] = [image.name for image in bpy.data.images if image.name.startswith(".")]
shot.say(**said)
shot.leave()
