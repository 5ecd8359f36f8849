"""Test the Engine: starts it and has it paint two small frames, in a thread, so that Blender stays usable."""

import threading
import time

import bpy
import numpy as np

from . import render, status
from .door.messages import Paint, Settings
from .errors import CancelledError, PaintError
from .worker import Worker

#: Height and width of the frames, and of the squares in them.
_SIZE, _SQUARE = (64, 96), 8

#: What came out of the last trial, for the preferences to show; empty where none went well.
outcome = ""

_running: "_Trial | None" = None


def is_running() -> bool:
    """Whether the engine is being tried."""
    return _running is not None


class _Trial:
    """One trial. The frames are of chance, so that no picture is one that was kept; the second follows the first."""

    def __init__(self, worker: Worker) -> None:
        self.sentence = ""
        self.trouble: PaintError | CancelledError | None = None
        self._worker = worker
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def is_done(self) -> bool:
        """Whether it is over: `sentence` says what came out, or `trouble` what is wrong."""
        return not self._thread.is_alive()

    def wait(self) -> None:
        """Until it is over."""
        self._thread.join()

    def _run(self) -> None:
        height, width = (side // _SQUARE for side in _SIZE)
        squares = np.random.default_rng().random((height, width + 1, 3), np.float32)
        frame = squares.repeat(_SQUARE, axis=0).repeat(_SQUARE, axis=1)
        settings, previous = Settings(working_width=0), None
        try:
            hello = self._worker.start()
            began = time.monotonic()
            for number in (1, 2):
                seen = np.ascontiguousarray(frame[:, 2 * number : 2 * number + _SIZE[1]])
                request = Paint(0, "trial", number, 0, 0, "", settings, previous)
                previous = self._worker.paint(request, seen)[0].key
            took = time.monotonic() - began
            self.sentence = f"The engine {hello.version} works, on {hello.device}: two frames in {took:.1f} s"
        except (PaintError, CancelledError) as trouble:
            self.trouble = trouble
        except Exception as fault:  # the artist is told, whatever it is
            self.trouble = PaintError("the engine could not be tried", "", f"{type(fault).__name__}: {fault}")


class NEURALSTYLE_OT_test_engine(bpy.types.Operator):
    """Start the engine, have it paint two small frames, and say what it runs on"""

    bl_idname = "neural_style.test_engine"
    bl_label = "Test the Engine"

    @classmethod
    def poll(cls, _context) -> bool:
        """Whether it is not being tried already."""
        return not is_running()

    def invoke(self, context, _event) -> set[str]:
        """Begin, and look now and then how it stands."""
        if not self._begin():
            return {"CANCELLED"}
        self._timer = context.window_manager.event_timer_add(0.1, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event) -> set[str]:
        """Say what came out, once it is over; until then all is as ever."""
        if event.type != "TIMER" or not _running.is_done:
            return {"PASS_THROUGH"}
        context.window_manager.event_timer_remove(self._timer)
        return self._end()

    def cancel(self, context) -> None:
        """The window is closed: what comes out is not waited for."""
        context.window_manager.event_timer_remove(self._timer)
        _forget()

    def execute(self, _context) -> set[str]:
        """From a script: wait for it."""
        if not self._begin():
            return {"CANCELLED"}
        _running.wait()
        return self._end()

    def _begin(self) -> bool:
        global _running, outcome
        outcome = ""
        try:
            _running = _Trial(render.worker_to_start())
        except PaintError as trouble:
            self.report({"ERROR"}, str(trouble))
            return False
        status.touch()
        return True

    def _end(self) -> set[str]:
        global outcome
        trial = _running
        _forget()
        if trial.trouble is not None:
            self.report({"ERROR"}, str(trial.trouble))
            return {"CANCELLED"}
        outcome = trial.sentence
        status.forget_errors()
        self.report({"INFO"}, outcome)
        return {"FINISHED"}


def _forget() -> None:
    global _running
    _running = None
    status.touch()


register, unregister = bpy.utils.register_classes_factory((NEURALSTYLE_OT_test_engine,))
