"""All kinds of upstream through the node, for test_upstream.py: `upstream.py FOLDER MOVIE`."""

import sys

import numpy as np
import shot

movie = sys.argv[2]
plain = {"method": "johnson", "working_width": 0}


def shown(scene, source, folder: str, **options) -> None:
    shot.show(scene, source)
    assert shot.render(scene, folder, **options) == {"FINISHED"}


# A movie and a colour node: weight 0 on every frame.
scene = shot.new(128, 54, last=3)
source = shot.brighter(scene, shot.movie(scene, movie), 1.0)
node = shot.style(scene, source, style_weight=0.0)
shown(scene, source, "movie_in")
shown(scene, node.outputs["Image"], "movie_out")

# An odd size, alpha, values above 1 and below 0; larger than the render, so that what is outside must survive too.
y, x = np.mgrid[:187, :333].astype(np.float32)
rgba = np.stack([x / 100, y / 187 - 0.1, np.sin(x / 9) ** 2, np.clip(x / 200 - 0.3, 0, 1)], -1).astype(np.float32)
rgba[..., :3] *= rgba[..., 3:]
rgba[:20, :20, :3] = 0.25  # light without alpha
for width, height in ((333, 187), (200, 101)):
    scene = shot.new(width, height)
    source = shot.picture(scene, rgba)
    node = shot.style(scene, source, style_weight=0.0, **plain)
    name = f"odd{width}"
    shown(scene, source, f"{name}_in", animation=False)
    shown(scene, node.outputs["Image"], f"{name}_zero", animation=False)
    node.style_weight = 1.0
    shown(scene, node.outputs["Image"], f"{name}_one", animation=False)

# A picture that was moved by whole pixels before it comes to the node.
scene = shot.new(333, 187)
move = shot.tree(scene).nodes.new("CompositorNodeTranslate")
move.inputs["X"].default_value, move.inputs["Y"].default_value = 30, 12
shot.tree(scene).links.new(shot.picture(scene, rgba), move.inputs["Image"])
node = shot.style(scene, move.outputs["Image"], style_weight=0.0)
shown(scene, move.outputs["Image"], "moved_in", animation=False)
shown(scene, node.outputs["Image"], "moved_zero", animation=False)

# Two nodes in a row, made in the wrong order; then the second alone, over a picture of what the first gave.
scene = shot.new(96, 64)
y, x = np.mgrid[:64, :96].astype(np.float32)
rgba = np.stack([x / 96, y / 64, np.sin(x / 5) ** 2, np.ones_like(x)], -1).astype(np.float32)
second = shot.style(scene, None, style="de-stijl", **plain)
source = shot.picture(scene, rgba)
first = shot.style(scene, source, style="embers", **plain)
shown(scene, first.outputs["Image"], "first", animation=False)
shot.tree(scene).links.new(first.outputs["Image"], second.inputs["Image"])
shown(scene, second.outputs["Image"], "both", animation=False)
second.mute = True
shown(scene, second.outputs["Image"], "second_muted", animation=False)
second.mute, second.style_weight = False, 0.0
shown(scene, second.outputs["Image"], "second_zero", animation=False)
second.style_weight, first.style_weight = 1.0, 0.0
shown(scene, second.outputs["Image"], "first_zero", animation=False)
shot.tree(scene).links.new(source, second.inputs["Image"])
shown(scene, second.outputs["Image"], "second", animation=False)

# A single colour has no size of its own; nothing at all is no picture.
scene = shot.new(96, 64)
colour = shot.tree(scene).nodes.new("CompositorNodeRGB")
colour.outputs[0].default_value = (0.5, 0.25, 2.0, 1.0)
node = shot.style(scene, colour.outputs[0], style_weight=0.0)
shown(scene, node.outputs["Image"], "colour", animation=False)
for link in list(node.inputs["Image"].links):
    shot.tree(scene).links.remove(link)
node.style_weight = 1.0
shown(scene, node.outputs["Image"], "nothing", animation=False)
shot.say(nothing=shot.part("status").of(node).text)
shot.leave()
