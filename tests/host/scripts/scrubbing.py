"""Goes through the frames of a shot, baked and not, as the window does: `scrubbing.py FOLDER FIRST_IMAGE`."""

import sys
import time
from pathlib import Path

import bpy
import numpy as np
import shot

_, folder, first_image = sys.argv
scene = shot.new(96, 64, last=4)
node = shot.style(scene, shot.images(scene, first_image), method="blend", working_width=0)
shot.keys(node, "style_weight", {1: 1.0, 3: 1.0, 4: 0.5})
shot.show(scene, node.outputs["Image"])
thing = bpy.data.objects.new("Thing", None)
scene.collection.objects.link(thing)
bpy.ops.wm.save_as_mainfile(filepath=str(Path(folder, "shot.blend")))
view, scrub, still, status = (shot.part(name) for name in ("view", "scrub", "still", "status"))
said, shown = {}, {}


def look(name: str, previews: bool = False, until=lambda: True) -> None:
    """What the timer does, until the artist has seen it; then note what the node shows."""
    bpy.context.view_layer.update()  # as the window does
    end = time.monotonic() + 60
    view.tick([scene])
    time.sleep(1.0)
    while time.monotonic() < end:
        if view.tick([scene]):
            scrub.refresh(scene)
        scrub.tick(scene, previews)
        known = view.of(scene)
        if known and not view._coming and until():
            break
        time.sleep(0.05)
    note(name)


def note(name: str) -> None:
    """What the node shows and says."""
    known = view.of(scene)
    inner = node.node_tree.nodes.get(still.NODE)
    image = inner.image if inner else None
    said[name] = {
        "shown": still.is_shown(node),
        "says": status.of(node).text,
        "baked": known.baked,
        "total": known.total,
        "bytes": known.size,
        "modified": bool(image and image.is_dirty),
    }
    if still.is_shown(node):
        pixels = np.empty(len(image.pixels), np.float32)
        image.pixels.foreach_get(pixels)
        np.save(Path(folder, f"{name}.npy"), pixels.reshape(64, 96, 4)[::-1])


def learnt(seconds: float) -> int:
    """How often anything new was known, while nobody does anything."""
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        count += view.tick([scene])
        bpy.context.view_layer.update()  # as the window does
        time.sleep(0.05)
    return count


look("before")
assert shot.part("command").execute(["bake"]) == 0
view.look_again()
scrub.refresh(scene)
look("first")
learnt(2)
said["idle"] = learnt(2.5)
thing.location.x += 1
said["moved"] = learnt(2.5)
for frame in (3, 4):
    scene.frame_set(frame)
    note(f"frame{frame}")
shot.keys(node, "temporal", {1: 1.0, 2: 1.0, 3: 2.0})
look("keyed")
look("preview", previews=True, until=lambda: "preview, this" in status.of(node).text)
node.seed = 2
look("seed")
node.seed = 0
look("back")
scene.frame_set(2)
note("other")
bpy.ops.wm.save_mainfile()
note("saved")
scene.frame_set(4)
note("left")
shot.render(scene, "whole")
shot.say(**said)
shot.leave()
