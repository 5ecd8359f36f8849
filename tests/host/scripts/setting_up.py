"""The buttons that install, stop and remove the engine, for test_setting_up.py: `setting_up.py FOLDER`."""

import os
import time

import bpy
import shot

shot.new(32, 32)
engine, installer = shot.part("engine"), shot.part("installer")
said = {"at first": [engine.trouble().what, engine.trouble().remedy]}


def wait() -> list:
    """What is said until it ends."""
    seen = []
    while installer.is_running():
        seen.append([installer.task.share, installer.task.text])
        time.sleep(0.05)
    installer._finish()
    return seen


bpy.context.preferences.system.use_online_access = False
try:
    bpy.ops.neural_style.install_engine()
except RuntimeError as error:
    said["offline"] = str(error)
said["untouched"] = installer.task is None

bpy.context.preferences.system.use_online_access = True
bpy.ops.neural_style.install_engine(fetch=False)
said["poll"] = bpy.ops.neural_style.install_engine.poll()
said["seen"] = wait()
said["failed"] = installer.task.failed
said["installed"] = engine.installed()
said["python"] = engine.trouble() is None and str(engine.python())
bpy.ops.neural_style.fetch_networks()
wait()
said["fetched"] = [installer.task.failed, installer.task.text]

bpy.ops.neural_style.install_engine()
time.sleep(0.3)
bpy.ops.neural_style.stop_installing()
wait()
said["stopped"] = [installer.task.failed, engine.installed() == said["installed"]]
bpy.ops.neural_style.remove_engine()
said["removed"] = [engine.trouble().remedy, os.path.exists(os.environ["NEURAL_STYLE_DATA"])]  # noqa: PTH110
shot.say(**said)
shot.leave()
