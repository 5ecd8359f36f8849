"""A render in which painting fails from frame 3 on: `broken.py FOLDER exr|movie|still`.

It exits as Blender and the extension make it.
"""

import os
import sys
from pathlib import Path

import bpy
import numpy as np
import shot

_, folder, kind = sys.argv
rgba = np.ones((64, 96, 4), np.float32)
rgba[..., 0] = np.linspace(0, 1, 96)
scene = shot.new(96, 64, last=5)
node = shot.style(scene, shot.picture(scene, rgba), method="johnson", working_width=0)
shot.keys(node, "style_weight", {2: 0.0, 3: 1.0})
shot.show(scene, node.outputs["Image"])

# What a File Output node writes must not be wrong either.
shot.part("host").add_file_output(shot.tree(scene), node.outputs["Image"], Path(folder, "beside"))
if kind == "movie":
    settings = scene.render.image_settings
    if shot.IS_5:
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"
    scene.render.ffmpeg.format, scene.render.ffmpeg.codec = "MPEG4", "H264"
    bpy.app.handlers.render_post.append(lambda *_: shot.say(movies=[path.name for path in Path(folder).glob("*.mp4*")]))
    scene.render.filepath = f"{folder}/movie.mp4"
    done = bpy.ops.render.render(animation=True)
elif kind == "still":
    scene.frame_set(3)
    done = shot.render(scene, "still", animation=False)
else:
    done = shot.render(scene, "out")

print(f"RESULT {sorted(done)} SCENES {len(bpy.data.scenes)} STATUS {shot.part('status').of(node).text}", flush=True)
if bpy.app.version < (5, 0, 0):
    os._exit(int(shot.part("stop").failure is not None))  # this wheel hangs at a plain exit
