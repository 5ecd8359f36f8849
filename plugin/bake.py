"""What a render knows of a shot's bake, and what a bake adds to it.

Every render has a `Bake`: one that starts in the middle of a shot goes on from the frame before, where that one is
baked, and so gives the picture that a render from the start would give.
"""

import hashlib
import traceback

import bpy

from . import pixels
from .door.messages import Painted
from .errors import PaintError
from .ledger import Entry, Ledger
from .shelf import Frame, Shelf

#: How many frames before the first are made sure of: no method looks back farther.
_FARTHEST = 64


def shot(scene: bpy.types.Scene, path: str = "") -> str:
    """Names the shot that a scene is, for its folder: its file and the scene's name.

    path: of the file, by default of the one that is open; a file that was never saved is one of this session.
    """
    path = path or bpy.data.filepath or bpy.app.tempdir
    return hashlib.blake2b(f"{path}\0{scene.name}".encode(), digest_size=8).hexdigest()


class Bake:
    """The frames of a scene that are baked.

    writes: whether frames that are not baked are kept.
    shot:   the shelf's folder.
    """

    def __init__(self, scene: bpy.types.Scene, writes: bool = False, shot_name: str = "") -> None:
        self.scene = scene
        self.shelf = Shelf(shot_name or shot(scene))
        self._writes = writes
        self._ledger: Ledger | None = None
        self._is_listed = False
        self._entries: dict[str, dict[int, Entry]] = {}

    @property
    def streams(self) -> list[str]:
        """The names of the nodes."""
        return self._known().streams

    @property
    def start(self) -> int:
        """The frame that the shot is painted from."""
        self._known()
        return self._start

    def entries(self, stream: str) -> dict[int, Entry]:
        """All frames of a node, from the start to the end of the scene's range."""
        self._known()
        return self._entries.get(stream, {})  # a strip's node is in no ledger

    def is_baked(self, stream: str, frame: int) -> bool:
        """Whether a frame of a node is baked as it is now."""
        entry = self.entries(stream).get(frame)
        return entry is not None and entry.file in self.shelf.frames

    def previous(self, stream: str, frame: int) -> str | None:
        """The engine's key of the frame that this one is held to, where that one is baked."""
        if not any(start < frame for start in self.shelf.starts):
            return None
        try:
            entries = self.entries(stream)
        except PaintError:
            raise
        except Exception:  # whatever data it meets: a render does not need the bake
            traceback.print_exc()
            self.shelf.starts.clear()
            return None
        entry = entries.get(frame)
        if entry is None or entry.previous is None:
            return None
        near = [entries[at].name for at in range(frame - _FARTHEST, frame + 1) if at in entries]
        self.shelf.restore(near)
        return self.shelf.key(entries[entry.previous].name) or None

    def wants(self, stream: str, frame: int) -> bool:
        """Whether this frame is to be kept."""
        return self._writes and frame in self.entries(stream) and not self.is_baked(stream, frame)

    def starts_at(self, stream: str, frame: int) -> bool:
        """Whether this frame, though its weight is 0, is to be kept as the start of a shot."""
        return self.wants(stream, frame) and self.entries(stream)[frame].painted

    def keep(self, stream: str, frame: int, source, painted: Painted | None = None, whole=None) -> None:
        """Keep a frame, if it is wanted.

        source: as `Frame` has it; whole: the picture at full weight, as the door gives it; neither that nor `painted`
        where a frame of weight 0 was passed on.
        """
        if not self.wants(stream, frame):
            return
        if painted is None:
            self.shelf.put(*self._place(stream, frame), Frame(source, None))
            return
        if painted.cut:
            # Only now it is known that what came before does not count.
            self.shelf.mark_cut(self._ledger.cut(stream, frame))
            self._list()
        picture = pixels.from_door(whole, source)
        self.shelf.put(*self._place(stream, frame), Frame(source, picture, painted.key, painted.cut))

    def missing(self, first: int, last: int) -> list[int]:
        """The frames to paint, in order, so that all from `first` to `last` are baked: those before that they need too.

        At a frame, all nodes are painted: one may be wired into another.
        """
        step, found, todo = self._known().step, set(), []
        for frame in range(self.start, last + 1, step):
            if frame >= first and not all(self.is_baked(stream, frame) for stream in self.streams):
                todo.append(frame)
        while todo:
            frame = todo.pop()
            if frame in found:
                continue
            found.add(frame)
            for stream in self.streams:
                entry = self.entries(stream).get(frame)
                before = entry.previous if entry else None
                if before is not None and not self.shelf.key(self.entries(stream)[before].name):
                    todo.append(before)
        return sorted(found)

    def tidy(self) -> None:
        """Remove what was baked of this shot before something was changed."""
        now = [entry for stream in self.streams for entry in self.entries(stream).values()]
        self.shelf.tidy({entry.file for entry in now}, {entry.frame for entry in now})

    def clear(self) -> None:
        """Remove all frames of this shot."""
        self.shelf.drop([entry.file for stream in self.streams for entry in self.entries(stream).values()])
        self.shelf.clear()

    def _place(self, stream: str, frame: int) -> tuple[str, str, int]:
        entry = self._entries[stream][frame]
        return entry.name, entry.finish, frame

    def learn(self, seconds: float | None = None) -> bool:
        """Gather what is to be known of the shot, for so long; whether all is known. Raises `PaintError`."""
        if self._ledger is None:
            self._ledger = Ledger(self.scene)
        first = min([self.scene.frame_start, *self._starts()])
        if not self._ledger.learn(range(first, self.scene.frame_end + 1, self._ledger.step), seconds):
            return False
        if not self._is_listed:
            self._list()
        return True

    def refresh(self) -> None:
        """Look at the shelf again: another process has put frames there."""
        self.shelf.refresh()
        self._is_listed = False
        self.learn()

    def _known(self) -> Ledger:
        """The ledger, with all that is to be known of the shot."""
        if not self._is_listed:
            self.learn()
        return self._ledger

    def _starts(self) -> list[int]:
        """The frames that bakes began at, from which this render may go on."""
        first, step = self.scene.frame_start, max(1, self.scene.frame_step)
        return [start for start in sorted(self.shelf.starts) if start < first and (first - start) % step == 0]

    def _list(self) -> None:
        """Name all frames. A shot goes back to the start of a bake that reaches up to the first frame."""
        ledger, first = self._ledger, self.scene.frame_start
        self._is_listed = True
        for start in [*self._starts(), first]:
            self._start = start
            self._entries = {
                stream: ledger.entries(stream, start, self.scene.frame_end, self.shelf) for stream in ledger.streams
            }
            before = [entries.get(first - ledger.step) for entries in self._entries.values()]
            if all(entry is not None and self.shelf.holds(entry.name) for entry in before):
                return
