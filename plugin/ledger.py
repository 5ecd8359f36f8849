"""The ledger of a shot: what every frame of every Neural Style node depends on, and whether it is baked.

A frame's name is a hash of its input, its settings and the name of the frame that it is held to; so a change to a
keyframe renames the frames that it changes and those that follow them, up to the next cut, and no others. Style Weight
is no part of it: it is mixed in last. It counts only in that frames of weight 0 are not painted (see `job.py`).
"""

import os
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import bpy

from . import graph, host, survey
from .door.messages import Settings
from .fingerprint import Fingerprint
from .shelf import Shelf
from .values import Values

#: Settings that are applied to a painted picture, each time that it is shown.
_FINISH = ("original_colours", "upscale")


class Facts(NamedTuple):
    """What one frame of a node depends on: names of its input, its look and its finish; its weight and width."""

    source: str
    look: str
    finish: str
    weight: float
    width: int


class Entry(NamedTuple):
    """A frame of a node, by name.

    painted:  whether it is painted: its weight is not 0, or the next one's is not.
    previous: the frame that it is held to, None where a shot starts.
    """

    frame: int
    name: str
    finish: str
    weight: float
    painted: bool
    previous: int | None

    @property
    def file(self) -> str:
        """How the shelf calls its picture."""
        return f"{self.name}-{self.finish}"


class Ledger:
    """Facts about the frames of one scene, gathered as they are asked for. It is made anew after any change.

    It holds no scene or node, only names, so that it outlives undo.
    """

    def __init__(self, scene: bpy.types.Scene) -> None:
        self._scene = scene.name
        self._step = max(1, scene.frame_step)
        self._tree = host.tree_of(scene)
        self.streams = [node.name for node in survey.styles(scene)]
        self._above = {name: _above(self._tree.nodes[name]) for name in self.streams}
        self._base = {
            name: _base(scene, self._tree, above) + _wiring(self._tree.nodes[name])
            for name, above in self._above.items()
        }
        self._moves = self._tree is not None and _is_animated(self._tree)
        self._facts: dict[str, dict[int, Facts]] = {name: {} for name in self.streams}
        self._tree = None

    def learn(self, frames: Iterable[int], seconds: float | None = None) -> bool:
        """Gather the facts of frames, for so long; whether all are known now. Raises `PaintError`.

        Where a node's settings cannot be read (a style that is not there), no frame of it can be baked.
        """
        if not self.streams:
            return True
        missing = [frame for frame in frames if frame not in self._facts[self.streams[0]]]
        if not missing:
            return True
        end = None if seconds is None else time.perf_counter() + seconds
        values = Values(bpy.data.scenes[self._scene])
        try:
            for frame in missing:
                if end is not None and time.perf_counter() > end:
                    return False
                for name in self.streams:
                    self._facts[name][frame] = self._read(values, name, frame)
        finally:
            values.free()
        return True

    def _read(self, values: Values, name: str, frame: int) -> Facts:
        known = self._facts[name]
        if not self._moves and known:
            return next(iter(known.values()))  # nothing is animated: all frames are alike
        values.go(frame)
        print_ = Fingerprint(deep=False)
        nodes = [values.nodes[above] for above in self._above[name]]
        print_.feed_nodes(nodes, lambda node: repr(values.read(node.name)))
        settings = values.read(name)
        return Facts(
            print_.name,
            _look(settings),
            "".join(str(int(getattr(settings, field))) for field in _FINISH),
            0.0 if values.is_muted(name) else settings.style_weight,
            settings.working_width,
        )

    def entries(self, stream: str, start: int, last: int, shelf: Shelf) -> dict[int, Entry]:
        """The frames of a node from `start`, where a shot starts, to `last`; their facts must be known."""
        found: dict[int, Entry] = {}
        facts = self._facts[stream]
        for frame in range(start, last + 1, self._step):
            now, before, after = (facts.get(number) for number in (frame, frame - self._step, frame + self._step))
            earlier = found.get(frame - self._step)
            painted = now.weight > 0 or (after is not None and after.weight > 0)
            previous = None
            # A frame of weight 0 is painted only to start the next one's shot, and only held to one that was seen.
            if earlier is not None and earlier.painted and painted and (now.weight > 0 or before.weight > 0):
                previous = earlier
            if previous is not None and shelf.is_cut(self.cut(stream, frame)):
                previous = None
            name = Fingerprint()
            name.feed(self._base[stream], now.source, frame, painted)
            if painted:
                name.feed(now.look, previous.name if previous else "")
            finish = now.finish if painted else "0"
            found[frame] = Entry(frame, name.name, finish, now.weight, painted, previous.frame if previous else None)
        return found

    def cut(self, stream: str, frame: int) -> str:
        """The name of a cut between the frame before and this one."""
        facts = self._facts[stream]
        name = Fingerprint()
        name.feed(self._base[stream], frame, self._step)
        name.feed(*((facts[at].source, facts[at].width) for at in (frame - self._step, frame)))
        return name.name

    @property
    def step(self) -> int:
        """Frames from one to the next."""
        return self._step


def _above(node: bpy.types.Node) -> list[str]:
    """The names of all nodes that are wired into a node."""
    parents = [link.from_node for socket in node.inputs for link in socket.links if link.is_valid]
    return sorted(parent.name for parent in graph.upstream(parents))


def _wiring(node: bpy.types.Node) -> str:
    """What is wired into which socket of a node: the same pass can be wired in as a picture, or as its motion."""
    links = [link for socket in node.inputs for link in socket.links if link.is_valid and not link.is_muted]
    return repr(sorted((link.to_socket.name, link.from_node.name, link.from_socket.identifier) for link in links))


def _base(scene: bpy.types.Scene, tree: bpy.types.NodeTree, above: list[str]) -> str:
    """What all frames depend on: the files and data-blocks that the nodes show, and the size of the render."""
    render = scene.render
    name = Fingerprint()
    name.feed(render.resolution_x, render.resolution_y, render.resolution_percentage)
    nodes = [tree.nodes[node] for node in above]
    for node in nodes:
        for pointer in ("image", "clip", "mask", "texture"):
            if getattr(node, pointer, None) and not graph.is_style(node):
                name.feed_id(getattr(node, pointer))
    for layer in graph.render_layers(nodes):
        if layer.scene:
            name.feed_scene(layer.scene)
    return name.name


def _look(settings: Settings) -> str:
    """All settings that a painted picture depends on, in a name."""
    name = Fingerprint()
    aside = {"style", "painting", "style_weight", *_FINISH}
    name.feed(*((field, value) for field, value in sorted(vars(settings).items()) if field not in aside))
    for given in (settings.style, settings.painting):
        for word in re.split(r"[+:](?![/\\])", given):  # a blend: names or files, and shares
            if "/" in word or "\\" in word:
                name.feed_file(Path(os.path.realpath(word)))
            else:
                name.feed(word)
    return name.name


def _is_animated(tree: bpy.types.NodeTree) -> bool:
    """Whether anything in a tree, or in its groups, may change from frame to frame."""
    animation = tree.animation_data
    if animation and (animation.action or animation.drivers or animation.nla_tracks):
        return True
    groups = [node.node_tree for node in tree.nodes if node.type == "GROUP" and node.node_tree]
    return any(_is_animated(group) for group in groups)
