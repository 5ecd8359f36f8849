"""Names what a node's input depends on, by its data and without rendering: an equal name, an equal picture.

A bake is found again by such a name. It is made of all properties that Blender shows to Python, of compositor nodes as
they are evaluated at a frame, and of files as the file system knows them. Where the upstream renders a 3D scene, all
data that the scene reaches counts, and its animation counts as keyframes: any change to them is a change to every
frame. A render or a bake never relies on it for its pixels, only for which kept frame to go on from.
"""

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np

from . import graph


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: What the eye sees of a data-block, but its picture does not, and what Blender derives itself.
_IDLE = _words(
    """rna_type id_data original library library_weak_reference override_library preview asset_data users use_fake_user
    use_extra_user tag session_uid is_evaluated name_full select internal_links color_tag animation_data show_expanded
    active active_item use_select is_active_output grease_pencil interface matrix_world matrix_local matrix_basis
    active_shape_key bound_box is_dirty active_material active_material_index show_name hide_viewport hide_select
    node_tree loops vertices edges polygons loop_triangles loop_triangle_polygons corner_normals vertex_normals
    polygon_normals uv_layers vertex_colors color_attributes active_color_index default_color_name attributes
    color_attributes key_blocks point_caches point_cache filepath filepath_raw depsgraph pixels size channels
    uv_layer_clone uv_layer_stencil frame_duration depth generated_width generated_height"""
)

#: Of nodes, also their place and size.
_IDLE_OF_NODES = _IDLE | _words(
    """location location_absolute width height dimensions color use_custom_color show_options show_preview show_texture
    hide parent label warning_propagation node debug_lazy_function_graph debug_zone_body_lazy_function_graph bl_idname
    bl_label bl_description bl_icon bl_static_type bl_width_default bl_width_min bl_width_max bl_height_default
    bl_height_min bl_height_max view_center"""
)

#: Of scenes, also what does not reach the render of their objects.
_IDLE_OF_SCENES = _IDLE | _words(
    """display cursor tool_settings sequence_editor compositing_node_group display_settings view_settings
    sequencer_colorspace_settings frame_current frame_current_final frame_subframe frame_float frame_start frame_end
    frame_step frame_preview_start frame_preview_end use_preview_range show_subframe keying_sets keying_sets_all objects
    safe_areas image_settings ffmpeg threads threads_mode use_overwrite use_placeholder use_lock_interface
    use_persistent_data metadata_input stamp_note_text collection transform_orientation_slots uvedit"""
)

#: What Blender says of itself rather than of the file.
_OF_BLENDER = (bpy.types.Struct, bpy.types.Property, bpy.types.Depsgraph)

#: Where an attribute's values are, by its type's name where it is not in `value`.
_VALUES = {"FLOAT_VECTOR": "vector", "FLOAT2": "vector", "FLOAT_COLOR": "color", "BYTE_COLOR": "color"}


class Fingerprint:
    """One name in the making.

    deep: whether the data-blocks that nodes point to count, or only the nodes' own values.
    """

    def __init__(self, deep: bool = True) -> None:
        self._digest = hashlib.blake2b(digest_size=16)
        self._deep = deep
        self._seen: set[object] = set()

    @property
    def name(self) -> str:
        """The name of all that was fed."""
        return self._digest.hexdigest()

    def feed(self, *values: object) -> None:
        """Plain values: numbers, texts, lists of them."""
        self._digest.update(repr(values).encode() + b"\0")

    def feed_file(self, path: Path) -> None:
        """A file, by its path, size and date."""
        try:
            about = path.stat()
            self.feed(str(path), about.st_size, about.st_mtime_ns)
        except OSError:
            self.feed(str(path), "is not there")

    def feed_nodes(self, nodes: list, style: Callable[[bpy.types.Node], str]) -> None:
        """Compositor nodes, and what is wired between them; `style` says what counts of a Neural Style node."""
        for node in sorted(nodes, key=lambda node: node.name):
            self.feed("node", node.bl_idname, node.name, node.mute)
            if graph.is_style(node):
                self.feed(style(node))
            elif node.type == "R_LAYERS":
                self.feed(node.layer)
            else:
                # Blender warns in the terminal of layers that are not there.
                gone = {name for name in ("layer", "view") if not getattr(node, f"has_{name}s", True)}
                self._feed_struct(node, _IDLE_OF_NODES | gone)
            for link in (link for socket in node.inputs for link in socket.links if link.is_valid):
                self.feed(link.to_socket.identifier, link.from_node.name, link.from_socket.identifier, link.is_muted)
            if node.type == "GROUP" and node.node_tree and not graph.is_style(node):
                self.feed_nodes(list(node.node_tree.nodes), style)

    def feed_scene(self, scene: bpy.types.Scene) -> None:
        """Everything that a render of a scene's 3D objects depends on, its animation included."""
        self.feed_id(scene)
        for thing in scene.objects:
            self.feed_id(thing)
        for collection in scene.collection.children_recursive:
            self.feed(collection.name, collection.hide_render, sorted(thing.name for thing in collection.objects))

    def feed_id(self, thing: bpy.types.ID) -> None:
        """A data-block: its own values, its files and geometry, and all data-blocks that it points to."""
        thing = thing.original
        if not self._deep or isinstance(thing, bpy.types.CompositorNodeTree):
            self.feed(thing.name)  # a tree's nodes are fed as they are evaluated
            return
        if thing.as_pointer() in self._seen:
            self.feed("again", thing.name)
            return
        self._seen.add(thing.as_pointer())
        self.feed("id", type(thing).__name__, thing.name, thing.library.filepath if thing.library else "")
        self._feed_files(thing)
        self._feed_geometry(thing)
        animated = self._feed_animation(getattr(thing, "animation_data", None))
        if isinstance(thing, bpy.types.NodeTree):
            self._feed_tree(thing, animated)
        else:
            self._feed_struct(thing, _IDLE_OF_SCENES if isinstance(thing, bpy.types.Scene) else _IDLE, animated)
        for member in thing.all_objects if isinstance(thing, bpy.types.Collection) else ():
            self.feed_id(member)
        tree = getattr(thing, "node_tree", None)  # a material's, a world's, a light's; a scene's is another matter
        if tree is not None and not isinstance(thing, bpy.types.Scene):
            self.feed_id(tree)

    def _feed_tree(self, tree: bpy.types.NodeTree, animated: set[str]) -> None:
        for node in tree.nodes:
            self._feed_struct(node, _IDLE_OF_NODES, animated, f'nodes["{node.name}"].')
            if getattr(node, "node_tree", None):
                self.feed_id(node.node_tree)
        for link in tree.links:
            self.feed(link.from_node.name, link.from_socket.identifier, link.to_node.name, link.to_socket.identifier)

    def _feed_struct(
        self, thing, idle: frozenset[str], animated: frozenset[str] | set[str] = frozenset(), at=""
    ) -> None:
        """All properties of a thing, but those that do not count or that animation sets."""
        place = type(thing).__name__, thing.as_pointer()  # a struct and its first member share an address
        if place in self._seen:
            self.feed("again")
            return
        self._seen.add(place)
        for prop in thing.bl_rna.properties:
            name = prop.identifier
            if name in idle or name.startswith("active_") or f"{at}{name}" in animated:
                continue
            if prop.type in {"POINTER", "COLLECTION"}:
                self._feed_children(thing, prop, idle, animated, f"{at}{name}")
            elif not prop.is_readonly:
                value = getattr(thing, name)
                if prop.type == "ENUM" and prop.is_enum_flag:
                    value = sorted(value)
                elif getattr(prop, "is_array", False):
                    value = [tuple(row) if hasattr(row, "__len__") else row for row in value]
                elif prop.subtype in {"FILE_PATH", "DIR_PATH"}:
                    value = os.path.realpath(bpy.path.abspath(value))
                self.feed(name, value)

    def _feed_children(self, thing, prop, idle, animated, path: str) -> None:
        value = getattr(thing, prop.identifier)
        children = [(path, value)] if prop.type == "POINTER" else []
        if prop.type == "COLLECTION":
            children = [(f"{path}[{place}]", child) for place, child in enumerate(value)]
        self.feed(prop.identifier, len(children))
        for at, child in children:
            if isinstance(child, bpy.types.ID):
                if not isinstance(child, bpy.types.Scene):
                    self.feed_id(child)
            elif child is not None and not isinstance(child, _OF_BLENDER):
                self._feed_struct(child, idle, animated, f"{at}.")

    def _feed_files(self, thing: bpy.types.ID) -> None:
        """The file that a data-block is read from: its path, size and date; all of them for a sequence."""
        if isinstance(thing, bpy.types.Image) and (thing.source == "GENERATED" or thing.is_dirty):
            self.feed(tuple(thing.size))
            values = np.empty(len(thing.pixels), np.float32)
            thing.pixels.foreach_get(values)
            self._digest.update(values.tobytes())
            return
        packed = getattr(thing, "packed_file", None)
        if packed:
            self._digest.update(packed.data)
            return
        given = getattr(thing, "filepath", "")
        if not isinstance(given, str) or not given or isinstance(thing, bpy.types.Library):
            return
        path = Path(os.path.realpath(bpy.path.abspath(given, library=thing.library)))
        self.feed(str(path))
        try:
            if getattr(thing, "source", "") in {"SEQUENCE", "TILED"}:
                alike = re.compile(re.sub(r"\\?\d+", r"\\d+", re.escape(path.name)))
                files = sorted(file for file in path.parent.iterdir() if alike.fullmatch(file.name))
            else:
                files = [path]
            for file in files:
                self.feed_file(file)
        except OSError:
            self.feed("no such folder")

    def _feed_geometry(self, thing: bpy.types.ID) -> None:
        for attribute in getattr(thing, "attributes", ()):
            # Those with a dot are Blender's own notes, such as what is selected, but for what connects what.
            if attribute.name.startswith(".") and attribute.name not in {".edge_verts", ".corner_vert"}:
                continue
            self._feed_array(attribute.name, attribute.data, _VALUES.get(attribute.data_type, "value"))
        for block in getattr(thing, "key_blocks", ()):
            self._feed_array(block.name, block.data, "co")

    def _feed_array(self, name: str, data, field: str) -> None:
        if not len(data) or not hasattr(data[0], field):
            return
        first = getattr(data[0], field)
        if isinstance(first, (str, bytes)):
            self.feed(name, [getattr(item, field) for item in data])
            return
        width = len(first) if hasattr(first, "__len__") else 1
        kinds = {bool: np.bool_, int: np.int32}
        values = np.empty(len(data) * width, kinds.get(type(first[0] if width > 1 else first), np.float32))
        data.foreach_get(field, values)
        self.feed(name, len(data))
        self._digest.update(values.tobytes())

    def _feed_animation(self, animation) -> set[str]:
        """Keyframes and drivers of a data-block; returns the paths of the properties that they set."""
        if animation is None:
            return set()
        actions = [animation.action, *(strip.action for track in animation.nla_tracks for strip in track.strips)]
        for track in animation.nla_tracks:
            self._feed_struct(track, _IDLE)
        curves = [curve for action in actions if action for curve in _curves(action)]
        for curve in [*curves, *animation.drivers]:
            points = np.empty(2 * len(curve.keyframe_points), np.float32)
            for field in ("co", "handle_left", "handle_right"):
                curve.keyframe_points.foreach_get(field, points)
                self._digest.update(points.tobytes())
            kinds = [point.interpolation for point in curve.keyframe_points]
            self.feed(curve.data_path, curve.array_index, curve.mute, curve.extrapolation, kinds)
            for modifier in curve.modifiers:
                self._feed_struct(modifier, _IDLE)
            if curve.driver:
                self._feed_struct(curve.driver, _IDLE)
        return {curve.data_path for curve in (*curves, *animation.drivers)}


def _curves(action: bpy.types.Action) -> list:
    """All F-curves of an action."""
    if hasattr(action, "fcurves"):
        return list(action.fcurves)
    bags = (bag for layer in action.layers for strip in layer.strips for bag in strip.channelbags)
    return [curve for bag in bags for curve in bag.fcurves]
