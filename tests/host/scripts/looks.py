"""What a node offers and how its properties hold together, for test_looks.py: `looks.py FOLDER`."""

from pathlib import Path

import bpy
import shot

scene = shot.new(96, 64)
node = shot.style(scene, None)
styles, nodes = shot.part("styles"), shot.part("nodes")

details = {}
for name in ("DRAFT", "FULL", "CUSTOM", "HIGH"):
    node.detail = name
    details[name] = [node.working_width, node.detail]
node.working_width = 333  # as a script or a file from before would
custom = node.detail
node.working_width = 480
found = nodes.find(*nodes.key(node))

# Without a window Blender gives no icons; that it can read the pictures is to be seen all the same.
names = [item[0] for item in styles.items(node, None)]
loaded = {Path(key.rpartition(" ")[0]).stem: preview for key, preview in shot.part("previews")._collection.items()}
sizes = {name: list(loaded[name].image_size) for name in names}
second = styles.second_items(node, None)[0]
bpy.ops.neural_style.find_style(style="de-stijl", tree=nodes.key(node)[0], node=node.name)
chosen = node.style
bpy.ops.neural_style.find_style(style="embers", tree=nodes.key(node)[0], node=node.name, target="second_style")
shot.say(
    default=[styles.items(node, None)[styles.DEFAULT][0], styles.second_items(node, None)[0][-1]],
    details=details,
    custom=[custom, node.detail],
    found=found == node,
    sizes=sizes,
    second=second,
    chosen=[chosen, node.second_style],
    gone=nodes.find(nodes.key(node)[0], "nobody") is None,
)
shot.leave()
