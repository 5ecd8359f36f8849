"""The ready-made groups, for test_ready.py: `ready.py FOLDER FIRST_IMAGE`."""

import sys
from pathlib import Path

import bpy
import shot

_, folder, first_image = sys.argv
scene = shot.new(96, 64, last=30)


def lists() -> dict[str, list[str]]:
    return {kind: sorted(getattr(bpy.data, kind).keys()) for kind in ("images", "node_groups", "actions")}


before = lists()
library = shot.part("assets").write(Path(folder, "library"))
after = lists()
with bpy.data.libraries.load(str(library), assets_only=True) as (there, here):
    names = list(there.node_groups)
    here.node_groups = list(names)
groups = {group.name: group for group in here.node_groups}
weights = {}
for name, group in groups.items():
    node = next(node for node in group.nodes if node.bl_idname == "CompositorNodeNeuralStyle")
    node.method, node.working_width = "johnson", 0
    weights[name] = []
    if shot.IS_5:
        values = shot.part("strip_job").StripValues(scene, group)
        for frame in (1, 13, 25, 30):
            values.go(frame)
            weights[name].append(values.read(node.name).style_weight)
        values.free()

if shot.IS_5:  # as modifiers of strips
    scene.render.fps = 24
    scene.sequence_editor_create()
    strip = scene.sequence_editor.strips.new_image("Still", first_image, 1, 1)
    strip.right_handle = 31
    modifier = strip.modifiers.new("Ready", "COMPOSITOR")
    scene.frame_start = scene.frame_end = 13
    for number, name in enumerate(sorted(groups)):
        modifier.node_group = groups[name]
        shot.render(scene, f"strip{number}")
    modifier.mute = True
    shot.render(scene, "plain")

shot.say(
    before=before,
    after=after,
    names=sorted(names),
    weights=weights,
    assets=[group.asset_data is not None or group.library is None for group in groups.values()],
    catalogue=Path(folder, "library", "blender_assets.cats.txt").read_text(),
)
shot.leave()
