"""Strips in a real window, with pictures: adds the node to them, renders, stops, scrubs and renders again.

    blender --factory-startup --python tests/window/strips_walk.py -- OUT CLIP

CLIP: a video of 24 frames or more. The extension must be installed, and find its engine. OUT gets the pictures (with
ImageMagick's `import`), and `walk.json`: what was measured and held true. Exit status 0 where all of it does.

Blender draws the strips all the while, and renders them ahead: a render that changes what is drawn has crashed it, or
never begun. So it renders again and again, each time just after the playhead has moved.
"""

import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parent))

import window
from window import CLIP, MODULE, OUT, check, digest, files, part

#: How often it renders.
ROUNDS = 4

FRAMES = 8


def build(scene):
    """An edit of two strips: the second is the rest of the first's footage, moved, above its end."""
    scene.frame_start, scene.frame_end = 1, FRAMES
    scene.view_settings.view_transform = "Standard"
    scene.render.resolution_percentage = 100
    part("host").as_float_exr(scene.render.image_settings)
    editor = scene.sequence_editor_create()
    strip = editor.strips.new_movie("Clip", str(CLIP), 1, 1)
    element = strip.elements[0]
    scene.render.resolution_x, scene.render.resolution_y = element.orig_width, element.orig_height
    rest = strip.split(frame=FRAMES, split_method="SOFT")
    rest.channel, rest.left_handle = 2, 5
    return [strip, rest]


def walk():
    """All of it."""
    bpy.ops.preferences.addon_enable(module=MODULE)
    prefetch = part("prefetch")
    bpy.context.window_manager.neural_style_previews = False
    scene = bpy.context.scene
    window.dismiss()
    space = window.area("VIEW_3D")
    space.ui_type = "SEQUENCE_EDITOR"
    if hasattr(bpy.context.workspace, "sequencer_scene"):
        bpy.context.workspace.sequencer_scene = scene
    strips = build(scene)
    scene.sequence_editor.use_prefetch = True
    space.spaces.active.view_type = "SEQUENCER_PREVIEW"
    space.spaces.active.show_region_ui = True
    for strip in strips:
        strip.select = True
    scene.sequence_editor.active_strip = strips[0]
    yield 2  # time to prefetch
    with bpy.context.temp_override(**window.editor("SEQUENCE_EDITOR")):
        bpy.ops.sequencer.neural_style_add()
    check("prefetching is off once a strip is painted", not scene.sequence_editor.use_prefetch)
    node = part("sequencer").node_of(strips[0])
    node.method, node.working_width, node.style = "johnson", 0, "woodblock-wave"
    scene.sequence_editor.use_prefetch = True
    sidebar = next(region for region in space.regions if region.type == "UI")
    sidebar.active_panel_category = "Strip"
    yield 1
    check("and stays so", not scene.sequence_editor.use_prefetch and prefetch.is_kept_off(scene))
    window.picture("1-strips")
    bpy.ops.wm.save_as_mainfile(filepath=str(OUT / "strips.blend"))

    for number in range(ROUNDS):
        scene.frame_set(1 + 2 * number)
        yield from window.rendered(f"window{number}")
        check(f"render {number} is whole", len(files(f"window{number}")) == FRAMES)
    window.picture("2-rendered")
    yield from window.by_command_line(OUT / "strips.blend", "line")
    same = [digest(f"window{number}") == digest("line") for number in range(ROUNDS)]
    check("every render in the window is that of the command line", all(same) and len(files("line")) == FRAMES)

    yield from window.in_a_slow_frame(node)
    yield from window.escaped()
    node.method = "johnson"
    scene.frame_set(6)
    yield from window.rendered_still()
    check("F12 after a stop gives the animation's frame", digest("still") == digest("line")[5:6])
    check("nothing of the renders is left", not [each for each in bpy.data.scenes if each != scene])
    check("prefetching is still off", not scene.sequence_editor.use_prefetch)
    for strip in strips:
        strip.modifiers.clear()
    yield 1
    check("and comes back with the last painted strip gone", scene.sequence_editor.use_prefetch)
    window.picture("3-plain")


window.walk(walk())
