"""The node's settings at a frame, exactly: keyframes, drivers and all else that Blender can animate with.

In `render_pre` of frame N the node itself still holds the values of another frame (4.5 and 5.2), and a render of pure
footage never evaluates the scene. So a hidden scene that holds nothing but the compositor tree is set to frame N, and
its evaluated tree is read: Blender's own evaluation, without a copy of its rules in here, and without touching the
user's frame.
"""

from dataclasses import fields
from pathlib import Path

import bpy

from . import graph, hidden, host, picture, sockets, styles, window_thread
from .door.catalogue import METHODS_WITH_PAINTING
from .door.messages import Settings
from .errors import PaintError

_FIELDS = tuple(field.name for field in fields(Settings))


def _file(node: bpy.types.Node, name: str) -> str:
    """The path that a property of the node says, in full; empty where it says none."""
    given = getattr(node, name)
    if not given:
        return ""
    path = bpy.path.abspath(given, library=node.id_data.library)
    if not Path(path).is_file():
        label = node.bl_rna.properties[name].name
        raise PaintError(f"the file under {label} does not exist", path, "choose another, or clear the field")
    return str(Path(path).absolute())


class Values:
    """Reads the nodes of one scene's compositor at any frame. `free` it in the end."""

    @window_thread.only
    def __init__(self, scene: bpy.types.Scene) -> None:
        with picture.shared():  # 4.5 copies the tree with the scene
            self._scene = hidden.copy(scene, "values", with_objects=False)
        self._tree = host.tree_of(self._scene)

    @window_thread.only
    def go(self, frame: int) -> None:
        """Evaluate at a frame; `read` and `is_muted` speak of it until the next call."""
        self._scene.frame_set(frame)
        self._evaluated = self._tree.evaluated_get(self._scene.view_layers[0].depsgraph)

    @property
    def nodes(self) -> bpy.types.Nodes:
        """The compositor's nodes, as they are evaluated."""
        return self._evaluated.nodes

    def read(self, name: str) -> Settings:
        """The settings of the node of that name, as of `graph.find`.

        Raises `PaintError` where its style or a picture is not there.
        """
        node = graph.find(self._evaluated, name)
        values = {field: getattr(node, field) for field in _FIELDS}
        values["upscale"] = int(node.upscale)
        values["painting"] = _file(node, "painting") if node.method in METHODS_WITH_PAINTING else ""
        picture = _file(node, "picture")
        if not picture:
            styles.check(node, node.style)
        values["style"] = picture or node.style
        if node.second_style != styles.NONE:
            styles.check(node, node.second_style)
            values["style"] = styles.blended(values["style"], node.second_style, node.blend)
        values["style_weight"] *= sockets.mask_value(node)
        return Settings(**values)

    def is_muted(self, name: str) -> bool:
        """Whether the node of that name is muted."""
        return graph.find(self._evaluated, name).mute

    @window_thread.only
    def free(self) -> None:
        """Remove the hidden scene."""
        hidden.free(self._scene)
