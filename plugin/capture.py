"""Gets what is wired into a node as pixels, by letting Blender render it in a hidden scene.

The hidden scene is a linked copy of the user's, with a compositor that ends in a File Output node at what is wired in:
whatever Blender can composite can be captured, at its own size and bit for bit. Its 3D objects come along only where
the upstream has Render Layers.
"""

import contextlib
import math
import shutil
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import bpy
import numpy as np

from . import exr, graph, groups, hidden, host, picture, pixels, sockets, window_thread
from .errors import CancelledError, PaintError

#: The shorter side of a render that nobody sees, in pixels.
_SMALL = 16


@dataclass(frozen=True)
class Captured:
    """What is wired into a node at a frame.

    picture: float32 (H, W, 4), RGBA, scene-linear, premultiplied, bottom row first.
    planes:  what came with it, as Blender has it, by the name that it has at the door: mask and depth (H, W), vectors
             (H, W, 4); perhaps of another size.
    """

    picture: np.ndarray
    planes: dict[str, np.ndarray]

    @cached_property
    def rgb(self) -> np.ndarray:
        """The picture as the door wants it."""
        return pixels.to_door(self.picture)

    @cached_property
    def beside(self) -> dict[str, np.ndarray]:
        """What came with it, as the door wants it."""
        found = {name: pixels.plane_to_door(self.planes[name]) for name in ("mask", "depth") if name in self.planes}
        if "vectors" in self.planes:
            found["vectors"] = pixels.vectors_to_door(self.planes["vectors"], self.picture.shape[:2])
        return found


class Capture:
    """The upstream of one node. `free` it in the end. Raises `PaintError` where a pass that is wired in is off.

    folder: a folder, best in memory, for the files that Blender writes and this reads.
    name:   of the node, as of `graph.find`, where it is in a group.
    """

    @window_thread.only
    def __init__(self, scene: bpy.types.Scene, node: bpy.types.Node, folder: Path, name: str = "") -> None:
        sockets.check(node)
        self._name = name or node.name
        self._folder = Path(tempfile.mkdtemp(dir=folder))
        #: A frame that was taken before it was asked for.
        self._ahead: tuple[int, Captured] | None = None
        wired = {plane: each for plane, each in sockets.INPUTS.items() if graph.source_of(node, each)}
        if "vectors" not in wired or scene.frame_step != 1:  # they lead one frame back, and the painter goes farther
            wired.pop("vectors", None)
            wired.pop("depth", None)  # by itself it tells nothing
        inputs = ["Image", *wired.values()]
        group, _ = graph.holder(host.tree_of(scene), self._name)
        above = graph.upstream([group] if group else [graph.source_of(node, each).node for each in inputs])
        layers = graph.render_layers(above)
        #: Whether what is wired in depends on the frame alone, and not on what another node has painted.
        self._stands_alone = not set(graph.places(above)) - {self._name}
        # The copied tree's nodes must show the very pictures of the originals, so they share the inner trees.
        with picture.shared():
            self._scene = hidden.copy(scene, "capture", with_objects=bool(layers))
            self._tree = host.copy_tree(scene, self._scene, f"{hidden.PREFIX}capture")
        _isolate(self._tree, {parent.name for parent in above})
        for layer in graph.render_layers(self._tree.nodes):
            if layer.scene == scene:
                layer.scene = self._scene
        #: Copies of the groups that the node is in.
        self._groups: list[bpy.types.NodeTree] = []
        sources = groups.expose(self._tree, self._name, inputs, self._groups)
        self._socket = sources["Image"]
        self._end = host.add_file_output(self._tree, self._socket, self._folder)
        self._laid_over: list[bpy.types.Node] = []
        for plane, each in wired.items():
            self._add_plane(plane, sources[each])

        settings = self._scene.render
        self._percentage = settings.resolution_percentage
        host.as_cheapest(settings.image_settings)
        settings.filepath = str(self._folder / "unused")
        settings.use_file_extension = True
        settings.use_overwrite, settings.use_placeholder = True, False
        settings.use_multiview = False
        settings.use_sequencer = False
        nodes = [*above, *(node for copy in self._groups for node in copy.nodes)]
        if not host.writes_moved(nodes):
            self._at_render_size()
        elif all(node.type in host.OF_OWN_SIZE for node in nodes):
            # What Blender renders besides is thrown away: it had better be small.
            least = min(settings.resolution_x, settings.resolution_y)
            settings.resolution_percentage = min(settings.resolution_percentage, math.ceil(100 * _SMALL / least))

    def _add_plane(self, plane: str, socket: bpy.types.NodeSocket) -> None:
        """Have what comes out of a socket written too."""
        if plane != "vectors":  # they have four numbers, and no transformation in 2D makes sense of them
            self._laid_over.append(host.add_alpha(self._tree, self._socket, socket))
            socket = self._laid_over[-1].outputs[0]
        host.add_file_output(self._tree, socket, self._folder, plane)

    def take(self, frame: int) -> Captured:
        """The upstream at a frame."""
        ahead, self._ahead = self._ahead, None
        found = ahead[1] if ahead and ahead[0] == frame else self._render(frame)
        if found is None and not self._end.mute:
            # A single colour has no size, and the File Output node writes nothing: take what fills the frame.
            self._at_render_size()
            found = self._render(frame)
        if found is None:
            raise PaintError("Blender did not render what is wired into the node", f"{self._name}, frame {frame}")
        return found

    def take_ahead(self, frame: int) -> Captured | None:
        """Have the frame that is asked for next at hand, if it can be had: what is wrong with it, `take` tells."""
        if self._stands_alone and not (self._ahead and self._ahead[0] == frame):
            with contextlib.suppress(PaintError):
                found = self._render(frame)
                self._ahead = (frame, found) if found else None
        return self._ahead[1] if self._ahead else None

    def _render(self, frame: int) -> Captured | None:
        # A still render would take its frame from the window's scene, not from this one (4.5 to 5.2).
        self._scene.frame_start = self._scene.frame_end = frame
        self._scene.frame_step = 1
        try:
            if bpy.ops.render.render(animation=True, scene=self._scene.name) == {"CANCELLED"}:
                raise CancelledError
            found = {path.stem.rstrip("0123456789"): exr.read(path) for path in self._folder.rglob("*.exr")}
            planes = {
                plane: array if plane == "vectors" else array[..., 3]
                for plane, array in found.items()
                if plane in sockets.INPUTS
            }
            rgba = found.get("picture", found.get("unused"))
            return None if rgba is None else Captured(rgba, planes)
        except (RuntimeError, ValueError, OSError) as error:
            what = str(error).removeprefix("Error: ").strip().rstrip(".")
            raise PaintError(
                "what is wired into the node cannot be rendered", f"{self._name}, frame {frame}", what
            ) from error
        finally:
            for path in self._folder.rglob("*.*"):
                path.unlink()

    @window_thread.only
    def _at_render_size(self) -> None:
        """Capture the composited frame, at the size of the render, instead of the node's own input."""
        self._end.mute = True
        self._scene.render.resolution_percentage = self._percentage
        host.end_at(self._tree, self._socket)
        if self._laid_over:
            whole = self._tree.nodes.new("CompositorNodeBoxMask")  # whatever else it is, it is as large as the render
            for node in self._laid_over:
                self._tree.links.new(whole.outputs[0], node.inputs["Image"])
        host.as_float_exr(self._scene.render.image_settings)

    @window_thread.only
    def free(self) -> None:
        """Remove all that was made."""
        hidden.free(self._scene, host.own_tree(self._scene), *self._groups)
        shutil.rmtree(self._folder, ignore_errors=True)


def _isolate(tree: bpy.types.NodeTree, names: set[str]) -> None:
    """Let nothing be rendered or written but what the nodes of these names need.

    No node is removed: Blender then removes its F-curves too, and the copied tree's action is the user's own.
    """
    for node in tree.nodes:
        if node.type in host.ENDS:
            for link in [link for socket in node.inputs for link in socket.links]:
                tree.links.remove(link)
        if node.type in host.WRITERS or (node.type == "R_LAYERS" and node.name not in names):
            node.mute = True  # Render Layers cost a render even where nothing needs them
