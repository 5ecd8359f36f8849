"""3D upstreams through the node, rendered by an engine that counts, for test_layers.py: `layers.py FOLDER`."""

import sys
from pathlib import Path

import bpy
import numpy as np
import shot

rendered = []


class Counting(bpy.types.RenderEngine):
    """Fills the picture with a texture and the number of the frame, and notes that it was asked to."""

    bl_idname = "COUNTING"
    bl_label = "Counting"

    def render(self, depsgraph) -> None:
        scene = depsgraph.scene
        rendered.append([scene.name, scene.frame_current])
        width, height = scene.render.resolution_x, scene.render.resolution_y
        result = self.begin_result(0, 0, width, height)
        y, x = np.mgrid[:height, :width]
        bars = (x // 8 + y // 8) % 2
        rgba = np.stack([bars, scene.frame_current / 10 + 0 * x, 1 - bars, np.ones_like(x)], -1)
        result.layers[0].passes["Combined"].rect.foreach_set(rgba.astype(np.float32).ravel())
        self.end_result(result)


bpy.utils.register_class(Counting)


def shot_3d(weight: float):
    scene = shot.new(96, 64, last=3)
    scene.render.engine = Counting.bl_idname
    scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(scene.camera)
    layers = shot.tree(scene).nodes.new("CompositorNodeRLayers")
    node = shot.style(scene, layers.outputs["Image"], method="johnson", working_width=0, style_weight=weight)
    shot.show(scene, node.outputs["Image"])
    return scene, layers, node


said = {}
scene, layers, node = shot_3d(0.0)
shot.render(scene, "zero")
said["once"], rendered[:] = list(rendered), []
said["muted_after"] = layers.mute

node.style_weight = 1.0
shot.render(scene, "one")
said["painted"], rendered[:] = list(rendered), []

# Another branch shows the render itself: half of the picture is painted, half is not.
mask = np.zeros((64, 96, 4), np.float32)
mask[:, 48:] = 1
over = shot.tree(scene).nodes.new("CompositorNodeAlphaOver")
pictures = [socket for socket in over.inputs if socket.type == "RGBA"]
factor = next(socket for socket in over.inputs if socket.type == "VALUE" and socket.name.startswith("Fac"))
shot.tree(scene).links.new(shot.picture(scene, mask), factor)
shot.tree(scene).links.new(layers.outputs["Image"], pictures[0])
shot.tree(scene).links.new(node.outputs["Image"], pictures[1])
shot.show(scene, over.outputs["Image"])
shot.render(scene, "branch")
said["branch"], rendered[:] = list(rendered), []

# A file that is saved while it renders opens as if it had not been.
shot.show(scene, node.outputs["Image"])
path = str(Path(sys.argv[1], "meanwhile.blend"))


def save(*_) -> None:
    if scene.frame_current == 2:
        said["muted_meanwhile"] = layers.mute
        bpy.ops.wm.save_as_mainfile(filepath=path, copy=True)


bpy.app.handlers.render_post.append(save)
shot.render(scene, "meanwhile")
bpy.ops.wm.open_mainfile(filepath=path)
scene = bpy.context.scene
nodes = shot.tree(scene).nodes
style = next(node for node in nodes if node.bl_idname == "CompositorNodeNeuralStyle")
said["opened"] = {
    "muted": [node.mute for node in nodes if node.type == "R_LAYERS"],
    "shown": shot.part("picture").is_shown(style),
    "scenes": len(bpy.data.scenes),
}

shot.say(**said)
shot.leave()
