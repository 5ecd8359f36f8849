"""What a node offers and how its properties hold together, for test_looks.py: `looks.py FOLDER`."""

from pathlib import Path
from types import SimpleNamespace

import bpy
import drawing
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


class Range:
    """Frames 101 to 148."""

    frame_start, frame_end, frame_step = 101, 148, 1


progress, status = shot.part("progress").Progress(Range), shot.part("status")
lines = [progress.painting(101), progress.painted(101, 2.0, False, "cuda (NVIDIA H200)")]
lines += [progress.painting(112), progress.painted(112, 4.0, False, "cpu (2 threads)"), progress.painting(7)]
status.engine_is("loading the networks")
said = [[line.sentence, line.progress] for line in lines]
status.engine_is("")
said.append([lines[0].sentence, lines[0].progress])

set_so = {"custom": [custom, node.detail], "chosen": [chosen, node.second_style]}

blend = {}
shot.keys(node, "blend", {1: 0.0, 5: 1.0})
values = shot.part("values").Values(scene)
for frame in (1, 3, 5):
    values.go(frame)
    blend[frame] = values.read(node.name).style
values.free()

# The face in every state, by a layout that refuses what this Blender's do not know.
faces = {}
node.second_style, node.show_advanced, node.detail, node.method = "rust", True, "CUSTOM", "painterly"
for name, line in {
    "idle": status.Line(),
    "busy": lines[2],
    "wrong": status.of_trouble(shot.part("errors").PaintError("no weights", "vgg16", "fetch them", "fetch")),
}.items():
    status.put(node, line)
    shot.part("engine").trouble = lambda: None
    layout = drawing.Layout()
    shot.part("face").draw(node, layout)
    faces[name] = {function: layout.named(function) for function in ("prop", "label", "operator", "progress")}
chooser, faces["found"] = shot.part("chooser"), {}
kind = bpy.ops.neural_style.find_style.get_rna_type()
asked = SimpleNamespace(target="second_style", bl_idname="neural_style.find_style", bl_rna=kind)
asked.tree, asked.node = nodes.key(node)
for search in ("", "wave", "hokusai 1831", "no such thing"):
    asked.search, layout = search, drawing.Layout()
    chooser.draw(asked, layout)
    faces["found"][search] = [text for each, _, text in layout.drawn if each in ("operator", "label")]
layout = drawing.Layout()
preferences = bpy.context.preferences.addons[shot.MODULE].preferences
shot.part("preferences").draw(preferences, layout)
faces["preferences"] = {function: layout.named(function) for function in ("prop", "operator")}
shot.say(
    lines=said,
    faces=faces,
    default=[styles.items(node, None)[styles.DEFAULT][0], styles.second_items(node, None)[0][-1]],
    details=details,
    **set_so,
    blend=blend,
    found=found == node,
    sizes=sizes,
    second=second,
    gone=nodes.find(nodes.key(node)[0], "nobody") is None,
)
shot.leave()
