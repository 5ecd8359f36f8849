"""The stage of a truth scene: rigid groups and how they move, the sun, the camera, and Cycles without noise."""

from collections.abc import Callable
from math import radians

import bpy
import materials
from mathutils import Euler, Matrix, Vector

#: Rays through a pixel. All light is direct and from a point, so the only noise is that of edges and fine texture.
SAMPLES = 16


class Stage:
    """An empty scene that fills up.

    What stands still belongs to the group 1; `group` makes others, whose parts move as one rigid body.
    """

    def __init__(self, width: int, height: int, frames: int) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        bpy.context.preferences.edit.keyframe_new_interpolation_type = "LINEAR"
        self.scene = bpy.context.scene
        self.frames = frames
        self.groups: list[bpy.types.Object] = []
        self.still = self.group("still")
        self.scene.frame_start, self.scene.frame_end = 1, frames
        self.scene.render.fps = 24
        self.scene.render.resolution_x, self.scene.render.resolution_y = width, height
        self.scene.render.resolution_percentage = 100
        camera = bpy.data.cameras.new("Camera")
        camera.clip_end = 2000.0
        self.camera = self.scene.camera = self._link(bpy.data.objects.new("Camera", camera))
        self.light = self._link(bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN")))
        self.light.data.angle = 0.0  # a sun without a width: shadows without noise
        self.sun(35, -50)
        materials.sky(self.scene)

    def _link(self, thing: bpy.types.Object) -> bpy.types.Object:
        self.scene.collection.objects.link(thing)
        return thing

    def group(self, name: str) -> bpy.types.Object:
        """A new rigid group."""
        self.groups.append(self._link(bpy.data.objects.new(name, None)))
        return self.groups[-1]

    def put(self, mesh, material, at=(0, 0, 0), turn=(0, 0, 0), group=None, smooth=False) -> bpy.types.Object:
        """A mesh as a part of a group, at a place and with Euler angles (degrees) within it."""
        thing = self._link(bpy.data.objects.new(mesh.name, mesh))
        mesh.materials.append(material)
        mesh.polygons.foreach_set("use_smooth", [smooth] * len(mesh.polygons))
        # Cycles follows a ray that a surface scatters even where no bounces are allowed, to see whether it meets a
        # light: what glows must not be met, for that would be noise.
        thing.visible_diffuse = False
        group = group or self.still
        thing.parent, thing.pass_index = group, self.groups.index(group) + 1
        thing.location, thing.rotation_euler = at, Euler(map(radians, turn))
        return thing

    def sun(self, height: float, direction: float, strength: float = 3.5, colour=(1.0, 0.90, 0.74)) -> None:
        """Where the sun shines from, in degrees: its height; 0 is behind the camera, 90 at its right."""
        self.light.rotation_euler = Euler((radians(90 - height), 0, radians(direction)))
        self.light.data.energy, self.light.data.color = strength, colour

    def look(self, at, to, lens: float = 35.0, roll: float = 0.0) -> None:
        """Place the camera; roll in degrees."""
        towards = Vector(to) - Vector(at)
        turned = towards.to_track_quat("-Z", "Y").to_matrix() @ Matrix.Rotation(radians(roll), 3, "Z")
        self.camera.location, self.camera.data.lens = at, lens
        # The Euler angles nearest to those of the frame before: no interpolation takes the long way round.
        self.camera.rotation_euler = turned.to_euler("XYZ", self.camera.rotation_euler)

    def animate(self, thing: bpy.types.Object, pose: Callable[[int], None], *paths: str) -> None:
        """Keyframe what `pose(frame)` sets at every frame, and one before and after, which the Vector pass looks at."""
        for frame in range(self.frames + 2):
            pose(frame)
            for path in paths or ("location", "rotation_euler"):
                thing.keyframe_insert(path, frame=frame)

    def moving(
        self, group: bpy.types.Object, place: Callable[[int], tuple], turn: Callable[[int], tuple] | None = None
    ) -> None:
        """Move a group: its place, and its Euler angles in degrees, at a frame (from 1)."""

        def pose(frame: int) -> None:
            group.location = place(frame)
            group.rotation_euler = Euler(map(radians, turn(frame))) if turn else Euler()

        self.animate(group, pose)

    def filming(self, pose: Callable[[int], dict]) -> None:
        """Move the camera: the arguments of `look` at a frame (from 1)."""
        self.animate(self.camera, lambda frame: self.look(**pose(frame)))

    def prepare(self, folder: str, data: bool) -> None:
        """Set Cycles up for the pictures (PNG) or for the data (multilayer EXR)."""
        scene, cycles = self.scene, self.scene.cycles
        scene.render.engine = "CYCLES"
        scene.render.filepath = folder + "/"
        scene.render.use_persistent_data = True
        scene.render.use_motion_blur = False  # with it there is no Vector pass
        scene.render.dither_intensity = 0.0
        scene.view_settings.view_transform = "Standard"
        cycles.device, cycles.max_bounces = "CPU", 0
        cycles.use_denoising = cycles.use_adaptive_sampling = cycles.use_animated_seed = False
        # A filter that is as narrow as Cycles lets it be, and one sample: the data of a pixel are those of the one
        # surface at its centre. Anti-aliased, an edge would get the mean of two depths, which nothing is at.
        cycles.pixel_filter_type, cycles.filter_width = "BLACKMAN_HARRIS", 0.01 if data else 1.5
        cycles.samples = 1 if data else SAMPLES
        layer, image = scene.view_layers[0], scene.render.image_settings
        layer.use_pass_z = layer.use_pass_vector = layer.use_pass_object_index = data
        if data:
            output = layer.aovs.add()
            output.name, output.type = materials.NORMAL, "COLOR"
        if hasattr(image, "media_type"):  # Blender 5
            image.media_type = "MULTI_LAYER_IMAGE" if data else "IMAGE"
        image.file_format = "OPEN_EXR_MULTILAYER" if data else "PNG"
        if data:
            image.color_depth, image.exr_codec = "32", "ZIP"
        else:
            image.color_mode, image.color_depth, image.compression = "RGB", "8", 90

    def matrices(self) -> dict[str, list]:
        """Projection, view and poses of every frame, as `neural_style.truth` reads them."""
        result: dict[str, list] = {"projections": [], "views": [], "poses": []}
        render = self.scene.render
        for frame in range(1, self.frames + 1):
            self.scene.frame_set(frame)
            depsgraph = bpy.context.evaluated_depsgraph_get()
            camera = self.camera.evaluated_get(depsgraph)
            projection = camera.calc_matrix_camera(depsgraph, x=render.resolution_x, y=render.resolution_y)
            poses = [Matrix(), *(group.evaluated_get(depsgraph).matrix_world for group in self.groups)]
            result["projections"].append(_rows(projection))
            result["views"].append(_rows(camera.matrix_world.inverted()))
            result["poses"].append([_rows(pose) for pose in poses])
        return result


def _rows(matrix: Matrix) -> list[list[float]]:
    return [list(row) for row in matrix]
