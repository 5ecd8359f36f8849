"""Frames captured while the engine paints the one before, for test_foresight.py: `foresight.py FOLDER MOVIE`."""

import sys

import shot

scene = shot.new(128, 54, last=5)
source = shot.movie(scene, sys.argv[2])
plain = {"method": "johnson", "working_width": 0}
first = shot.style(scene, source, style="embers", **plain)
second = shot.style(scene, first.outputs["Image"], style="de-stijl", **plain)
render, job, capture, process = (shot.part(name) for name in ("render", "job", "capture", "engine_process"))
told, taken = [], capture.Capture._render
sent, send = [], process.EngineProcess.send


def _render(self, frame):
    told.append((self._name, frame, render._job.frame))
    return taken(self, frame)


def _send(self, message):
    sent.append((message.kind, message.pixels))
    send(self, message)


capture.Capture._render = _render
process.EngineProcess.send = _send
said = {}


def shown(name: str, node, **options) -> None:
    """Render, and keep which frames of which node were captured, and at which frame of the render."""
    told.clear()
    sent.clear()
    shot.show(scene, node.outputs["Image"])
    assert shot.render(scene, name, **options) == {"FINISHED"}
    said[name] = list(told)
    said[f"{name}_sent"] = list(sent)


said["names"] = first.name, second.name
shown("one", first)
shown("two", second)
job.Job.in_order = False
shown("one_waiting", first)
shown("two_waiting", second)
job.Job.in_order = True
scene.frame_step = 2
shown("one_stepping", first)
scene.frame_step = 1
scene.frame_set(3)
shown("one_still", first, animation=False)
shot.say(**said)
shot.leave()
