"""Runs inside Blender: makes shot.blend (movie → Neural Style → output, the weight keyframed) and renders it.

`BLENDER_PYTHON scene.py '{"clip": …, "frames": …, "keys": …, …}'`. Lines on stdout that begin with `@` are for run.py:
one for every written frame, and one that says what painted them.
"""

import json
import os
import sys
import traceback
from dataclasses import asdict
from pathlib import Path

# The building blocks of a shot that the host tests are made of, too.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "host" / "scripts"))

import bpy
import shot


def make(job: dict) -> None:
    """Build the shot and save it."""
    scene = shot.new(job["width"], job["height"], last=job["frames"])
    scene.render.fps, scene.render.fps_base = job["fps"]
    scene.render.dither_intensity = 0  # the frames shall be what was painted, without noise on top
    settings = scene.render.image_settings
    settings.file_format, settings.color_mode, settings.color_depth = "PNG", "RGB", "8"
    settings.compression = 15
    scene.render.filepath = str(Path(job["work"]) / "frames") + "/"
    node = shot.style(scene, shot.movie(scene, job["clip"]), style=job["style"], working_width=0)
    shot.keys(node, "style_weight", {int(frame): value for frame, value in job["keys"].items()})
    shot.show(scene, node.outputs["Image"])
    shot.tree(scene).nodes[0].location.x -= 300
    bpy.ops.wm.save_as_mainfile(filepath=job["blend"])


def main(job: dict) -> int:
    """Make the shot, open it again as an artist would, and render all its frames."""
    make(job)
    bpy.ops.wm.open_mainfile(filepath=job["blend"])
    name = bpy.context.scene.name

    def tell(scene, *_) -> None:
        if scene.name == name:  # the extension renders hidden scenes in between
            print(f"@frame {scene.frame_current}", flush=True)

    bpy.app.handlers.render_write.append(tell)
    done = bpy.ops.render.render(animation=True)
    if "FINISHED" not in done:
        return 1
    hello = shot.part("render").worker().hello
    print("@engine", json.dumps({**asdict(hello), "blender": bpy.app.version_string}), flush=True)
    return 0


if __name__ == "__main__":
    try:
        code = main(json.loads(sys.argv[1]))
    except Exception:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)  # at a plain exit the 4.5 module would hang
    shot.leave(code)
