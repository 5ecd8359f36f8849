"""Gets the pictures that strips hand to their modifiers, by letting Blender show each strip alone in a hidden scene.

The hidden scene is a linked copy of the user's, with all its strips: whatever Blender does to find a strip's picture
at a frame (cuts, offsets, speed, reversal, colours, effects, earlier modifiers), it does here too. What it does after
the modifier (crop, transform, flip, opacity, later modifiers) is put out of action, and the render has the size of
the picture, so that it is had bit for bit.
"""

import shutil
import tempfile
from pathlib import Path

import bpy
import numpy as np

from . import exr, graph, hidden, host, picture, strips, window_thread
from .capture import Captured
from .errors import CancelledError, PaintError
from .strips import Place

#: What comes after the modifiers, by its path below the strip, and the value that does nothing.
_AFTER = {
    "mute": False,
    "blend_type": "REPLACE",
    "blend_alpha": 1.0,
    "use_flip_x": False,
    "use_flip_y": False,
    "transform.scale_x": 1.0,
    "transform.scale_y": 1.0,
    "transform.offset_x": 0.0,
    "transform.offset_y": 0.0,
    "transform.rotation": 0.0,
    "crop.min_x": 0,
    "crop.max_x": 0,
    "crop.min_y": 0,
    "crop.max_y": 0,
}

#: What a meta strip does besides to the strips in it.
_AROUND = {**_AFTER, "color_multiply": 1.0, "color_saturation": 1.0, "multiply_alpha": False, "strobe": 1.0}


class StripCapture:
    """What is wired into one node in a strip. `free` it in the end.

    place:  the node; its strip must be there.
    folder: a folder, best in memory, for the files that Blender writes and this reads.
    name:   of the node's input.

    A hidden scene of its own, and nothing changed in it from frame to frame: Blender keeps the sources of strips, and
    forgets them at any change. With them and without, it rounds the frame of a slowed-down strip differently (5.2), and
    what is painted shall be the very frame that the strip shows.

    All of it is done in the window's thread: these renders are short, and beside what the sequencer draws Blender
    crashes (5.2).
    """

    def __init__(self, scene: bpy.types.Scene, place: Place, folder: Path, name: str = "Image") -> None:
        self._original = scene
        self._place = place
        self._input = name
        self._parent = folder
        self._scene: bpy.types.Scene | None = None
        has_mask = name == "Image" and graph.source_of(place.node_of(scene), "Mask") is not None
        self._mask = StripCapture(scene, place, folder, "Mask") if has_mask else None
        #: The picture that was taken last.
        self.last: np.ndarray | None = None
        #: Whether the last two pictures are the same, as where a strip is slowed down or stands still.
        self.repeats = False

    @window_thread.only
    def take(self, frame: int) -> Captured:
        """What the strip hands on at a frame; with a mask at most: strips hand their modifiers no passes."""
        if self._scene is None:
            self._set_up(frame)
        taken = self._render(frame)
        self.repeats = self.last is not None and np.array_equal(self.last, taken)
        self.last = taken
        if not self._mask:
            return Captured(taken, {})
        mask = self._mask.take(frame).picture[..., 0]
        self.repeats = self.repeats and self._mask.repeats
        return Captured(taken, {"mask": mask})

    @window_thread.only
    def goes_on_from(self, other: "StripCapture", frame: int) -> bool:
        """Whether the strip, which begins at `frame`, goes on where another, which has just ended, has left.

        So it does where it would have shown the other's last picture one frame earlier, had it begun then; and where
        it begins with the very picture, as two halves of a freeze frame do.
        """
        if other.last is None or self.last is None or other.last.shape != self.last.shape:
            return False
        if np.array_equal(other.last, self.last):
            return True
        strip = self._place.strip_of(self._original)
        if strips.inputs_of(strip) or strip.type in ("META", "ADJUSTMENT"):
            return False  # these are as long as what they are made of
        # In another copy: of a retimed strip, what is moved there and back shows other frames than before (5.2).
        longer = StripCapture(self._original, self._place, self._parent)
        try:
            return np.array_equal(longer._take_before(frame - 1), other.last)
        finally:
            longer.free()

    def _take_before(self, frame: int) -> np.ndarray:
        self._set_up(frame + 1)
        host.begin_at(self._place.strip_of(self._scene), frame)
        return self._render(frame)

    def _set_up(self, frame: int) -> None:
        """Make the hidden scene; frame: one at which the strip is seen."""
        self._folder = Path(tempfile.mkdtemp(dir=self._parent))
        self._scene = hidden.copy(self._original, "strip", with_objects=False)
        settings = self._scene.render
        host.as_float_exr(settings.image_settings)
        settings.filepath = f"{self._folder}/"
        settings.use_file_extension = True
        settings.use_overwrite, settings.use_placeholder = True, False
        settings.use_multiview = False
        settings.use_border = False
        settings.use_sequencer = True
        editor = self._scene.sequence_editor
        editor.use_prefetch = editor.use_cache_final = False
        strip = self._place.strip_of(self._scene)
        self._show_alone(strip)
        self._tree: bpy.types.NodeTree | None = _sizing_tree()
        self._end_at(strip, self._tree)
        size = self._render(frame)
        hidden.free(self._tree)
        self._tree = self._end_at_node(strip)
        # The strip's picture has a size that no property tells for all kinds of strips.
        middle = size[size.shape[0] // 2, size.shape[1] // 2]
        settings.resolution_x, settings.resolution_y = (max(4, round(float(side))) for side in middle[:2])
        settings.resolution_percentage = 100

    def _show_alone(self, strip: bpy.types.Strip) -> None:
        """Show nothing but that strip, and it as it comes out of its modifiers."""
        chain = [strip]
        while (meta := chain[-1].parent_meta()) is not None:
            chain.append(meta)
        level = chain[1].strips if len(chain) > 1 else self._scene.sequence_editor.strips
        beneath = {each.name for each in level if each.channel < strip.channel and strip.type == "ADJUSTMENT"}
        for each in self._scene.sequence_editor.strips_all:
            each.mute = each.mute or each.name not in beneath
        idle: list[str] = []
        for around, each in enumerate(chain):
            values = _AROUND if around else _AFTER
            _put(each, values)
            idle += [f"{each.path_from_id()}.{path}" for path in values]
            for modifier in each.modifiers if around else ():
                modifier.mute = True
        curves = host.own_curves(self._scene)
        self._action = self._scene.animation_data.action if curves else None
        for curve in curves:
            curve.mute = curve.mute or curve.data_path in idle

    def _end_at(self, strip: bpy.types.Strip, tree: bpy.types.NodeTree | None) -> None:
        """Put a group into the node's modifier, or none, and let no later one do anything."""
        names = strip.modifiers.keys()
        for modifier in strip.modifiers[names.index(self._place.modifier) :]:
            modifier.mute = True
        own = strip.modifiers[self._place.modifier]
        if tree is not None:
            own.node_group, own.mute = tree, False

    def _end_at_node(self, strip: bpy.types.Strip) -> bpy.types.NodeTree | None:
        """Let the strip give what is wired into the node."""
        original = self._place.modifier_of(self._original).node_group
        source = graph.source_of(original.nodes[self._place.node], self._input)
        if source.node.type == "GROUP_INPUT" and self._input == "Image":
            self._end_at(strip, None)  # the modifier need not composite anything
            return None
        with picture.shared():  # of an earlier node, the copy shows the picture that was painted
            tree = original.copy()
        tree.name = f"{hidden.PREFIX}{original.name}"
        host.end_at(tree, graph.source_of(tree.nodes[self._place.node], self._input))
        self._end_at(strip, tree)
        return tree

    def _render(self, frame: int) -> np.ndarray:
        # A still render would take its frame from the window's scene, not from this one.
        self._scene.frame_start = self._scene.frame_end = frame
        self._scene.frame_step = 1
        where = f"{self._place.strip}, frame {frame}"
        try:
            if bpy.ops.render.render(animation=True, scene=self._scene.name) == {"CANCELLED"}:
                raise CancelledError
            files = sorted(self._folder.glob("*.exr"))
            if not files:
                raise PaintError("Blender did not render the strip", where)
            return exr.read(files[0])
        except (RuntimeError, ValueError, OSError) as error:
            what = str(error).removeprefix("Error: ").strip().rstrip(".")
            raise PaintError("the strip cannot be rendered", where, what) from error
        finally:
            for path in self._folder.glob("*.*"):
                path.unlink()

    @window_thread.only
    def free(self) -> None:
        """Remove all that was made; the last picture stays."""
        if self._mask:
            self._mask.free()
        if self._scene is None:
            return
        hidden.free(self._scene, self._action, self._tree)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._scene = None


def _put(strip: bpy.types.Strip, values: dict) -> None:
    for path, value in values.items():
        *parents, name = path.split(".")
        owner = strip
        for parent in parents:
            owner = getattr(owner, parent, None)
        if owner is not None and hasattr(owner, name):
            setattr(owner, name, value)


def _sizing_tree() -> bpy.types.NodeTree:
    """A modifier's group that fills its picture with the picture's width and height as red and green."""
    tree = bpy.data.node_groups.new(f"{hidden.PREFIX}size", "CompositorNodeTree")
    tree.interface.new_socket(name="Image", in_out="INPUT", socket_type="NodeSocketColor")
    tree.interface.new_socket(name="Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    given, end = tree.nodes.new("NodeGroupInput").outputs[0], tree.nodes.new("NodeGroupOutput").inputs[0]
    info, over = tree.nodes.new("CompositorNodeImageInfo"), tree.nodes.new("CompositorNodeAlphaOver")
    split, colour = tree.nodes.new("ShaderNodeSeparateXYZ"), tree.nodes.new("CompositorNodeCombineColor")
    back, front = [socket for socket in over.inputs if socket.type == "RGBA"]
    for source, target in (
        (given, info.inputs[0]),
        (info.outputs["Dimensions"], split.inputs[0]),
        (split.outputs[0], colour.inputs[0]),
        (split.outputs[1], colour.inputs[1]),
        (given, back),
        (colour.outputs[0], front),
        (over.outputs[0], end),
    ):
        tree.links.new(source, target)
    return tree
