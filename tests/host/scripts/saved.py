"""A file with the node, saved, opened without the extension, and with it again: `saved.py FOLDER IMAGE`."""

import sys
from pathlib import Path

import bpy
import shot

_, folder, image = sys.argv
settings = {
    "style": "de-stijl",
    "method": "johnson",
    "temporal": 2.5,
    "iterations": 7,
    "seed": 3,
    "working_width": 0,
    "style_weight": 0.75,
    "picture": "",
    "painting": "//painting.png",
    "original_colours": True,
    "upscale": "2",
}
scene = shot.new(96, 64, last=2)
node = shot.style(scene, shot.images(scene, image), **settings)
shot.keys(node, "style_weight", {1: 0.25, 2: 0.75})
shot.show(scene, node.outputs["Image"])
path = str(Path(folder, "shot.blend"))
meanwhile = str(Path(folder, "meanwhile.blend"))


def save(*_) -> None:
    """Save while it renders, as Blender itself does now and then."""
    bpy.ops.wm.save_as_mainfile(filepath=meanwhile, copy=True)


bpy.app.handlers.render_post.append(save)
shot.render(scene, "before")
bpy.app.handlers.render_post.remove(save)


def read() -> dict:
    """What the node of the file that is open says."""
    node = shot.tree(bpy.context.scene).nodes["Neural Style"]
    links = len(node.inputs[0].links), len(node.outputs[0].links)
    return {name: getattr(node, name, None) for name in settings} | {"links": links, "type": node.bl_idname}


def hidden() -> list[str]:
    """What the render made for itself and left in the file."""
    names = [*bpy.data.scenes.keys(), *bpy.data.images.keys()]
    return [name for name in names if name.startswith(".")]


said = {"settings": settings, "saved": read()}
bpy.ops.wm.save_as_mainfile(filepath=path)

bpy.ops.preferences.addon_disable(module=shot.MODULE)
bpy.ops.wm.open_mainfile(filepath=path)
said["hidden"] = hidden()
said["without"] = shot.tree(bpy.context.scene).nodes["Neural Style"].bl_idname
bpy.ops.wm.save_as_mainfile(filepath=path)

shot.enable()
bpy.ops.wm.open_mainfile(filepath=path)
said["reopened"] = read()
shot.render(bpy.context.scene, "after")

bpy.ops.wm.open_mainfile(filepath=meanwhile)
bpy.context.scene.frame_set(1)
said["meanwhile"] = read() | {"groups": len(bpy.data.node_groups), "scenes": len(bpy.data.scenes)}
bpy.ops.wm.open_mainfile(filepath=path)
said["expected"] = read() | {"groups": len(bpy.data.node_groups), "scenes": 1}

# A duplicate shows a picture of its own.
tree = shot.tree(bpy.context.scene)
node = tree.nodes["Neural Style"]
twin = tree.copy().nodes["Neural Style"] if shot.IS_5 else bpy.context.scene.copy().node_tree.nodes["Neural Style"]
said["twins"] = twin.node_tree is not None and twin.node_tree != node.node_tree
shot.say(**said)
shot.leave()
