"""A scene that is shown by a strip of another: its frames are painted while the other is rendered (4.5 and 5.x).

Blender renders such a scene anew for every frame of the strip, as if it were asked for one still after another. Its
frames come in the order that the strip shows them in, at whatever speed: what follows what is seen from the strips.
"""

import bpy

from . import strips
from .job import Job, Stream

#: As many frames are remembered, for strips of the same scene that are seen at once.
_KEPT = 8


class SceneStream(Stream):
    """One node's frames in the order in which strips show them."""

    def __init__(self, scene: bpy.types.Scene, node: bpy.types.Node, name: str, job: "SceneJob") -> None:
        super().__init__(scene, node, name)
        self._job = job
        self._keys: dict[int, str] = {}
        self._asked: dict[int, str | None] = {}

    def previous(self, frame: int, step: int) -> str | None:
        """The engine's key of the picture before."""
        del step  # the strips', not the scene's
        if frame in self._keys:
            return self._asked[frame]  # a strip that is slowed down shows a frame again: the same painting
        if frame - 1 in self._keys:
            self._asked[frame] = self._keys[frame - 1]
        else:
            self._asked[frame] = self._last[1] if self._last and self._job.strip_goes_on else None
        return self._asked[frame]

    def painted(self, frame: int, key: str) -> None:
        """Remember the frame that was painted."""
        super().painted(frame, key)
        self._keys[frame] = key
        for old in list(self._keys)[:-_KEPT]:
            del self._keys[old]


class SceneJob(Job):
    """Paints the scene that strips of another one show. `free` it in the end.

    outer: the scene that is rendered.
    """

    in_order = False

    def __init__(self, scene: bpy.types.Scene, worker, outer: bpy.types.Scene) -> None:
        super().__init__(scene, worker)
        self.streams = [SceneStream(scene, self.node_of(stream), stream.name, self) for stream in self.streams]
        self._outer = outer
        self._showing: tuple[int, list[str]] = (0, [])
        #: Whether one and the same strip showed the frame before and shows this one.
        self.strip_goes_on = False

    def paint(self, frame: int) -> list[dict]:
        """Paint all nodes for a frame of the scene. Raises `PaintError`."""
        now = self._outer.frame_current
        names = [
            strip.name
            for strip in strips.shown(self._outer)
            if strip.type == "SCENE" and strip.scene == self.scene and strips.is_seen(strip, now)
        ]
        before, names_before = self._showing
        if before != now:
            self.strip_goes_on = len(names) == 1 and names == names_before and before + self._outer.frame_step == now
            self._showing = now, names
        return super().paint(frame)

    def free(self, keep_picture: bool) -> None:
        """Put everything back."""
        del keep_picture  # other frames of it are seen, too
        super().free(keep_picture=False)
