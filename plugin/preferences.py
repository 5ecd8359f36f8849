"""The extension's preferences: the engine and what it runs on, the cache, and buttons that set up, try and remove."""

import bpy
from bpy.props import EnumProperty, FloatProperty, StringProperty

from . import engine, environment, installer, lines, remedies, status, storage, trial
from .door.folders import cache_folder
from .progress import short

#: How long a line of the preferences may be.
_LETTERS = 90


def _changed(preferences, _context) -> None:
    """Hand a change on; the next frame starts an engine that knows it."""
    environment.apply(preferences)
    status.forget_errors()


class NeuralStylePreferences(bpy.types.AddonPreferences):
    """What holds for all files."""

    bl_idname = __package__

    engine: StringProperty(
        name="Another Engine",
        description="Folder of the Python environment that the engine is installed in, such as the project's "
        ".envs/engine. Empty: the one that was installed here",
        subtype="DIR_PATH",
        update=_changed,
    )
    torch_index: StringProperty(
        name="PyTorch Index",
        description="Address of PyTorch's package index for the build that is to be installed, as its site lists them: "
        "for AMD cards, and for NVIDIA cards on Windows. Empty: what pip is set up with",
        update=_changed,
    )
    device: EnumProperty(
        name="Device",
        description="What the engine computes on",
        items=[
            ("AUTO", "Automatic", "The graphics card where PyTorch can use it, else the processor"),
            ("CUDA", "NVIDIA or AMD Card", "The first card that PyTorch's CUDA or ROCm build finds"),
            ("MPS", "Apple", "Apple's graphics processor"),
            ("XPU", "Intel Card", "The first card that PyTorch's XPU build finds"),
            ("CPU", "Processor", "The processor alone"),
        ],
        update=_changed,
    )
    memory: FloatProperty(
        name="Memory (GB)",
        description="Gigabytes of the device's memory that the engine may take for its own, where Blender or others "
        "need it too. Large frames are then painted part by part: slower, the same picture. 0: all that there is",
        min=0.0,
        soft_max=64.0,
        precision=1,
        update=_changed,
    )
    cache: StringProperty(
        name="Folder",
        description="Where painted frames and bakes are kept. Empty: the user's cache folder",
        subtype="DIR_PATH",
        update=_changed,
    )
    cache_limit: FloatProperty(
        name="Limit (GB)",
        description="Gigabytes that painted frames may take; those unused for longest go first. 0 keeps none",
        min=0.0,
        soft_max=100.0,
        default=4.0,
        precision=1,
        update=_changed,
    )
    log_level: EnumProperty(
        name="Log",
        description="What the engine writes into Blender's console",
        items=[
            ("WARNING", "Troubles", "Only what goes wrong"),
            ("INFO", "Every Frame", "A line for every frame, with its seconds"),
            ("DEBUG", "Everything", "All that the engine knows: for reports of faults"),
        ],
        update=_changed,
    )

    def draw(self, _context) -> None:
        """The preferences' face."""
        draw(self, self.layout)


def draw(preferences, layout) -> None:
    """Draw the preferences."""
    layout.use_property_split = True
    layout.use_property_decorate = False
    _draw_engine(preferences, layout.box())
    _draw_cache(preferences, layout.box())


def _draw_engine(preferences, box) -> None:
    trouble = engine.trouble()
    facts = engine.installed()
    column = box.column()
    if trouble and installer.is_running():
        pass  # it is being mended
    elif trouble:
        row = column.column()
        row.alert = True
        lines.draw(row, status.of_trouble(trouble).sentence, "ERROR", _LETTERS)
    elif engine.is_chosen():
        column.label(text=f"Engine: {engine.python().parent.parent}", icon="CHECKMARK")
    else:
        column.label(text=_described(facts) if facts else f"Engine: {engine.own_folder()}", icon="CHECKMARK")
        if facts.get("note"):
            lines.draw(column, facts["note"][:1].upper() + facts["note"][1:], "INFO", _LETTERS)
    if said := "Trying the engine …" if trial.is_running() else trial.outcome:
        column.label(text=said, icon="BLANK1")
    if not installer.draw(box, _LETTERS):
        row = box.row(align=True)
        again = "Install Anew …" if facts else "Install the Engine …"
        row.operator(installer.NEURALSTYLE_OT_install_engine.bl_idname, text=again, icon="IMPORT")
        row.operator(trial.NEURALSTYLE_OT_test_engine.bl_idname, icon="CHECKMARK")
        row.operator(installer.NEURALSTYLE_OT_fetch_networks.bl_idname, text="Fetch the Networks …", icon="IMPORT")
        row.operator(installer.NEURALSTYLE_OT_remove_engine.bl_idname, text="Remove …", icon="TRASH")
    column = box.column()
    _draw_setting(column, preferences, "device")
    _draw_setting(column, preferences, "memory")
    _draw_setting(column, preferences, "log_level")
    column.prop(preferences, "engine")
    _draw_setting(column, preferences, "torch_index", placeholder="What pip is set up with")
    if not bpy.app.online_access:
        row = box.row()
        row.label(text="Online access is off: nothing is fetched", icon="INTERNET_OFFLINE")
        remedies.draw(row, "online")


def _draw_cache(preferences, box) -> None:
    size = storage.size()
    row = box.row()
    row.label(text=f"Cache: {storage.words(size)}" if size is not None else "Cache: counting …", icon="FILE_CACHE")
    row.operator(NEURALSTYLE_OT_clear_cache.bl_idname, text="Clear …", icon="TRASH")
    column = box.column()
    _draw_setting(column, preferences, "cache", placeholder=str(cache_folder()))
    _draw_setting(column, preferences, "cache_limit")


def _described(facts: dict) -> str:
    """The installed engine in words."""
    parts = (f"Engine {facts['version']}", f"PyTorch {facts['torch']}", f"Python {facts['python']}")
    return " · ".join((*parts, short(facts["device"]), storage.words(facts["bytes"])))


def _draw_setting(layout, preferences, name: str, **more) -> None:
    """A setting; where it was set from outside, that it was."""
    given = environment.given(name)
    row = layout.row()
    row.active = not given
    row.prop(preferences, name, **more)
    if given:
        layout.label(text=f"{environment.VARIABLES[name]} is set to {given}, and is stronger", icon="INFO")


class NEURALSTYLE_OT_clear_cache(bpy.types.Operator):
    """Remove all painted frames, optical flow and bakes that are kept; they are made again when they are needed"""

    bl_idname = "neural_style.clear_cache"
    bl_label = "Clear the Cache"

    def invoke(self, context, event) -> set[str]:
        """Ask first: bakes take long."""
        return context.window_manager.invoke_confirm(
            self, event, title="Clear the Cache", message="All painted frames and bakes, of all files, are removed.",
            confirm_text="Clear", icon="WARNING",
        )  # fmt: skip

    def execute(self, _context) -> set[str]:
        """Remove them."""
        freed = storage.clear()
        self.report({"INFO"}, f"{storage.words(freed)} were freed")
        return {"FINISHED"}


_CLASSES = (NeuralStylePreferences, NEURALSTYLE_OT_clear_cache)

register, unregister = bpy.utils.register_classes_factory(_CLASSES)
