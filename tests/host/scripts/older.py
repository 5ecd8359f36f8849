"""A file whose node has the sockets of the first version alone, opened: `older.py FOLDER FIRST_IMAGE`."""

import sys
from pathlib import Path

import bpy
import shot

_, folder, image = sys.argv
scene = shot.new(96, 64, last=2)
node = shot.style(scene, shot.images(scene, image), method="johnson", working_width=48)
shot.show(scene, node.outputs["Image"])
shot.render(scene, "before")

# Image in, Image out: what the inner tree had when these were all.
interface = node.node_tree.interface
for item in [item for item in interface.items_tree if item.name != "Image"]:
    interface.remove(item)


def read() -> dict:
    """The sockets of the node of the file that is open, and how many links each has."""
    node = shot.tree(bpy.context.scene).nodes["Neural Style"]
    return {kind: [(s.name, len(s.links)) for s in getattr(node, kind)] for kind in ("inputs", "outputs")}


said = {"saved": read()}
path = str(Path(folder, "older.blend"))
bpy.ops.wm.save_as_mainfile(filepath=path)
bpy.ops.wm.read_factory_settings(use_empty=True)
shot.enable()
bpy.ops.wm.open_mainfile(filepath=path)
said["opened"] = read()
said["mask"] = shot.tree(bpy.context.scene).nodes["Neural Style"].inputs["Mask"].default_value
shot.render(bpy.context.scene, "after")

# Appended into another file it is mended when it is rendered.
node = shot.tree(bpy.context.scene).nodes["Neural Style"]
interface = node.node_tree.interface
for item in [item for item in interface.items_tree if item.name != "Image"]:
    interface.remove(item)
shot.render(bpy.context.scene, "again")
said["rendered"] = read()
shot.say(**said)
shot.leave()
