"""A style of the user's own on the node: `own.py FOLDER IMAGE save FILE | open FILE | unknown FILE`.

save paints with it and keyframes it, and saves the file; open renders a file where the style may be gone; unknown
does so with a file in which even its name is lost.
"""

import os
import sys

import bpy
import shot

_, folder, image, kind, file = sys.argv


def offered(node) -> list:
    """Names and numbers that the node offers, the catalogue's left out."""
    return [(item[0], item[1], item[-1]) for item in shot.part("styles").items(node, None) if item[-1] >= 1000]


if kind == "save":
    scene = shot.new(96, 64, last=4)
    source = shot.images(scene, image)
    node = shot.style(scene, source, method="johnson", working_width=0)
    said = {"default": node.style, "offered": offered(node)}
    shown = [key.rpartition(" ")[0] for key in shot.part("previews")._collection]
    said["shown"] = [path for path in shown if "thumbnails" not in path]
    shot.show(scene, source)
    shot.render(scene, "plain")
    node.style = "my-oil"
    shot.show(scene, node.outputs["Image"])
    shot.render(scene, "own")
    shot.keys(node, "style", {1: "my-oil", 3: "de-stijl", 4: "my-water"})
    shot.render(scene, "keyed")
    shot.tree(scene).animation_data_clear()
    node.style = "my-oil"
    bpy.ops.wm.save_as_mainfile(filepath=file)
    shot.say(**said, own_styles=node.own_styles)
    shot.leave()

bpy.ops.wm.read_factory_settings(use_empty=True)
shot.enable()
bpy.ops.wm.open_mainfile(filepath=file)
scene = bpy.context.scene
node = shot.tree(scene).nodes["Neural Style"]
if kind == "unknown":
    node.own_styles = ""
shot.say(style=node.style, offered=offered(node))
done = shot.render(scene, "out")
print(f"RESULT {sorted(done)} STATUS {shot.part('status').of(node).text}", flush=True)
if bpy.app.version < (5, 0, 0):
    os._exit(int(shot.part("stop").failure is not None))  # this wheel hangs at a plain exit
