"""A movie through the node, its style weight keyframed 0 → 1 → 1 → 0: `clip.py MOVIE FOLDER FRAMES METHOD`.

The simplest whole shot; renders `FOLDER/NNNN.exr` in the movie's own size.
"""

import sys

import bpy
import shot

movie, folder, frames, method = sys.argv[1:]
frames = int(frames)
width, height = bpy.data.movieclips.load(movie).size
scene = shot.new(width, height, last=frames)
node = shot.style(scene, shot.movie(scene, movie), method=method)
shot.keys(node, "style_weight", {1: 0.0, 1 + frames // 3: 1.0, frames - frames // 3: 1.0, frames: 0.0})
shot.show(scene, node.outputs["Image"])
done = shot.render(scene, folder)
shot.leave(0 if done == {"FINISHED"} else 1)
