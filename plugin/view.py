"""What the window knows of the bakes of its scenes: gathered a little at a time, so that nothing ever waits for it.

`of` gives what is known. A change to the file makes it old; it is gathered anew once the artist pauses.
"""

import time
import traceback
from dataclasses import dataclass, field

import bpy
from bpy.app.handlers import persistent

from . import handlers, hidden, host, picture, survey
from .bake import Bake
from .errors import PaintError

#: Seconds at a time that may be spent on it.
_SLICE = 0.015

#: Seconds within which Blender says that a hidden scene came or went.
_ECHO = 0.5

#: Seconds without a change after which it is gathered anew; more where gathering takes long.
_PAUSE = 0.3


@dataclass
class View:
    """One scene's bake.

    baked, total: frames of the scene's range; size: bytes on disk; trouble: why it cannot be baked, if so.
    """

    bake: Bake
    baked: int = 0
    total: int = 0
    size: int = 0
    trouble: str = ""
    began: float = field(default_factory=time.monotonic)

    def count(self) -> None:
        """Count what is baked."""
        scene = self.bake.scene
        frames = range(scene.frame_start, scene.frame_end + 1, max(1, scene.frame_step))
        self.total = len(frames)
        self.baked = sum(all(self.bake.is_baked(stream, frame) for stream in self.bake.streams) for frame in frames)
        self.size = self.bake.shelf.bytes()


_views: dict[str, View] = {}
_coming: dict[str, View] = {}
_changed = 0.0
_own_until = 0.0
_signatures: dict[str, tuple] = {}
_cost = 0.0


def of(scene: bpy.types.Scene) -> View | None:
    """What is known of a scene, None where nothing is (yet)."""
    return _views.get(scene.name)


def forget() -> None:
    """All that is known may be wrong: another file, an undo."""
    _views.clear()
    _coming.clear()
    _signatures.clear()


def look_again() -> None:
    """Frames were baked, or removed."""
    for view in _views.values():
        view.bake.refresh()
        view.count()
    for view in _coming.values():
        view.bake.shelf.refresh()


def tick(scenes: list[bpy.types.Scene]) -> bool:
    """Gather a little; whether anything new is known."""
    fresh = False
    now = time.monotonic()
    for scene in scenes:
        name = scene.name
        if host.tree_of(scene) is None or not survey.styles(scene):
            fresh = _views.pop(name, None) is not None or fresh
            continue
        _look_at_settings(scene)
        known = _views.get(name)
        old = known is None or known.began < _changed
        if old and name not in _coming and now - _changed > max(_PAUSE, 10 * _cost):
            _coming[name] = View(Bake(scene))
        if name in _coming:
            fresh = _gather(name) or fresh
    return fresh


def _look_at_settings(scene: bpy.types.Scene) -> None:
    """Notice what was set on the nodes: Blender does not say so of properties that scripts define (4.5 and 5.2)."""
    global _changed
    values = [getattr(node, field) for node in survey.styles(scene) for field in type(node).__annotations__]
    signature = scene.frame_current, scene.frame_start, scene.frame_end, scene.frame_step, values
    before = _signatures.get(scene.name)
    # At another frame the values are others where they are animated.
    if before is not None and before != signature and before[0] == signature[0]:
        _changed = time.monotonic()
    _signatures[scene.name] = signature


def _gather(name: str) -> bool:
    global _cost, _own_until
    view, start = _coming[name], time.perf_counter()
    try:
        if not view.bake.learn(_SLICE):
            return False
        view.count()
    except PaintError as trouble:
        view.trouble = str(trouble)
    except ReferenceError:  # the scene is gone
        del _coming[name]
        return False
    except Exception as error:  # whatever data it meets: the timer goes on
        traceback.print_exc()
        view.trouble = f"{type(error).__name__}: {error}"
    finally:
        _own_until = time.monotonic() + _ECHO
    _cost = time.perf_counter() - start
    _views[name] = _coming.pop(name)
    return True


@persistent
def _on_change(scene, depsgraph) -> None:
    """Anything was changed, but for the pictures that are shown in the nodes, and by what is done here."""
    global _changed, _own_until
    if hidden.is_one(scene):
        return
    updates = [update for update in depsgraph.updates if not update.id.name.startswith(picture.NAME)]
    own = time.monotonic() < _own_until and _are_an_echo(updates)
    _own_until = 0.0
    if updates and not own:
        _changed = time.monotonic()


def _are_an_echo(updates: list[bpy.types.DepsgraphUpdate]) -> bool:
    """Whether they may be all that a hidden scene left: Blender looks through every collection, and what is in it.

    In 4.5 also through the tree of nodes that is a part of the scene.
    """
    looked_through = any(isinstance(update.id, bpy.types.Collection) for update in updates)
    for update in updates:
        thing = update.id
        if isinstance(thing, (bpy.types.Scene, bpy.types.Collection)):
            continue
        moved = update.is_updated_geometry or update.is_updated_transform
        part = isinstance(thing, bpy.types.Object) or (isinstance(thing, bpy.types.NodeTree) and thing.is_embedded_data)
        if not looked_through or moved or not part:
            return False
    return True


@persistent
def _on_other(*_) -> None:
    forget()


_HANDLERS = {
    "depsgraph_update_post": _on_change,
    "undo_post": _on_other,
    "redo_post": _on_other,
    "load_post": _on_other,
}


def register() -> None:
    """Listen to Blender."""
    handlers.add(_HANDLERS)


def unregister() -> None:
    """Stop listening."""
    handlers.remove(_HANDLERS)
    forget()
