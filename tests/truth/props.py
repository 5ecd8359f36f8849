"""Things that stand about in the truth scenes: houses, trees, boats, a church; each is put on a stage as many parts."""

from math import radians

import bpy
import materials as m
import shapes
from mathutils import Matrix, Vector


class Palette:
    """Materials that several things share, made once for a stage."""

    def __init__(self) -> None:
        self.walls = [
            m.bricks("brick", (0.42, 0.13, 0.07), (0.62, 0.27, 0.13), (0.60, 0.52, 0.42), (0.5, 0.22)),
            m.blotches("ochre", ((0.80, 0.50, 0.16), (0.88, 0.66, 0.30), (0.70, 0.40, 0.13)), 1.6),
            m.bricks("stone", (0.55, 0.50, 0.42), (0.36, 0.33, 0.30), (0.70, 0.66, 0.58), (0.8, 0.4)),
            m.blotches("rose", ((0.78, 0.36, 0.30), (0.85, 0.52, 0.42), (0.62, 0.26, 0.24)), 1.8),
            m.bricks("boards", (0.16, 0.34, 0.46), (0.26, 0.46, 0.54), (0.07, 0.15, 0.22), (3.0, 0.28)),
            m.blotches("lime", ((0.82, 0.78, 0.66), (0.92, 0.88, 0.76), (0.66, 0.62, 0.52)), 1.5),
        ]
        self.roofs = [
            m.bricks("tiles", (0.55, 0.16, 0.07), (0.34, 0.09, 0.05), (0.12, 0.04, 0.03), (0.34, 0.30), m.ROOF),
            m.bricks("slates", (0.16, 0.19, 0.26), (0.27, 0.30, 0.38), (0.05, 0.06, 0.09), (0.4, 0.32), m.ROOF),
            m.bricks("thatch", (0.52, 0.38, 0.16), (0.40, 0.28, 0.11), (0.2, 0.13, 0.05), (0.16, 0.5), m.ROOF),
        ]
        self.window = m.blotches("window", ((0.05, 0.08, 0.13), (0.16, 0.24, 0.34), (0.42, 0.52, 0.58)), 1.1)
        self.frame = m.blotches("frame", ((0.80, 0.76, 0.66), (0.62, 0.57, 0.48)), 2.0)
        self.shutters = [
            m.bricks("shutter", (0.05, 0.26, 0.17), (0.09, 0.36, 0.23), (0.02, 0.10, 0.07), (2.0, 0.12)),
            m.bricks("blue shutter", (0.06, 0.16, 0.44), (0.10, 0.24, 0.56), (0.02, 0.05, 0.16), (2.0, 0.12)),
        ]
        self.wood = m.bands("wood", ((0.16, 0.08, 0.04), (0.36, 0.20, 0.09), (0.24, 0.12, 0.05)), 2.5, "Z")
        self.hull = m.bricks("hull", (0.34, 0.12, 0.06), (0.50, 0.22, 0.10), (0.10, 0.04, 0.02), (2.4, 0.24))
        self.leaves = [
            m.cells("leaves", ((0.05, 0.17, 0.03), (0.13, 0.32, 0.05), (0.32, 0.46, 0.08)), 4.0, 0.8),
            m.cells("autumn", ((0.45, 0.16, 0.03), (0.72, 0.36, 0.05), (0.80, 0.58, 0.12)), 4.0, 0.8),
            m.cells("blossom", ((0.86, 0.52, 0.58), (0.92, 0.78, 0.80), (0.40, 0.44, 0.20)), 4.5, 0.8),
            m.cells("cypress", ((0.02, 0.09, 0.05), (0.06, 0.18, 0.09), (0.12, 0.26, 0.12)), 5.0, 0.8),
        ]
        self.grass = m.blotches(
            "grass", ((0.09, 0.20, 0.03), (0.22, 0.36, 0.06), (0.42, 0.46, 0.12), (0.14, 0.27, 0.05)), 0.9
        )
        self.meadow = m.cells(
            "meadow", ((0.14, 0.28, 0.05), (0.24, 0.38, 0.07), (0.70, 0.58, 0.10), (0.20, 0.33, 0.06)), 2.2, 0.6
        )
        self.rock = m.blotches("rock", ((0.18, 0.17, 0.18), (0.40, 0.37, 0.34), (0.62, 0.56, 0.48)), 0.25, (1, 1, 2.5))
        self.cobbles = m.cells("cobbles", ((0.34, 0.30, 0.27), (0.50, 0.46, 0.41), (0.26, 0.25, 0.27)), 1.9, 1.0)
        self.water = m.bands(
            "water", ((0.03, 0.14, 0.22), (0.08, 0.28, 0.36), (0.40, 0.56, 0.60)), 0.35, "Y", 9.0, (0.35, 1, 1)
        )


class Props:
    """Puts things on a stage; `at` is where they stand, `turn` an angle about the vertical in degrees."""

    def __init__(self, stage) -> None:
        self.stage = stage
        self.paint = Palette()

    def put(self, base, mesh, material, place, turn=0.0, tilt=0.0, group=None, smooth=False):
        """A part at a place within a thing that stands and is turned as `base` = (at, turn)."""
        at, angle = base
        spun = Matrix.Rotation(radians(angle), 3, "Z") @ Vector(place)
        self.stage.put(mesh, material, Vector(at) + spun, (tilt, 0, angle + turn), group, smooth)

    def house(self, at, size=(6, 6, 6), turn=0.0, wall=0, tiles=0, rise=3.0, floors=2, group=None):
        """A house with windows and a door at its front, which is towards -y; ridge along x, or along y if gabled."""
        base, (x, y, z) = (at, turn), size
        self.put(base, shapes.box(x, y, z), self.paint.walls[wall], (0, 0, 0), group=group)
        self.put(base, shapes.roof(x, y, rise), self.paint.roofs[tiles], (0, 0, z), group=group)
        self.put(base, shapes.box(0.9, 0.9, rise + 1), self.paint.walls[0], (x / 4, 0, z), group=group)
        columns, high = max(2, int(x / 2)), z / floors
        glass, frames, wings = [], [], []
        for floor in range(floors):
            for column in range(columns):
                place = ((column + 0.5) * x / columns - x / 2, 0, floor * high + 0.3 * high)
                if floor == 0 and column == columns // 2:
                    door = shapes.box(1.1, 0.3, 0.75 * high)
                    self.put(base, door, self.paint.wood, (place[0], -y / 2, 0), group=group)
                    continue
                glass.append((shapes.box(0.8, 0.16, 0.5 * high), place))
                frames.append((shapes.box(1.0, 0.10, 0.6 * high), (place[0], 0, place[2] - 0.05 * high)))
                wings += [(shapes.box(0.4, 0.14, 0.56 * high), (place[0] + s * 0.72, 0, place[2])) for s in (-1, 1)]
        self.put(base, shapes.joined(*glass), self.paint.window, (0, -y / 2, 0), group=group)
        self.put(base, shapes.joined(*frames), self.paint.frame, (0, -y / 2, 0), group=group)
        self.put(base, shapes.joined(*wings), self.paint.shutters[(wall + tiles) % 2], (0, -y / 2, 0), group=group)

    def land(self, below=1.5, meadow=False):
        """Flat land as far as the eye can see, under everything else."""
        earth = self.paint.meadow if meadow else self.paint.grass
        self.stage.put(shapes.ground(900, 700, lambda x, y: 0.0, 2), earth, (0, 320, -below))

    def church(self, at, turn=0.0):
        """A nave with a tower and a pointed spire."""
        base, stone = (at, turn), self.paint.walls[2]
        self.put(base, shapes.box(12, 7, 8), stone, (7, 0, 0))
        self.put(base, shapes.roof(12, 7, 5), self.paint.roofs[1], (7, 0, 8))
        self.put(base, shapes.box(5, 5, 18), stone, (0, 0, 0))
        self.put(base, shapes.cone(3.9, 0.05, 11, 4), self.paint.roofs[1], (0, 0, 18), 45)
        windows = [(shapes.box(1.0, 7.2, 4), (3.5 + 3 * i, 0, 2.5)) for i in range(3)]
        windows += [(shapes.box(1.2, 5.2, 3), (0, 0, 12.5)), (shapes.box(5.2, 1.2, 3), (0, 0, 12.5))]
        self.put(base, shapes.joined(*windows), self.paint.window, (0, 0, 0))

    def tree(self, at, height=7.0, leaves=0, seed=0):
        """A trunk and three clumps of leaves."""
        base, crown = (at, 40.0 * seed), 0.30 * height
        self.put(base, shapes.cone(0.05 * height, 0.03 * height, 0.6 * height, 9), self.paint.wood, (0, 0, 0))
        places = ((0, 0, 0.72), (0.2, 0.06, 0.58), (-0.17, -0.1, 0.6))
        for i, (u, v, w) in enumerate(places):
            clump = shapes.ball(crown * (1, 0.75, 0.7)[i], 0.35, seed * 3 + i, 0.9)
            self.put(base, clump, self.paint.leaves[leaves], (u * height, v * height, w * height), smooth=True)

    def cypress(self, at, height=9.0, seed=0):
        """A tall, dark flame of a tree."""
        crown = shapes.ball(0.13 * height, 0.3, seed, 3.7)
        self.put((at, 0.0), crown, self.paint.leaves[3], (0, 0, 0.5 * height), smooth=True)

    def lamp(self, at, height=4.5):
        """A street lamp on a thin post."""
        parts = [(shapes.cone(0.09, 0.05, height, 8), (0, 0, 0)), (shapes.cone(0.22, 0.12, 0.5, 8), (0, 0, 0))]
        parts.append((shapes.cone(0.14, 0.28, 0.55, 6), (0, 0, height)))
        parts.append((shapes.cone(0.34, 0.02, 0.3, 6), (0, 0, height + 0.55)))
        self.put((at, 0.0), shapes.joined(*parts), self.iron, (0, 0, 0))

    @property
    def iron(self) -> bpy.types.Material:
        """Dark, painted iron."""
        found = bpy.data.materials.get("iron")
        return found or m.blotches("iron", ((0.015, 0.03, 0.03), (0.05, 0.09, 0.08), (0.12, 0.15, 0.12)), 3.0)

    def boat(self, group, length=6.0, sail=((0.85, 0.30, 0.12), (0.95, 0.80, 0.52))):
        """A sailing boat as a group of its own, about the group's origin, seen from its side (from -y)."""
        l = length  # noqa: E741
        hull = [(-0.5 * l, 0.16 * l), (-0.40 * l, -0.03 * l), (0.36 * l, -0.03 * l), (0.55 * l, 0.20 * l)]
        name = f"{group.name} sail"
        cloth = m.bands(name, (*sail, sail[0]), 0.35, "Z", 1.2)
        base = ((0, 0, 0), 0.0)
        self.put(base, shapes.plate(hull, 0.22 * l), self.paint.hull, (0, 0, 0), group=group)
        self.put(base, shapes.cone(0.02 * l, 0.01 * l, 1.15 * l, 8), self.paint.wood, (0, 0, 0.1 * l), group=group)
        main = [(0.03 * l, 0.28 * l), (0.50 * l, 0.30 * l), (0.30 * l, 0.62 * l), (0.03 * l, 1.18 * l)]
        jib = [(-0.52 * l, 0.24 * l), (-0.06 * l, 0.30 * l), (-0.03 * l, 1.08 * l)]
        self.put(base, shapes.plate(main, 0.03), cloth, (0, -0.04 * l, 0), group=group)
        self.put(base, shapes.plate(jib, 0.03), cloth, (0, 0.02 * l, 0), group=group)
