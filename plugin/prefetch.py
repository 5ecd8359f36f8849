"""Keeps the sequencer's prefetching off where strips are painted: it renders them ahead in a thread of Blender's own.

That thread reads the very pictures and strips that a render is about to change (5.2: Blender crashes, or a change to a
strip waits for a frame that never ends). A render that begins is too late to stop it. So it stays off from when a strip
is painted until none is, and the scene keeps in mind that it was on.
"""

from collections.abc import Iterable

import bpy

from . import survey

#: The custom property of a scene whose strips Blender is to prefetch again.
MARK = "neural_style_prefetch"


def stop(scene: bpy.types.Scene) -> None:
    """Let Blender render no strip ahead."""
    if scene.sequence_editor.use_prefetch:
        scene.sequence_editor.use_prefetch = False
        scene[MARK] = True


def give_back(scene: bpy.types.Scene) -> None:
    """Put it back as it was."""
    if MARK in scene:
        if scene.sequence_editor:
            scene.sequence_editor.use_prefetch = True
        del scene[MARK]


def look_after(scenes: Iterable[bpy.types.Scene]) -> None:
    """Do the one or the other, by whether a scene has strips that are painted."""
    for scene in scenes:
        editor = scene.sequence_editor
        if is_kept_off(scene) or (editor is not None and editor.use_prefetch):
            (stop if editor is not None and survey.in_strips(scene) else give_back)(scene)


def is_kept_off(scene: bpy.types.Scene) -> bool:
    """Whether it is off, and would be on if no strip were painted."""
    return MARK in scene
