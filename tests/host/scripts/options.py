"""Stills with all kinds of settings, for test_options.py: `options.py FOLDER IMAGE VARIANTS`, the last one as JSON.

The file is saved beside the image first, so that paths can be relative to it.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import bpy
import shot

_, _, image, variants = sys.argv
_KEPT = ("picture", "painting", "original_colours", "upscale", "second_style", "blend")
scene = shot.new(96, 64)
source = shot.images(scene, image)
bpy.ops.wm.save_as_mainfile(filepath=str(Path(image).with_name("shot.blend")))
shot.show(scene, source)
shot.render(scene, "source", animation=False)

node = shot.style(scene, source)
shot.show(scene, node.outputs["Image"])
defaults = {name: getattr(node, name) for name in _KEPT}
reading = shot.part("values").Values(scene)
sent = {}
for name, settings in json.loads(variants).items():
    for key, value in (defaults | settings).items():
        setattr(node, key, value)
    reading.free()
    reading = shot.part("values").Values(scene)
    reading.go(1)
    try:
        sent[name] = asdict(reading.read(node.name))
    except shot.part("errors").PaintError as error:
        sent[name] = str(error)
        continue
    shot.render(scene, name, animation=False)
reading.free()
shot.say(sent=sent)
shot.leave()
