"""The command line's commands, one after the other, as Blender calls them: `bake_command.py FOLDER FIRST_IMAGE`."""

import contextlib
import io
import json
import sys
from pathlib import Path

import bpy
import shot

_, folder, first_image = sys.argv
scene = shot.new(96, 64, last=4)
scene.name = "Shot"
node = shot.style(scene, shot.images(scene, first_image), method="blend", working_width=0)
shot.show(scene, node.outputs["Image"])
path = str(Path(folder, "shot.blend"))
bpy.ops.wm.save_as_mainfile(filepath=path)
shot.render(scene, "whole")
bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
shot.enable()

said = {}
for name, arguments in {
    "nonsense": ["bake", "--frames", "9-2"],
    "nothing": [],
    "help": ["--help"],
    "no file": ["status", "/nowhere.blend"],
    "no scene": ["bake", path, "--scene", "Other"],
    "too far": ["bake", "--frames", "3-9"],
    "empty": ["status"],
    "bake": ["bake", "--frames", "3"],
    "status": ["status", "--json"],
    "again": ["bake", path, "--frames", "1-3", "--scene", "Shot"],
}.items():
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        status = shot.part("command").execute(arguments)
    said[name] = {"status": status, "out": out.getvalue(), "errors": errors.getvalue()}

# A part of a farm's render goes on from the frame that is baked.
scene = bpy.context.scene
scene.frame_start = 4
shot.render(scene, "part")
scene.frame_start = 1
for name, arguments in {"clear": ["clear"], "cleared": ["status", "--json"]}.items():
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = shot.part("command").execute(arguments)
    said[name] = {"status": status, "out": out.getvalue(), "errors": ""}
said["json"] = [json.loads(said[name]["out"].splitlines()[-1]) for name in ("status", "cleared")]
shot.say(**said)
shot.leave()
