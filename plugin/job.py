"""One render job: from its first frame to its last, what every Neural Style node of the scene paints."""

import contextlib
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np

from . import exchange, graph, groups, host, lent, picture, pixels, sockets, status, survey, window_thread
from .bake import Bake
from .capture import Capture, Captured
from .clock import Clock
from .door.messages import Paint, Painted, Settings
from .errors import PaintError
from .progress import Progress
from .values import Values
from .worker import Coming

#: What comes along with a picture, by name, as the door wants it.
Planes = dict[str, np.ndarray]


class Stream:
    """One node's frames in the order of time.

    Blender may free and remake nodes while it renders; they are held by name and looked up when needed.
    """

    def __init__(self, scene: bpy.types.Scene, node: bpy.types.Node, name: str = "") -> None:
        self.name = name or node.name
        self.key = f"{scene.name}/{self.name}"
        self.status = status.key(node)
        self.progress = Progress(scene)
        self.capture: Capture | None = None
        #: A frame of weight 0, not painted yet: it will be, as the start of the shot, if the next one is to be painted.
        self.waiting: tuple[int, Settings, Captured, Planes] | None = None
        #: The planes that are wired into something, and are to be shown.
        self.outputs: tuple[str, ...] = ()
        self._last: tuple[int, str] | None = None

    def previous(self, frame: int, step: int) -> str | None:
        """The engine's key of the frame before, where that was the last one painted."""
        return self._last[1] if self._last and self._last[0] + step == frame else None

    def painted(self, frame: int, key: str) -> None:
        """Remember the frame that was painted last."""
        self._last = (frame, key)


class Job:
    """Paints frames of one scene. `free` it in the end, which leaves the scene as it was found.

    scene:  what is rendered.
    worker: gives the worker, when the first frame that is to be painted asks for it; may raise `PaintError`.
    bake:   knows the frames that are baked, and keeps what is to be baked; by default one that keeps nothing.
    """

    #: Whether frames come in the order of time, so that the next one can be captured while the engine paints.
    in_order = True

    def __init__(self, scene: bpy.types.Scene, worker, bake: Bake | None = None) -> None:
        self.scene = scene
        self.trouble: PaintError | None = None
        self.cancelled = False
        self.frame: int | None = None
        self.started = time.time()
        self._worker = worker
        self._bake = bake or Bake(scene)
        self._tree = host.tree_of(scene)
        self._values: Values | None = None
        self._folder: Path | None = None
        self._looks_ahead = False
        #: The frame that will be asked for next, where that is known.
        self._next: int | None = None
        self.streams = [Stream(scene, graph.find(self._tree, name), name) for name in survey.places(scene)]

    @window_thread.only
    def prepare(self) -> None:
        """Before the first frame: make the hidden scenes, show pictures, spare the outer render what it can.

        Raises `PaintError`.
        """
        self._folder = exchange.folder()
        groups.part(survey.shown(self.scene))
        for stream in self.streams:
            sockets.mend(self.node_of(stream))  # an appended one may be from before
        self._values = Values(self.scene)
        for stream in self.streams:
            node = self.node_of(stream)
            if graph.source_of(node):
                stream.capture = Capture(self.scene, node, self._folder, stream.name)
        for stream in self.streams:
            picture.show_picture(self.node_of(stream))
            stream.outputs = sockets.asked_for(self.node_of(stream))
        self._looks_ahead = self._mute_render_layers() and self.in_order

    def _mute_render_layers(self) -> bool:
        """Let the outer render skip its 3D pass where the captures have already rendered all that is needed.

        Whether no 3D object is evaluated but for the captures, one frame after the other.
        Must happen in `render_init`: later it takes effect one frame late (4.5 and 5.2).
        """
        if graph.render_layers(graph.upstream(host.ends(self._tree))):
            return False  # another branch shows them: Blender would leave that one empty
        for node in graph.render_layers(self._tree.nodes):
            if not node.mute:
                node.mute = True
                node[host.MUTED] = True
        return True

    def paint(self, frame: int) -> list[dict]:
        """Paint all nodes for a frame; return the seconds that each took. Raises `PaintError`."""
        step = self.scene.frame_step
        # A still is followed by nothing, and nothing tells the first frame of an animation from one.
        goes_on = self._looks_ahead and self.frame == frame - step and frame + step <= self.scene.frame_end
        self._next = frame + step if goes_on else None
        self.frame = frame
        self._values.go(frame)
        return [seconds for stream in self.streams if (seconds := self._paint(stream, frame))]

    def part(self, scene: bpy.types.Scene) -> "Job | None":
        """The job that paints for a scene which Blender is about to render: this one, for its own."""
        return self if scene == self.scene else None

    def node_of(self, stream: Stream) -> bpy.types.Node | None:
        """The node that a stream paints for, if it is still there."""
        return graph.find(self._tree, stream.name)

    def values_of(self, _stream: Stream) -> Values:
        """What reads the settings of a stream's node."""
        return self._values

    def _paint(self, stream: Stream, frame: int) -> dict | None:
        node = self.node_of(stream)
        if stream.capture is None:
            picture.put(node, np.zeros((*self._size(), 4), np.float32))
            status.say(node, "Nothing is wired into Image: there is nothing to paint")
            return None
        clock = Clock()
        settings = self.values_of(stream).read(stream.name)
        captured = stream.capture.take(frame)
        source, mask = captured.picture, captured.planes.get("mask")
        planes = self._planes(stream, captured)
        clock.lap("capture")
        is_masked = mask is not None and not (mask > 0).any()
        if settings.style_weight == 0 or is_masked or self.values_of(stream).is_muted(stream.name):
            if self._bake.starts_at(stream.name, frame):
                self._ask(stream, frame, settings, captured, planes, clock)
            else:
                stream.waiting = frame, settings, captured, planes
                self._bake.keep(stream.name, frame, source)
            picture.put(node, source)
            clock.lap("transport")
            self._show(stream, {}, source)
            reason = "the mask is black" if is_masked else "Style Weight is 0"
            status.say(node, f"Frame {frame}: not painted ({reason})")
            return {"frame": frame, "stream": stream.key, "painted": False, **clock.seconds}

        status.put(node, stream.progress.painting(frame))
        waiting, stream.waiting = stream.waiting, None
        if waiting and waiting[0] + self.scene.frame_step == frame:
            # The shot starts where the weight is still 0: the first frame that is seen is held to one before it, and
            # the painting does not depend on where the weight begins to rise.
            self._ask(stream, *waiting, clock)
        painted, result = self._ask(stream, frame, settings, captured, planes, clock, stream.outputs)
        picture.put(node, pixels.from_door(result, source, mask))
        self._show(stream, self._worker().seen, source)
        clock.lap("transport")
        if painted.note:
            print(f"Neural Style: frame {frame}: {painted.note}", file=sys.stderr, flush=True)
        device = self._worker().hello.device
        status.put(node, stream.progress.painted(frame, clock.total, painted.cached, device))
        if painted.note:
            status.say(node, painted.note)
        about = {"frame": frame, "stream": stream.key, "painted": True, "cut": painted.cut, "cached": painted.cached}
        return {**about, **clock.seconds}

    def _planes(self, stream: Stream, captured: Captured) -> Planes:
        """What was captured beside a picture, as the door wants it."""
        for name, plane in captured.beside.items():
            if plane.shape[:2] != captured.picture.shape[:2]:
                label = sockets.INPUTS[name]
                raise PaintError(f"{label} has another size than Image", stream.name, "scale it to the same size")
        return captured.beside

    def _show(self, stream: Stream, seen: Planes, source: np.ndarray) -> None:
        """Show what is asked for beside the picture."""
        for plane in stream.outputs:
            shown = sockets.as_picture(plane, seen.get(plane), source.shape[:2])
            picture.put(self.node_of(stream), shown, sockets.OUTPUTS[plane])

    def _ask(
        self,
        stream: Stream,
        frame: int,
        settings: Settings,
        captured: Captured,
        planes: Planes,
        clock: Clock,
        outputs: tuple[str, ...] = (),
    ) -> tuple[Painted, np.ndarray]:
        """Have the engine paint a frame of the stream: its answer, and the picture as the door gives it."""
        source, rgb = captured.picture, captured.rgb
        clock.lap("transport")
        worker = self._worker()
        clock.lap("start")
        previous = stream.previous(frame, self.scene.frame_step) or self._bake.previous(stream.name, frame)
        request = Paint(0, stream.key, frame, 0, 0, "", settings, previous)
        if settings.style_weight != 1 and self._bake.wants(stream.name, frame):
            # A bake is of full weight. Asking again costs little: the weight is mixed into what was painted.
            whole = replace(request, settings=replace(settings, style_weight=1.0))
            self._bake.keep(stream.name, frame, source, *worker.paint(whole, rgb, planes))
        ahead = 0.0

        def meanwhile() -> Coming | None:
            nonlocal ahead
            begin = time.perf_counter()
            coming = self._coming(stream)
            ahead = time.perf_counter() - begin
            return coming

        painted, result = worker.paint(replace(request, outputs=outputs), rgb, planes, meanwhile)
        if settings.style_weight == 1:
            self._bake.keep(stream.name, frame, source, painted, result)
        stream.painted(frame, painted.key)
        # What the answer took beyond what the engine counts is the pipe, the file and the waiting.
        clock.lap("transport")
        clock.move("transport", painted.seconds)
        # The next capture, too, as far as it took longer than the engine.
        clock.move("transport", {"capture": max(0.0, ahead - sum(painted.seconds.values()))})
        return painted, result

    def _coming(self, stream: Stream) -> Coming | None:
        """What the next frame of the stream will bring, where that is known; what is wrong with it, it tells itself."""
        captured = stream.capture.take_ahead(self._next) if self._next is not None else None
        with contextlib.suppress(PaintError):
            return captured and (captured.rgb, self._planes(stream, captured))

    def _size(self) -> tuple[int, int]:
        """Height and width of the render."""
        render = self.scene.render
        share = render.resolution_percentage / 100
        return max(1, int(render.resolution_y * share)), max(1, int(render.resolution_x * share))

    def fail(self, trouble: PaintError) -> None:
        """Remember why the job cannot go on, and say it on the nodes."""
        self.trouble = trouble
        for stream in self.streams:
            if node := self.node_of(stream):
                status.fail(node, trouble)

    @window_thread.only
    def free(self, keep_picture: bool) -> None:
        """Put everything back.

        keep_picture: leave the last picture in the nodes, so that the artist can go on compositing with it.
        """
        if self._tree:  # none where the only nodes sit in strips
            host.unmute(self._tree)
        for stream in self.streams:
            status.settle(stream.status)
            if stream.capture:
                stream.capture.free()
            # In the window the artist can remove a node while it is rendered.
            node = self.node_of(stream)
            if node and keep_picture and stream.name in self._tree.nodes:  # none goes through the groups afterwards
                picture.keep(node, bpy.app.tempdir)
            elif node:
                picture.show_input(node)
        lent.give_back(self.scene)
        if self._values:
            self._values.free()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
