"""Bakes in a second Blender, as the window does: `bake.py FOLDER FIRST_IMAGE`; what is kept, and what is not again."""

import sys
import time
from pathlib import Path

import bpy
import numpy as np
import shot

_, folder, first_image = sys.argv
FRAMES = 6

scene = shot.new(96, 64, last=FRAMES)
source = shot.brighter(scene, shot.images(scene, first_image), 0.0)
node = shot.style(scene, source, method="blend", working_width=0)
shot.keys(node, "style_weight", {1: 0.0, 3: 0.0, 5: 1.0})
shot.keys(node, "temporal", {1: 1.0, FRAMES: 1.0})
shot.show(scene, node.outputs["Image"])
bpy.ops.wm.save_as_mainfile(filepath=str(Path(folder, "shot.blend")))
bakery, bake, shelf = shot.part("bakery"), shot.part("bake"), shot.part("shelf")
said = {}


def baked() -> list[bool]:
    """Which frames are baked."""
    shown = bake.Bake(bpy.context.scene)
    return [shown.is_baked("Neural Style", frame) for frame in range(1, FRAMES + 1)]


def run(cancel_after: int | None = None) -> dict:
    """Bake; how it ended, and how many frames were painted."""
    process = bakery.Bakery(bpy.context.scene, 1, FRAMES)
    told = []
    while process.is_running:
        if process.poll():
            told.append(process.about["done"])
        if cancel_after is not None and process.about["done"] >= cancel_after:
            process.end()
            return {"state": process.state, "left": process._folder.exists() or process._temporary.exists()}
        time.sleep(0.02)
    return {
        "state": process.state,
        "told": told,
        "total": process.about["total"],
        "trouble": str(process.trouble or ""),
        "left": process._folder.exists() or process._temporary.exists(),
    }


def pictures() -> list[list[float]]:
    """What scrubbing shows, as lists."""
    shown = bake.Bake(bpy.context.scene)
    entries = shown.entries("Neural Style").values()
    return [shelf.show(shown.shelf.frames[entry.file], entry.weight) for entry in entries]


shot.render(scene, "before")
said["empty"] = baked()
said["first"] = run() | {"baked": baked()}
np.save(Path(folder, "after.npy"), np.stack(pictures()))
shot.render(scene, "after")
said["kept"] = [line["cached"] for line in shot.part("render").timings[FRAMES:] if line["painted"]]
scene.frame_set(5)
shot.render(scene, "still", animation=False)

# A keyframe of the weight mixes anew, one of the method paints anew what follows it.
shot.keys(node, "style_weight", {5: 0.5, 6: 0.25})
said["weight"] = baked()
shot.render(scene, "weight")
np.save(Path(folder, "weight.npy"), np.stack(pictures()))
shot.keys(node, "temporal", {4: 1.0, 5: 2.0, FRAMES: 2.0})
said["keyframe"] = baked()
# Cancelled, what is done is kept; resumed, only the rest is painted.
said["cancelled"] = run(cancel_after=1) | {"baked": baked()}
said["resumed"] = run() | {"baked": baked()}
shot.render(scene, "keyframe")
np.save(Path(folder, "keyframe.npy"), np.stack(pictures()))
node.seed = 3
said["seed"] = baked()
node.seed = 0
said["files"] = len(list(Path(folder, "cache", "bakes").rglob("*.frame")))
said["bytes"] = shelf.Shelf(bake.shot(scene)).bytes()
bake.Bake(scene).clear()
said["cleared"] = baked()
said["bytes_cleared"] = shelf.Shelf(bake.shot(scene)).bytes()
shot.say(**said)
shot.leave()
