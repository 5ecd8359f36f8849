"""Strips with Neural Style, for test_sequencer.py: `sequencer.py FOLDER refused|scenes|strips|runs FOOTAGE`.

refused: a strip whose speed an effect changes.
scenes: three strips of one scene with a compositor, in 4.5 made by *Add Neural Style* of a strip.
strips: six strips, cut, moved, retimed, reversed and mixed, as they are and painted.
runs:   every folder of pictures in FOOTAGE, painted in a compositor.
"""

import sys
from pathlib import Path

import bpy
import numpy as np
import shot

PAINT = {"method": "blend", "working_width": 0}
_, _, what, footage = sys.argv
files = sorted(Path(footage).glob("*.png"))


def strip(scene, name: str, channel: int, start: int, frames: slice = slice(None)) -> bpy.types.Strip:
    """An image strip of these frames of the footage."""
    chosen = files[frames]
    made = scene.sequence_editor.strips.new_image(name, str(chosen[0]), channel, start)
    for path in chosen[1:]:
        made.elements.append(path.name)
    return made


def paint(scene: bpy.types.Scene, strip: bpy.types.Strip) -> None:
    """*Add Neural Style* to a strip."""
    for each in scene.sequence_editor.strips:
        each.select = each == strip
    scene.sequence_editor.active_strip = strip
    assert bpy.ops.sequencer.neural_style_add() == {"FINISHED"}
    node = shot.part("sequencer").node_of(scene.sequence_editor.active_strip)
    for name, value in PAINT.items():
        setattr(node, name, value)


def strips() -> None:
    scene = shot.new(96, 64, last=26)
    # Blender renders the strips alone, but keeps what the scene has in 3D at hand: with that, it bears less.
    scene.collection.objects.link(bpy.data.objects.new("Cube", bpy.data.meshes.new("Cube")))
    scene.sequence_editor_create()
    # Retimed: first to half its speed, then to more than twice, and cut there. Blender's own call for it takes the
    # scene's first strip, whichever is asked (5.2), so it must be that one.
    slow = strip(scene, "Slow", 1, 12)
    paint(scene, slow)
    tree = slow.modifiers[0].node_group
    keys = slow.retiming_keys
    for frame in (12, 16, 30):  # the first makes the keys at both ends
        keys.add(timeline_frame=frame)
    keys[1].timeline_frame = 20
    keys[2].timeline_frame = 26
    fast = slow.split(20, "SOFT")
    fast.name, fast.channel = "Fast", 2
    fast.content_start -= 4
    slow.right_handle = 18
    fast.right_handle = 22
    first = strip(scene, "Cut", 1, 1)
    first.modifiers.new("Neural Style", "COMPOSITOR").node_group = tree
    # Cut with the blade and left where it is: the painting goes on.
    second = first.split(5, "SOFT")
    # Another piece of the same footage: a cut.
    third = second.split(8, "SOFT")
    third.content_start -= 12
    third.left_handle, third.right_handle = 8, 12
    # Two strips at once, with one group: each has its picture.
    scene.sequence_editor.strips.new_effect("Mix", "CROSS", 3, 16, length=2, input1=slow, input2=fast)
    # Reversed, flipped and moved, on top of nothing.
    back = strip(scene, "Back", 1, 22)
    back.use_reverse_frames = back.use_flip_x = True
    for frame, x in ((22, 8), (23, 12)):
        back.transform.offset_x = x
        back.transform.keyframe_insert("offset_x", frame=frame)
    back.modifiers.new("Neural Style", "COMPOSITOR").node_group = tree

    def mute(is_muted: bool) -> None:
        for each in scene.sequence_editor.strips:
            for modifier in each.modifiers:
                modifier.mute = is_muted

    before = lists()
    mute(True)
    shot.render(scene, "plain")
    mute(False)
    path = str(Path(sys.argv[1], "meanwhile.blend"))
    lent: set[str] = set()

    def save(*_) -> None:
        if scene.frame_current == 17:
            lent.update({each.modifiers[0].node_group.name for each in (slow, fast)})
            bpy.ops.wm.save_as_mainfile(filepath=path, copy=True)

    bpy.app.handlers.render_post.append(save)
    shot.render(scene, "painted")
    bpy.app.handlers.render_post.remove(save)
    # Another style on the very frame: nothing is shown that Blender kept.
    scene.frame_set(1)
    node = next(node for node in tree.nodes if node.bl_idname == "CompositorNodeNeuralStyle")
    first_style, node.style = node.style, "embers"
    shot.render(scene, "embers", animation=False)
    node.style = first_style
    # Keyframes are at the frames of the timeline.
    scene.frame_end = 3
    shot.keys(node, "style_weight", {1: 0.0, 3: 1.0})
    shot.render(scene, "keyed")
    mask = bpy.data.images.new("Mask", 96, 64, float_buffer=True, is_data=True)
    mask.pixels.foreach_set(np.repeat(np.arange(96) >= 48, 4).astype(np.float32).tolist() * 64)
    mask.pack()
    picture = tree.nodes.new("CompositorNodeImage")
    picture.image = mask
    tree.links.new(picture.outputs["Image"], node.inputs["Mask"])
    shot.render(scene, "masked")
    tree.nodes.remove(picture)
    bpy.data.images.remove(mask)
    said = {
        "before": before,
        "after": lists(),
        "lent": sorted(lent),
        "groups": sorted(
            {each.modifiers[0].node_group.name for each in scene.sequence_editor.strips if each.modifiers}
        ),
        "prefetch": scene.sequence_editor.use_prefetch,
        "spans": {each.name: [each.left_handle, each.right_handle] for each in scene.sequence_editor.strips},
        "shown": shot.part("picture").is_shown(node),
    }
    # A file that is saved while it renders opens as if it had not been.
    bpy.ops.wm.open_mainfile(filepath=path)
    strips = bpy.context.scene.sequence_editor.strips
    said["opened"] = {
        "groups": sorted({each.modifiers[0].node_group.name for each in strips if each.modifiers}),
        "prefetch": bpy.context.scene.sequence_editor.use_prefetch,
        "scenes": len(bpy.data.scenes),
    }
    shot.say(**said)


def refused() -> None:
    scene = shot.new(96, 64, last=2)
    scene.sequence_editor_create()
    still = strip(scene, "Still", 1, 1)
    paint(scene, still)
    scene.sequence_editor.strips.new_effect("Speed", "SPEED", 2, 1, length=10, input1=still)
    shot.render(scene, "refused")
    shot.leave(int(shot.part("stop").failure is not None))


def scenes() -> None:
    scene = shot.new(96, 64, last=17)
    scene.sequence_editor_create()
    if shot.IS_5:
        inner = bpy.data.scenes.new("Inner")
        inner.render.resolution_x, inner.render.resolution_y = 96, 64
        inner.render.compositor_device, inner.view_settings.view_transform = "CPU", "Standard"
        inner.frame_end = len(files)
        inner.compositing_node_group = bpy.data.node_groups.new("Inner", "CompositorNodeTree")
        inner.compositing_node_group.interface.new_socket(name="Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        shot.show(inner, shot.style(inner, shot.images(inner, str(files[0])), **PAINT).outputs["Image"])
        slow = scene.sequence_editor.strips.new_scene("Slow", inner, 1, 12)
    else:
        original = strip(scene, "Original", 1, 12)
        paint(scene, original)
        slow = scene.sequence_editor.active_strip
        inner = slow.scene
        scene.sequence_editor.strips.remove(original)
    node = next(node for node in shot.tree(inner).nodes if node.bl_idname == "CompositorNodeNeuralStyle")
    slow.frame_final_end = 18
    end = {"length": 6} if shot.IS_5 else {"frame_end": 18}
    speed = scene.sequence_editor.strips.new_effect("Speed", "SPEED", 2, 12, input1=slow, **end)
    speed.speed_control, speed.speed_factor = "MULTIPLY", 0.5
    first = scene.sequence_editor.strips.new_scene("Cut", inner, 1, 1)
    second = first.split(5, "SOFT")
    third = second.split(8, "SOFT")
    third.frame_start -= 12
    third.frame_final_start, third.frame_final_end = 8, 12
    node.mute = True
    shot.render(scene, "plain")
    node.mute = False
    before = lists()
    shot.render(scene, "painted")
    shot.say(
        before=before,
        after=lists(),
        shown=shot.part("picture").is_shown(node),
        spans={each.name: [each.frame_final_start, each.frame_final_end] for each in scene.sequence_editor.strips},
    )


def lists() -> dict[str, list[str]]:
    """The names of all that a render could leave behind; its result is Blender's own."""
    kinds = ("scenes", "images", "node_groups", "collections")
    return {kind: sorted(set(getattr(bpy.data, kind).keys()) - {"Render Result"}) for kind in kinds}


def runs() -> None:
    scene = shot.new(96, 64)
    for folder in sorted(Path(footage).iterdir()):
        pictures = sorted(folder.glob("*.png"))
        scene.frame_end = len(pictures)
        shot.tree(scene).nodes.clear()
        node = shot.style(scene, shot.images(scene, str(pictures[0])), **PAINT)
        node.style = "embers" if folder.name == "embers" else node.style
        shot.show(scene, node.outputs["Image"])
        shot.render(scene, folder.name)


{"refused": refused, "scenes": scenes, "strips": strips, "runs": runs}[what]()
shot.leave()
