"""Frames that are held to the ones before them, for test_errors.py: `chain.py FOLDER`."""

import numpy as np
import shot

y, x = np.mgrid[:64, :96].astype(np.float32)
rgba = np.stack([np.sin(x / 7) ** 2, np.sin(y / 9) ** 2, x / 96, np.ones_like(x)], -1)
scene = shot.new(96, 64, last=6)
source = shot.brighter(scene, shot.picture(scene, rgba), 0.0)
exposure = source.node.inputs["Exposure"]
for frame in (1, 6):
    exposure.default_value = frame / 4
    exposure.keyframe_insert("default_value", frame=frame)
node = shot.style(scene, source, method="blend", working_width=0)
shot.keys(node, "style_weight", {3: 1.0, 4: 0.0, 5: 0.0, 6: 1.0})
shot.show(scene, node.outputs["Image"])

# Listen at the door: which request names the frame before it?
worker = shot.part("worker").Worker
told, plain = [], worker.paint


def paint(self, request, rgb, planes=None, *meanwhile):
    told.append(request.previous is not None)
    return plain(self, request, rgb, planes, *meanwhile)


worker.paint = paint
shot.render(scene, "all")
previous = {"all": list(told)}
told.clear()
shot.keys(node, "style_weight", {5: 1.0})
shot.render(scene, "touch")
previous["touch"] = list(told)
told.clear()
shot.keys(node, "style_weight", {4: 1.0})
scene.frame_step, scene.frame_end = 2, 5
shot.render(scene, "second")
shot.say(previous={**previous, "second": told})
shot.leave()
