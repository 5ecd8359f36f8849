"""Which strips of a sequencer carry Neural Style nodes, in what order they are painted, and when they are seen (5.x).

A strip carries a node in the node group of a Compositor modifier. Blender applies modifiers to the picture as it
comes from the strip's source, in the source's size, colours and speed; crop, transform, flips and opacity come after.
"""

from collections.abc import Iterator
from typing import NamedTuple

import bpy

from . import graph, host
from .errors import PaintError


class Place(NamedTuple):
    """Where a node is: the names of its strip, of the modifier there, and of the node in the modifier's group."""

    strip: str
    modifier: str
    node: str

    def strip_of(self, scene: bpy.types.Scene) -> bpy.types.Strip | None:
        """The strip in that scene, or in a copy of it."""
        return scene.sequence_editor.strips_all.get(self.strip)

    def modifier_of(self, scene: bpy.types.Scene) -> bpy.types.StripModifier | None:
        """The modifier in that scene, or in a copy of it."""
        strip = self.strip_of(scene)
        return strip.modifiers.get(self.modifier) if strip else None

    def node_of(self, scene: bpy.types.Scene) -> bpy.types.Node | None:
        """The node in that scene, or in a copy of it; None where the artist has removed it meanwhile."""
        modifier = self.modifier_of(scene)
        return modifier.node_group.nodes.get(self.node) if modifier and modifier.node_group else None


def places(scene: bpy.types.Scene) -> list[Place]:
    """The nodes to paint in the strips that a render of the scene shows, each after those that it depends on."""
    found = []
    for strip in shown(scene):
        for modifier in groups_of(strip):
            nodes = graph.styles(graph.walk(host.ends(modifier.node_group)))
            found += [Place(strip.name, modifier.name, node.name) for node in nodes]
    return found


def is_wanted(scene: bpy.types.Scene) -> bool:
    """Whether a render of the scene shows a node in any strip, wherever it sits there."""
    return any(
        graph.styles(modifier.node_group.nodes) or graph.styles_in_groups(modifier.node_group.nodes)
        for strip in shown(scene)
        for modifier in groups_of(strip)
    )


def groups_of(strip: bpy.types.Strip) -> list[bpy.types.StripModifier]:
    """The modifiers of a strip that composite, in the order in which they are applied."""
    return [each for each in strip.modifiers if not each.mute and getattr(each, "node_group", None) is not None]


def shown(scene: bpy.types.Scene) -> list[bpy.types.Strip]:
    """The strips that a render shows at any frame, each after those that its picture is made of."""
    if not host.renders_strips(scene):
        return []
    editor = scene.sequence_editor
    return list({strip.name: strip for strip in _walk(editor.strips, editor.channels)}.values())


def _walk(strips, channels) -> Iterator[bpy.types.Strip]:
    """The strips of one level and all within them; an adjustment layer comes after what is beneath it."""
    for strip in sorted(strips, key=lambda strip: strip.channel):
        if not strip.mute and not channels[strip.channel].mute and strip.type != "SOUND":
            yield from _with_inputs(strip)


def _with_inputs(strip: bpy.types.Strip) -> Iterator[bpy.types.Strip]:
    if strip.type == "META":
        yield from _walk(strip.strips, strip.channels)
    # An effect shows its inputs even where they are muted themselves.
    for part in inputs_of(strip):
        yield from _with_inputs(part)
    yield strip


def inputs_of(strip: bpy.types.Strip) -> list[bpy.types.Strip]:
    """The strips that an effect is made of."""
    parts = [getattr(strip, name, None) for name in ("input_1", "input_2")]
    return [part for part in parts if part is not None]


def is_seen(strip: bpy.types.Strip, frame: int) -> bool:
    """Whether a strip has a picture at a frame."""
    start, end = host.span(strip)
    return start <= frame < end


def scenes_in(scene: bpy.types.Scene) -> list[bpy.types.Scene]:
    """The scenes that the strips of a scene show through their own compositors, and those that these show in turn."""
    found, todo = {}, [scene]
    while todo:
        for strip in shown(todo.pop()):
            inner = strip.scene if strip.type == "SCENE" else None
            if inner and strip.scene_input == "CAMERA" and inner != scene and inner.name not in found:
                found[inner.name] = inner
                todo.append(inner)
    return list(found.values())


def check(scene: bpy.types.Scene) -> None:
    """Raise `PaintError` where a node sits in a strip in which it cannot be painted."""
    carrying = {place.strip: place for place in places(scene)}
    for strip in shown(scene):
        for modifier in groups_of(strip):
            for node in graph.styles_in_groups(modifier.node_group.nodes):
                raise PaintError(
                    "Neural Style is not painted inside a group within a strip's modifier",
                    f"{strip.name}, {node.id_data.name}",
                    "ungroup it, or choose its group in the modifier itself",
                )
        if strip.type == "SPEED":
            for part in inputs_of(strip):
                if part.name in carrying:
                    # The effect shows its input at other frames than the one that is rendered.
                    raise PaintError(
                        "a strip whose speed an effect changes cannot be painted by itself",
                        part.name,
                        f"put Neural Style on {strip.name}, or retime the strip in place of the effect",
                    )
        if strip.type == "SCENE" and strip.scene_input == "SEQUENCER" and strip.scene and places(strip.scene):
            raise PaintError(
                "strips of another scene's sequencer cannot be painted from here",
                f"{strip.name}, {strip.scene.name}",
                "put Neural Style on the scene strip itself",
            )
