"""What Blender and the way to the engine and back take for a frame of a movie: `share.py FOLDER CLIP FRAMES ROUNDS`.

With frames captured while the engine paints the one before, and without, in turns. Leaves seconds a frame by stage.
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
render, job = shot.part("render"), shot.part("job").Job
said = {"size": [width, height], "blender": bpy.app.version_string, "alone": [], "waiting": [], "ahead": []}


def seconds(folder: str) -> float:
    begin = time.perf_counter()
    shot.render(scene, folder)
    return (time.perf_counter() - begin) / frames


render.worker()
for number in range(int(rounds) + 1):
    for way in ("alone", "waiting", "ahead"):
        shot.show(scene, source if way == "alone" else node.outputs["Image"])
        job.in_order = way == "ahead"
        node.seed = 2 * number + job.in_order  # or the engine would have the frames already
        render.timings.clear()
        whole = seconds(way)
        if number:  # the first is to warm up
            said[way].append({"whole": whole, "frames": list(render.timings)})
shot.say(**said)
shot.leave()
