"""A fade in, a held weight and a fade out with frames held together in time: `held.py FOLDER FIRST_IMAGE FRAMES`."""

import sys

import shot

_, _, first_image, frames = sys.argv
frames = int(frames)
scene = shot.new(96, 64, last=frames)
source = shot.images(scene, first_image)
node = shot.style(scene, source, method="steady", iterations=8, working_width=0)
shot.keys(node, "style_weight", {1: 0.0, 3: 1.0, frames - 1: 1.0, frames: 0.0})
shot.show(scene, node.outputs["Image"])
shot.render(scene, "held")
shot.leave()
