"""Scenes that a job makes for itself, out of sight, and what goes with them.

They are linked copies of the artist's scene: whatever Blender evaluates, composites or cuts there, it does here too.
While Blender renders a scene with 3D objects, nothing may be removed: at the next frame it crashes (5.2). So what is
done with stays until the render is over; a scene is emptied.
"""

import bpy

#: How the names begin of what a job makes for itself; a leading dot hides a data-block from Blender's lists.
PREFIX = ".Neural Style "

_left: list[bpy.types.ID] = []
_is_rendering = False


def copy(scene: bpy.types.Scene, name: str, with_objects: bool) -> bpy.types.Scene:
    """A linked copy of a scene, without its objects unless they are asked for. `free` it in the end."""
    made = scene.copy()
    made.name = PREFIX + name
    made.use_fake_user = False
    if not with_objects:
        for child in list(made.collection.children):
            made.collection.children.unlink(child)
        for thing in list(made.collection.objects):
            made.collection.objects.unlink(thing)
        for layer in list(made.view_layers)[1:]:
            made.view_layers.remove(layer)
    return made


def free(*things: bpy.types.ID | None) -> None:
    """Remove what a job has made: now, or with the end of the render."""
    for thing in things:
        if _is_rendering and isinstance(thing, bpy.types.Scene):
            thing.sequence_editor_clear()  # strips hold open files, and pictures
    _left.extend(thing for thing in things if thing is not None)
    if not _is_rendering:
        _remove_left()


def _remove_left() -> None:
    while _left:
        thing = _left.pop()
        # Not by `batch_remove`: it does not tell the jobs of the window, which go on reading (5.2).
        lists = {bpy.types.Scene: bpy.data.scenes, bpy.types.Action: bpy.data.actions}
        lists.get(type(thing), bpy.data.node_groups).remove(thing)


def render_begins() -> None:
    """From now on nothing is removed."""
    global _is_rendering
    _is_rendering = True


def render_ended() -> None:
    """Remove what was left."""
    global _is_rendering
    _is_rendering = False
    _remove_left()


def forget() -> None:
    """Another file is to be loaded: what was left of this one is gone with it."""
    global _is_rendering
    _is_rendering = False
    _left.clear()


def free_left() -> None:
    """Remove what a file still holds which was saved while a job ran."""
    free(*filter(is_one, bpy.data.scenes))
    free(*(tree for tree in bpy.data.node_groups if is_one(tree) and not tree.users))


def is_one(thing: bpy.types.ID) -> bool:
    """Whether a job has made something for itself."""
    return thing.name.startswith(PREFIX)
