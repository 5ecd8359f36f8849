"""Gets what is wired into a node as pixels, by letting Blender render it in a hidden scene.

The hidden scene is a linked copy of the user's, with a compositor that ends in a File Output node at what is wired in:
whatever Blender can composite can be captured, at its own size and bit for bit. Its 3D objects come along only where
the upstream has Render Layers.
"""

import shutil
import tempfile
from pathlib import Path

import bpy
import numpy as np

from . import exr, graph, host, picture
from .errors import CancelledError, PaintError


class Capture:
    """The upstream of one node. `free` it in the end.

    folder: a folder, best in memory, for the files that Blender writes and this reads.
    """

    def __init__(self, scene: bpy.types.Scene, node: bpy.types.Node, folder: Path) -> None:
        self._name = node.name
        self._folder = Path(tempfile.mkdtemp(dir=folder))
        above = graph.upstream([graph.source_of(node).node])
        layers = graph.render_layers(above)
        # The copied tree's nodes must show the very pictures of the originals, so they share the inner trees.
        with picture.shared():
            self._scene = host.copy_scene(scene, "capture", with_objects=bool(layers))
            self._tree = host.copy_tree(scene, self._scene)
        _isolate(self._tree, {parent.name for parent in above})
        for layer in graph.render_layers(self._tree.nodes):
            if layer.scene == scene:
                layer.scene = self._scene
        self._socket = graph.source_of(self._tree.nodes[node.name])
        self._end = host.add_file_output(self._tree, self._socket, self._folder)

        settings = self._scene.render
        host.as_cheapest(settings.image_settings)
        settings.filepath = str(self._folder / "unused")
        settings.use_file_extension = True
        settings.use_overwrite, settings.use_placeholder = True, False
        settings.use_multiview = False
        settings.use_sequencer = False
        if not host.writes_moved(above):
            self._at_render_size()

    def take(self, frame: int) -> np.ndarray:
        """The upstream at a frame: float32 (H, W, 4), RGBA, scene-linear, premultiplied, bottom row first."""
        rgba = self._render(frame)
        if rgba is None and not self._end.mute:
            # A single colour has no size, and the File Output node writes nothing: take what fills the frame.
            self._at_render_size()
            rgba = self._render(frame)
        if rgba is None:
            raise PaintError("Blender did not render what is wired into the node", f"{self._name}, frame {frame}")
        return rgba

    def _render(self, frame: int) -> np.ndarray | None:
        # A still render would take its frame from the window's scene, not from this one (4.5 to 5.2).
        self._scene.frame_start = self._scene.frame_end = frame
        self._scene.frame_step = 1
        try:
            if bpy.ops.render.render(animation=True, scene=self._scene.name) == {"CANCELLED"}:
                raise CancelledError
            files = sorted(self._folder.rglob("*.exr"))
            return exr.read(files[0]) if files else None
        except (RuntimeError, ValueError, OSError) as error:
            what = str(error).removeprefix("Error: ").strip().rstrip(".")
            raise PaintError(
                "what is wired into the node cannot be rendered", f"{self._name}, frame {frame}", what
            ) from error
        finally:
            for path in self._folder.rglob("*.*"):
                path.unlink()

    def _at_render_size(self) -> None:
        """Capture the composited frame, at the size of the render, instead of the node's own input."""
        self._end.mute = True
        host.end_at(self._tree, self._socket)
        host.as_float_exr(self._scene.render.image_settings)

    def free(self) -> None:
        """Remove all that was made."""
        host.drop_tree(self._scene)
        host.free_scene(self._scene)
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
