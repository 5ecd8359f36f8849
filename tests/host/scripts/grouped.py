"""Nodes in groups of the compositor, for test_groups.py: `grouped.py FOLDER FIRST_IMAGE FRAMES`."""

import sys

import bpy
import shot

_, _, first_image, frames = sys.argv
scene = shot.new(96, 64, last=int(frames))
PAINT = {"method": "blend", "working_width": 0}


def lists() -> dict[str, list[str]]:
    kinds = ("scenes", "images", "node_groups", "actions")
    return {kind: sorted(set(getattr(bpy.data, kind).keys()) - {"Render Result"}) for kind in kinds}


def group(name: str) -> bpy.types.NodeTree:
    """A group that makes its picture brighter and paints it, the weight rising with the frames."""
    tree = bpy.data.node_groups.new(name, "CompositorNodeTree")
    for in_out in ("INPUT", "OUTPUT"):
        tree.interface.new_socket(name="Image", in_out=in_out, socket_type="NodeSocketColor")
    given, brighter, node, end = (
        tree.nodes.new(kind)
        for kind in ("NodeGroupInput", "CompositorNodeExposure", "CompositorNodeNeuralStyle", "NodeGroupOutput")
    )
    brighter.inputs["Exposure"].default_value = 0.5
    for key, value in PAINT.items():
        setattr(node, key, value)
    node.style_weight = 0.75
    for source, target in ((given, brighter), (brighter, node), (node, end)):
        tree.links.new(source.outputs[0], target.inputs["Image"] if "Image" in target.inputs else target.inputs[0])
    driver = node.driver_add("style_weight").driver
    driver.type, driver.expression = "SCRIPTED", "0.5 + frame / 10"
    return tree


def use(tree: bpy.types.NodeTree, source: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    """A group node."""
    node = shot.tree(scene).nodes.new("CompositorNodeGroup")
    node.node_tree = tree
    shot.tree(scene).links.new(source, node.inputs[0])
    return node.outputs[0]


# The same without a group.
source = shot.images(scene, first_image)
node = shot.style(scene, shot.brighter(scene, source, 0.5), **PAINT)
driver = node.driver_add("style_weight").driver
driver.type, driver.expression = "SCRIPTED", "0.5 + frame / 10"
shot.show(scene, node.outputs["Image"])
shot.render(scene, "plain")

# In a group, and in a group within a group.
inner = group("Inner")
shot.show(scene, use(inner, source))
before = lists()
shot.render(scene, "once")
after = lists()
outer = bpy.data.node_groups.new("Outer", "CompositorNodeTree")
for in_out in ("INPUT", "OUTPUT"):
    outer.interface.new_socket(name="Image", in_out=in_out, socket_type="NodeSocketColor")
given, held, end = (outer.nodes.new(kind) for kind in ("NodeGroupInput", "CompositorNodeGroup", "NodeGroupOutput"))
held.node_tree = inner
outer.links.new(given.outputs[0], held.inputs[0])
outer.links.new(held.outputs[0], end.inputs[0])
shot.show(scene, use(outer, source))
shot.render(scene, "nested")

# One group used twice, of two different pictures, side by side: each shows its own.
darker = shot.brighter(scene, source, -1.5)
one, other = use(inner, source), use(inner, darker)
mix = shot.tree(scene).nodes.new("CompositorNodeAlphaOver")
pictures = [socket for socket in mix.inputs if socket.type == "RGBA"]
factor = next(socket for socket in mix.inputs if socket.type == "VALUE" and socket.name.startswith("Fac"))
factor.default_value = 0.5
shot.tree(scene).links.new(one, pictures[0])
shot.tree(scene).links.new(other, pictures[1])
shot.show(scene, mix.outputs[0])
shot.render(scene, "twice")
shot.show(scene, use(inner, darker))
shot.render(scene, "darker")
used = sorted({node.node_tree.name for node in shot.tree(scene).nodes if node.type == "GROUP" and node.node_tree})
shot.say(before=before, after=after, used=used, groups=lists()["node_groups"])
shot.leave()
