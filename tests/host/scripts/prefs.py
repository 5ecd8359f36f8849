"""What the preferences say reaches the engine, and what is wrong has its button: `prefs.py FOLDER IMAGE`."""

import os
import sys
from pathlib import Path

import bpy
import shot

_, folder, image = sys.argv
folder = Path(folder)
del os.environ["NEURAL_STYLE_CACHE"]
os.environ["NEURAL_STYLE_CACHE_GB"] = "3"
scene = shot.new(96, 64)
source = shot.images(scene, image)
node = shot.style(scene, source, method="johnson", working_width=48)
shot.show(scene, node.outputs["Image"])
preferences = bpy.context.preferences.addons[shot.MODULE].preferences
status, storage, render = (shot.part(name) for name in ("status", "storage", "render"))
variables = shot.part("environment").VARIABLES
said = {}


def seen() -> dict:
    return {name: os.environ.get(variable) for name, variable in variables.items()}


said["before"] = seen()
preferences.device, preferences.log_level, preferences.memory = "CPU", "INFO", 7.5
preferences.cache, preferences.cache_limit = str(folder / "kept"), 2.0
said["set"] = seen()
said["tested"] = sorted(bpy.ops.neural_style.test_engine())
first = render.worker()
done = shot.render(scene, "first", animation=False)
said["same"] = first is render._worker
said["painted"] = [sorted(done), status.of(node).text, status.of(node).is_error]
said["kept"] = len(list((folder / "kept").glob("??/*.safetensors")))

(folder / "kept" / "mine.txt").write_text("not the cache's")
said["counted"] = storage.count(folder / "kept")
bpy.ops.neural_style.clear_cache()
said["cleared"] = [storage.count(folder / "kept"), [path.name for path in (folder / "kept").iterdir()]]

# Another device needs another worker, and this one is on no machine that runs this.
preferences.device = "MPS"
said["device"] = [sorted(shot.render(scene, "second", animation=False)), *status.of(node)[:3]]
preferences.device = "AUTO"
said["forgotten"] = status.of(node).text

os.environ["NEURAL_STYLE_DATA"] = str(folder / "empty")
render.stop_worker()
shot.render(scene, "third", animation=False)
said["weights"] = list(status.of(node)[:3])
said["remedies"] = list(shot.part("remedies").REMEDIES)
said["operators"] = [
    hasattr(bpy.types, "NEURAL_STYLE_OT_" + remedy.operator.partition(".")[2]) or remedy.operator in dir(bpy.ops)
    for remedy in shot.part("remedies").REMEDIES.values()
]
with bpy.context.temp_override(node=node):
    node.working_width = 640
    bpy.ops.neural_style.less_detail()
said["less"] = [node.detail, status.of(node).text]
shot.say(**said)
render.stop_worker()
bpy.ops.preferences.addon_disable(module=shot.MODULE)
print("AFTER", seen(), flush=True)
os._exit(0)
