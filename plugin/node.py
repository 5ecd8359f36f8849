"""The Neural Style node: its properties, and how it is drawn."""

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from . import detail, face, graph, picture, sockets, styles
from .door.catalogue import METHODS, Entry
from .door.messages import Settings

_DEFAULTS = Settings()


def _items(entries: tuple[Entry, ...]) -> list[tuple[str, str, str, int]]:
    """Entries as Blender's enum items; the number, which files and keyframes store, is the entry's place."""
    return [(entry.name, entry.label, entry.description, place) for place, entry in enumerate(entries)]


class CompositorNodeNeuralStyle(bpy.types.CompositorNodeCustomGroup):
    """Paints what is wired in, so that it looks the same from one frame to the next."""

    bl_idname = graph.IDNAME
    bl_label = "Neural Style"
    bl_icon = "BRUSH_DATA"
    bl_width_default = 220
    bl_width_min = 160

    style: EnumProperty(
        name="Style",
        description="The painting to look like",
        items=styles.items,
        default=styles.DEFAULT,
        update=styles.remember,
    )
    own_styles: StringProperty(
        description="The names of the styles of the user's own that were ever chosen here", options={"HIDDEN"}
    )
    second_style: EnumProperty(
        name="Second Style",
        description="Another style that is mixed into the first one",
        items=styles.second_items,
        default=styles.NONE_NUMBER,
        update=styles.remember,
    )
    blend: FloatProperty(
        name="Blend",
        description="How much of the second style there is: 0 is the first style, 1 the second. Keyframe it slowly, "
        "and one painting turns into the other",
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        default=0.5,
    )
    picture: StringProperty(
        name="Picture",
        description="Any picture as the painting to look like, in place of the style; empty takes the style",
        subtype="FILE_PATH",
        options={"PATH_SUPPORTS_BLEND_RELATIVE"},
    )
    painting: StringProperty(
        name="Painting",
        description="The picture whose brush strokes and palette the method takes; "
        "empty takes the picture that the style is after",
        subtype="FILE_PATH",
        options={"PATH_SUPPORTS_BLEND_RELATIVE"},
    )
    style_weight: FloatProperty(
        name="Style Weight",
        description="How much of the painting is seen: 0 gives the input back as it is, 1 the painting",
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        default=_DEFAULTS.style_weight,
    )
    original_colours: BoolProperty(
        name="Original Colours",
        description="Keep the colours of the input, and take only the lightness of the painting",
        default=_DEFAULTS.original_colours,
    )
    method: EnumProperty(
        name="Method",
        description="How frames are painted and held together",
        items=_items(METHODS),
        default=_DEFAULTS.method,
    )
    temporal: FloatProperty(
        name="Temporal",
        description="How firmly a frame is held to the one before, as a multiple of the method's own measure: "
        "more flickers less, less follows the footage more closely",
        min=0.0,
        max=4.0,
        default=_DEFAULTS.temporal,
    )
    iterations: IntProperty(
        name="Iterations",
        description="Steps of the solver per frame at most: more are slower and finer. 0 takes the method's own number",
        min=0,
        soft_max=200,
        max=5000,
        default=_DEFAULTS.iterations,
    )
    seed: IntProperty(
        name="Seed",
        description="Another number gives another variant of the same painting; 0 is the plain one",
        min=0,
        default=_DEFAULTS.seed,
    )
    working_width: IntProperty(
        name="Working Width",
        description="Width that is painted at: smaller is faster, and its strokes are larger in the picture. "
        "The picture comes back in the size of the input. 0 takes the width of the input",
        min=0,
        soft_max=4096,
        max=16384,
        subtype="PIXEL",
        default=_DEFAULTS.working_width,
    )
    custom_width: BoolProperty(
        name="Custom Working Width", description="Show the Working Width", default=False, options={"HIDDEN"}
    )
    detail: EnumProperty(
        name="Detail",
        description="How finely it is painted, against how fast: the working width by name",
        items=[(name, label, text, "", number) for name, label, text, number in detail.ITEMS],
        get=detail.get,
        set=detail.put,
        options=set(),
    )
    upscale: EnumProperty(
        name="Upscale",
        description="How a painting that is smaller than the input is brought to its size. A render of 1920 pixels is "
        "painted four times as fast at a working width of 960, and twice as large by super-resolution",
        items=[
            ("1", "None", "Scale it: soft", 1),
            ("2", "×2", "Enlarge it twice by super-resolution: sharp", 2),
            ("4", "×4", "Enlarge it four times by super-resolution, for 4K: sharp", 4),
        ],
        default=str(_DEFAULTS.upscale),
    )
    show_advanced: BoolProperty(
        name="Advanced", description="Show what is seldom changed", default=False, options=set()
    )

    def init(self, _context) -> None:
        """Make the inner tree; Blender calls it for a new node."""
        picture.build(self)

    def copy(self, _original) -> None:
        """Part a duplicate from its original; Blender calls it, also for every node of a copied tree."""
        picture.on_copy(self)

    def draw_label(self) -> str:
        """The title of the node."""
        return self.bl_label

    def draw_buttons(self, _context, layout) -> None:
        """The node's face."""
        face.draw(self, layout)


def register() -> None:
    """Make the node known to Blender."""
    bpy.utils.register_class(CompositorNodeNeuralStyle)
    sockets.register()


def unregister() -> None:
    """Take it back."""
    sockets.unregister()
    bpy.utils.unregister_class(CompositorNodeNeuralStyle)
