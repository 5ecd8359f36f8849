"""What Blender and the way to the engine and back take for a frame of a movie: `share.py FOLDER CLIP FRAMES ROUNDS`.

In turns: each frame captured when it is asked for (waiting), while the engine paints the one before (ahead), and the
engine told of it (told). Leaves seconds a frame by stage.
"""

import sys
import time

import bpy
import shot

_, _, clip, frames, rounds = sys.argv
frames = int(frames)
film = bpy.data.movieclips.load(clip)
width, height = film.size
scene = shot.new(width, height, last=frames)
source = shot.movie(scene, clip)
node = shot.style(scene, source, working_width=0, iterations=1)
render, job, worker = shot.part("render"), shot.part("job").Job, shot.part("worker").Worker
tell = worker._expect
ways = ("alone", "waiting", "ahead", "told")
said = {"size": [width, height], "blender": bpy.app.version_string, **{way: [] for way in ways}}


def seconds(folder: str) -> float:
    begin = time.perf_counter()
    shot.render(scene, folder)
    return (time.perf_counter() - begin) / frames


render.worker()
for number in range(int(rounds) + 1):
    for variant, way in enumerate(ways):
        shot.show(scene, source if way == "alone" else node.outputs["Image"])
        job.in_order = way in ("ahead", "told")
        worker._expect = tell if way == "told" else lambda *_: None
        node.seed = len(ways) * number + variant  # or the engine would have the frames already
        render.timings.clear()
        whole = seconds(way)
        if number:  # the first is to warm up
            said[way].append({"whole": whole, "frames": list(render.timings)})
shot.say(**said)
shot.leave()
