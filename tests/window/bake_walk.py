"""Bake from end to end in a real window, with pictures: adds the node, bakes, scrubs, changes a keyframe, renders.

    blender --factory-startup --python tests/window/bake_walk.py -- OUT CLIP

CLIP: a video of 24 frames or more. The extension must be installed, and find its engine. OUT gets the pictures (with
ImageMagick's `import`), and `walk.json`: what was measured and held true. Exit status 0 where all of it does.
"""

import sys
import time
from pathlib import Path

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

import window
from window import CLIP, MODULE, OUT, Beat, check, digest, editor, files, part, said, until

FRAMES = 24

#: A quick one: what is measured here does not depend on it.
METHOD = "blend"

beat = Beat()

#: Seconds that each call of the extension's own timer took.
own: list[float] = []


def picture(name: str) -> None:
    """A picture of the whole screen, which no measure is to count."""
    window.picture(name)
    beat.rest()


def shown(node) -> np.ndarray | None:
    """The picture that a node shows, (H, W, 4), bottom row first."""
    still = part("still")
    if not still.is_shown(node):
        return None
    image = node.node_tree.nodes[still.NODE].image
    pixels = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(pixels)
    return pixels.reshape(image.size[1], image.size[0], 4)


def build(scene):
    """The scene, and its compositor up to the node."""
    scene.frame_start, scene.frame_end = 1, FRAMES
    scene.render.resolution_percentage = 100
    scene.view_settings.view_transform = "Standard"
    clip = bpy.data.movieclips.load(str(CLIP))
    scene.render.resolution_x, scene.render.resolution_y = clip.size
    tree = bpy.data.node_groups.new("Compositor", "CompositorNodeTree")
    tree.interface.new_socket(name="Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    scene.compositing_node_group = tree
    source, end, viewer = (
        tree.nodes.new(kind) for kind in ("CompositorNodeMovieClip", "NodeGroupOutput", "CompositorNodeViewer")
    )
    source.clip = clip
    source.location, end.location, viewer.location = (-320, 180), (320, 180), (320, 40)
    part("host").as_float_exr(scene.render.image_settings)
    return tree, source, end, viewer


def settle(scene):
    """Wait until the window knows of the last change."""
    view = part("view")
    yield 1.0
    yield from until(lambda: view.of(scene) and view.of(scene).began > view._changed and not view._coming, 60)
    yield 0.5


def baking(seconds: float = 1800):
    """Wait until a bake has ended."""
    yield from until(lambda: part("bake_ui").running() is None, seconds)


def walk():
    """All of it."""
    bpy.ops.preferences.addon_enable(module=MODULE)
    view, status, ui = part("view"), part("status"), part("bake_ui")
    plain = ui._do_what_is_due

    def timed() -> None:
        start = time.perf_counter()
        plain()
        own.append(time.perf_counter() - start)

    ui._do_what_is_due = timed
    scene = bpy.context.scene
    bpy.context.window.workspace = bpy.data.workspaces["Compositing"]
    yield 2
    tree, source, end, viewer = build(scene)
    space = editor()["area"].spaces.active
    space.node_tree, space.show_backdrop = tree, True
    yield 1
    with bpy.context.temp_override(**editor()):
        bpy.ops.wm.call_menu(name=part("menu")._menu().__name__)
    yield 1
    picture("1-menu")
    window.dismiss()
    yield 1
    with bpy.context.temp_override(**editor()):
        bpy.ops.node.add_node(type="CompositorNodeNeuralStyle")
    node = tree.nodes["Neural Style"]
    node.location = (0, 260)
    tree.links.new(source.outputs["Image"], node.inputs["Image"])
    for target in (end, viewer):
        tree.links.new(node.outputs["Image"], target.inputs[0])
    node.style, node.method, node.working_width = "woodblock-wave", METHOD, 0
    for frame in (1, FRAMES):
        node.keyframe_insert("temporal", frame=frame)
    space.backdrop_zoom = 0.6
    bpy.ops.wm.save_as_mainfile(filepath=str(OUT / "walk.blend"))
    yield 1
    with bpy.context.temp_override(**editor()):
        bpy.ops.node.view_all()
    yield from settle(scene)
    yield from until(lambda: "preview, this" in status.of(node).text, 120)
    yield 2
    picture("2-preview")
    check("an unbaked frame shows a preview", "preview, this" in status.of(node).text)

    with Beat() as idle:
        yield 10
    said["interface, idle"] = idle.summary()
    check("a window that rests is left alone", said["interface, idle"]["over 100 ms"] == 0)
    with Beat() as drawn:  # by software here, it may take longer than all that is measured
        for _ in range(10):
            for area in bpy.context.window.screen.areas:
                area.tag_redraw()
            yield 0.5
    said["interface, drawn anew and nothing else"] = drawn.summary()
    own.clear()
    with beat:
        bpy.ops.neural_style.bake()
        yield from until(lambda: ui._bakery.about["done"] >= FRAMES // 2, 1200)
        picture("3-baking")
        start = time.monotonic()
        bpy.ops.neural_style.cancel_bake()
        yield from until(lambda: ui.running() is None, 30)
        said["seconds to cancel"] = round(time.monotonic() - start, 2)
        check("cancel returns within a second", said["seconds to cancel"] < 1)
        check("what is done is kept", ui._bakery.state == "cancelled" and view.of(scene).baked >= FRAMES // 2)
        bpy.ops.neural_style.bake()
        yield from baking()
    said["interface, baking"] = beat.summary()
    blocked = said["interface, baking"]["longest"] - said["interface, drawn anew and nothing else"]["longest"]
    check("but for drawing it, a bake blocks the interface for less than 100 ms", blocked < 100)
    said["the extension's timer while baking, ms at most"] = round(1000 * max(own), 1)
    check("it bakes", ui._bakery.state == "done")
    check("the rest is painted, and no more", 0 < ui._bakery.about["total"] <= FRAMES - FRAMES // 2)
    yield 1
    check("all frames are baked", view.of(scene).baked == FRAMES)
    took = []
    for frame in (5, 6, 7, 12, 20):
        start = time.monotonic()
        scene.frame_set(frame)
        took.append(time.monotonic() - start)
        check(f"frame {frame} shows at once", shown(node) is not None and status.of(node).text.endswith("baked"))
        yield 0.5
    said["seconds to show a baked frame"] = [round(seconds, 3) for seconds in took]
    yield 2
    picture("4-scrubbed")
    twenty = shown(node)

    node.temporal = 2.0
    node.keyframe_insert("temporal", frame=17)
    node.temporal = 1.0
    node.keyframe_insert("temporal", frame=16)
    yield from settle(scene)
    check("a keyframe un-bakes what depends on it", view.of(scene).baked == 16)
    picture("5-keyframe")
    bpy.ops.neural_style.bake()
    yield from baking()
    check("and only that is painted again", ui._bakery.about["total"] == FRAMES - 16)
    yield 1
    scene.frame_set(20)
    yield 1
    check("it looks different", np.abs(shown(node) - twenty).mean() > 1e-3)
    baked = [part("shelf").show(path, 1.0) for path in paths(scene, node)]

    bpy.ops.wm.save_mainfile()
    yield from window.rendered("window")
    scene.frame_set(20)
    yield from window.rendered_still()
    picture("6-rendered")
    yield from window.by_command_line(OUT / "walk.blend", "line")
    check("the window and the command line give the same files", digest("window") == digest("line"))
    check("all of them", len(files("window")) == FRAMES)
    check("F12 gives the animation's frame", digest("still") == digest("window")[19:20])
    yield from escape(scene, node)
    apart = max(np.abs(part("exr").read(file) - one).max() for file, one in zip(files("window"), baked, strict=True))
    said["a bake and a render, at most apart"] = round(float(apart), 5)
    check("a bake is the render, up to its half floats", apart < 2e-3)


def escape(scene, node):
    """Esc in the middle of a frame that takes minutes."""
    scene.frame_start, scene.frame_end = 1, 2
    yield from window.in_a_slow_frame(node)
    with Beat() as rendering:
        yield 3
    said["interface, rendering"] = rendering.summary()
    yield from window.escaped()


def paths(scene, node) -> list[Path]:
    """A bake's files, in order."""
    bake = part("view").of(scene).bake
    return [bake.shelf.frames[entry.file] for entry in bake.entries(node.name).values()]


window.walk(walk())
