"""Blender is killed while it bakes, and while its own worker paints: `bake_killed.py FOLDER FIRST_IMAGE`."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import bpy
import shot

_, folder, first_image = sys.argv
scene = shot.new(96, 64, last=6)
# So many steps that every frame takes minutes.
node = shot.style(scene, shot.images(scene, first_image), method="steady", iterations=4000, working_width=0)
shot.show(scene, node.outputs["Image"])
bpy.ops.wm.save_as_mainfile(filepath=str(Path(folder, "shot.blend")))
process = shot.part("bakery").Bakery(scene, 1, 6)


def kill() -> None:
    """Wait until both are at work."""
    while process.state != "baking" or process._child.poll() is not None:
        process.poll()
        time.sleep(0.1)
    worker = shot.part("render")._worker
    while worker is None or worker.hello is None:
        time.sleep(0.1)
        worker = shot.part("render")._worker
    time.sleep(2)
    alive = process._child.poll() is None and worker._process._child.poll() is None
    print("ALIVE" if alive else "DEAD", "FOLDERS", process._folder, process._temporary, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


threading.Thread(target=kill, daemon=True).start()
shot.render(scene, "out")
