"""A render job of a scene that shows strips: what every Neural Style node in their modifiers paints (5.x), and in the
scenes that strips show.

Every strip is a stream of its own: the picture that a strip shows at one frame is painted after the one it showed at
the frame before, whatever speed and order the strip has its source in. A strip begins afresh, unless it goes on where
another has just left, as after a cut with the blade.
"""

import bpy

from . import exchange, graph, hidden, host, lent, picture, prefetch, sockets, strips, survey, window_thread
from .errors import PaintError
from .job import Job, Stream
from .scene_job import SceneJob
from .strip_capture import StripCapture
from .strips import Place
from .values import Values


class StripStream(Stream):
    """One node in a strip's modifier."""

    def __init__(self, scene: bpy.types.Scene, place: Place) -> None:
        node = place.node_of(scene)
        super().__init__(scene, node)
        self.place = place
        self.key = f"{scene.name}/{place.strip}/{place.modifier}/{place.node}"
        self.capture: StripCapture | None = None
        #: The streams that this one may go on from: those of the same node's name in strips that end where it begins.
        self.before: list[StripStream] = []
        self._asked: str | None = None

    def previous(self, frame: int, step: int) -> str | None:
        """The engine's key of the picture before."""
        at_hand = self._last and self._last[0] + step == frame
        if at_hand and self.capture.repeats:
            return self._asked  # the same picture, painted from the same: the same painting
        if at_hand:
            self._asked = self._last[1]
        else:
            left = [each for each in self.before if each.ended_at(frame - step)]
            self._asked = next((each.key_at_end for each in left if self._goes_on_from(each, frame, step)), None)
        return self._asked

    def _goes_on_from(self, other: "StripStream", frame: int, step: int) -> bool:
        return step == 1 and self.capture.goes_on_from(other.capture, frame)

    def ended_at(self, frame: int) -> bool:
        """Whether that frame was the one painted last."""
        return self._last is not None and self._last[0] == frame

    @property
    def key_at_end(self) -> str:
        """The engine's key of the frame painted last."""
        return self._last[1]


class StripJob(Job):
    """Paints frames of the strips of one scene. `free` it in the end, which leaves the scene as it was found."""

    def __init__(self, scene: bpy.types.Scene, worker) -> None:
        super().__init__(scene, worker)
        self.streams = [StripStream(scene, place) for place in strips.places(scene)]
        self._inner = {
            scene.name: SceneJob(scene, worker, outer=self.scene)
            for scene in strips.scenes_in(self.scene)
            if survey.places(scene)
        }
        self._readers: dict[str, StripValues] = {}

    @window_thread.only
    def prepare(self) -> None:
        """Before the first frame. Raises `PaintError`."""
        strips.check(self.scene)
        prefetch.stop(self.scene)
        places = dict.fromkeys((stream.place.strip, stream.place.modifier) for stream in self.streams)
        lent.leave_out_of_preview(self.scene, list(places))
        self._part_shared_trees()
        self._folder = exchange.folder()
        for stream in self.streams:
            sockets.mend(self.node_of(stream))  # one from the asset browser may be from before
            stream.outputs = sockets.asked_for(self.node_of(stream))
            if graph.source_of(self.node_of(stream)):
                stream.capture = StripCapture(self.scene, stream.place, self._folder)
            tree = self.node_of(stream).id_data
            if tree.name not in self._readers:
                self._readers[tree.name] = StripValues(self.scene, tree)
            stream.before = [each for each in self.streams if self._follows(stream, each)]
        for stream in self.streams:
            picture.show_picture(self.node_of(stream))
        for inner in self._inner.values():
            inner.prepare()
        self._forget()

    def part(self, scene: bpy.types.Scene) -> Job | None:
        """The job that paints for a scene which Blender is about to render: also for one that a strip shows."""
        return super().part(scene) or self._inner.get(scene.name)

    def _part_shared_trees(self) -> None:
        """Give strips that are seen at once a group each: one node holds one picture.

        After a cut with the blade both strips have the same group, which is as it should be: one style, set once.
        """
        holders: dict[str, list[tuple[bpy.types.Strip, str]]] = {}
        for strip_name, modifier_name in dict.fromkeys((s.place.strip, s.place.modifier) for s in self.streams):
            strip = self.scene.sequence_editor.strips_all[strip_name]
            tree = strip.modifiers[modifier_name].node_group
            others = holders.setdefault(tree.name, [])
            if any(_meet(strip, other) for other, _ in others):
                lent.part(strip.modifiers[modifier_name])
            else:
                others.append((strip, modifier_name))

    def _follows(self, stream: StripStream, other: StripStream) -> bool:
        start, _ = host.span(stream.place.strip_of(self.scene))
        _, end = host.span(other.place.strip_of(self.scene))
        return other is not stream and start == end and other.name == stream.name

    def node_of(self, stream: StripStream) -> bpy.types.Node | None:
        """The node that a stream paints for, if it is still there."""
        return stream.place.node_of(self.scene)

    def values_of(self, stream: StripStream) -> Values:
        """What reads the settings of a stream's node."""
        return self._readers[self.node_of(stream).id_data.name]

    def paint(self, frame: int) -> list[dict]:
        """Paint the nodes of the strips that are seen at a frame. Raises `PaintError`."""
        self.frame = frame
        seen = [each for each in self.streams if strips.is_seen(each.place.strip_of(self.scene), frame)]
        for reader in {id(reader): reader for reader in map(self.values_of, seen)}.values():
            reader.go(frame)
        done = [seconds for stream in seen if (seconds := self._paint(stream, frame))]
        self._close(seen, frame)
        return done

    @window_thread.only
    def _close(self, seen: list[StripStream], frame: int) -> None:
        """A frame's strips are painted: they are to be shown, and those that end here hold nothing any more."""
        for stream in seen:
            stream.place.strip_of(self.scene).invalidate_cache("COMPOSITE")
        for stream in self.streams:
            if stream.capture and host.span(stream.place.strip_of(self.scene))[1] <= frame + 1:
                stream.capture.free()  # a film has many strips, and each holds a scene

    def fail(self, trouble: PaintError) -> None:
        """Remember why the job cannot go on, and say it on the nodes."""
        super().fail(trouble)
        for inner in self._inner.values():
            inner.fail(trouble)

    def _forget(self) -> None:
        """Let Blender's cache keep no picture from before, or from this job, of a strip that is painted."""
        carrying = {stream.place.strip for stream in self.streams}
        for strip in self.scene.sequence_editor.strips_all if self.scene.sequence_editor else ():
            if strip.name in carrying:
                strip.invalidate_cache("COMPOSITE")
            elif strip.type == "SCENE" and strip.scene and strip.scene.name in self._inner:
                strip.invalidate_cache("RAW")

    @window_thread.only
    def free(self, keep_picture: bool) -> None:
        """Put everything back."""
        del keep_picture  # a strip would show it at every other frame, too
        super().free(keep_picture=False)
        for inner in self._inner.values():
            inner.free(keep_picture=False)
        for reader in self._readers.values():
            reader.free()
        self._forget()


class StripValues(Values):
    """Reads the nodes of one modifier's group at any frame."""

    @window_thread.only
    def __init__(self, scene: bpy.types.Scene, tree: bpy.types.NodeTree) -> None:
        self._scene = hidden.copy(scene, "values", with_objects=False)
        self._scene.sequence_editor_clear()
        self._scene.compositing_node_group = self._tree = tree


def _meet(one: bpy.types.Strip, other: bpy.types.Strip) -> bool:
    """Whether two strips are seen at once."""
    (start, end), (begin, finish) = host.span(one), host.span(other)
    return max(start, begin) < min(end, finish)
