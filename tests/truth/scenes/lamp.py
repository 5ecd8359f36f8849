"""A moving light: a still life whose sun goes round and changes its colour; the camera hardly moves."""

from math import sin

import materials as m
import shapes
from props import Props


def build(stage):
    props = Props(stage)
    cloth = m.bricks("cloth", (0.70, 0.12, 0.09), (0.86, 0.76, 0.58), (0.12, 0.20, 0.40), (0.62, 0.42), m.FLOOR, 0.16)
    wall = m.blotches("plaster", ((0.16, 0.26, 0.30), (0.28, 0.40, 0.42), (0.46, 0.50, 0.44)), 0.8)
    glaze = m.bands("glaze", ((0.05, 0.16, 0.42), (0.80, 0.80, 0.74), (0.12, 0.34, 0.60)), 1.4, "Z", 5.0)
    clay = m.bands("clay", ((0.48, 0.18, 0.07), (0.70, 0.34, 0.15), (0.30, 0.10, 0.04)), 2.2, "Z", 3.0)
    glass = m.blotches("bottle", ((0.02, 0.10, 0.05), (0.06, 0.24, 0.10), (0.30, 0.46, 0.20)), 1.2)
    fruit = {
        "apple": m.blotches("apple", ((0.70, 0.05, 0.03), (0.84, 0.20, 0.06), (0.86, 0.62, 0.14)), 1.6),
        "orange": m.cells("orange", ((0.88, 0.36, 0.03), (0.94, 0.48, 0.06), (0.80, 0.28, 0.02)), 9.0, 0.9),
        "lemon": m.blotches("lemon", ((0.88, 0.68, 0.05), (0.94, 0.80, 0.20), (0.64, 0.62, 0.10)), 2.2),
        "plum": m.blotches("plum", ((0.14, 0.04, 0.20), (0.30, 0.10, 0.32), (0.40, 0.30, 0.46)), 2.0),
    }
    table = shapes.ground(24, 14, lambda x, y: 0.03 * sin(2.1 * x) * sin(1.7 * y + x), 70)
    stage.put(table, cloth, (0, 4, 0), (0, 0, 14))
    stage.put(shapes.box(30, 0.4, 12), wall, (0, 9, -1))
    stage.put(shapes.box(4.4, 0.3, 5.4), props.paint.wood, (-4.6, 8.75, 2.6))
    stage.put(shapes.box(3.8, 0.3, 4.8), props.paint.meadow, (-4.6, 8.68, 2.9))

    jug = [(0.02, 0), (0.9, 0), (1.25, 0.7), (1.3, 1.4), (0.95, 2.2), (0.55, 2.8), (0.5, 3.3), (0.72, 3.7), (0.62, 3.7)]
    stage.put(shapes.turned(jug), glaze, (-1.9, 4.6, 0), smooth=True)
    bottle = [
        (0.02, 0),
        (0.58, 0),
        (0.62, 0.3),
        (0.62, 2.3),
        (0.5, 2.8),
        (0.2, 3.3),
        (0.18, 4.3),
        (0.25, 4.4),
        (0.02, 4.4),
    ]
    stage.put(shapes.turned(bottle), glass, (2.6, 5.4, 0), smooth=True)
    bowl = [(0.02, 0), (0.8, 0), (0.85, 0.15), (1.5, 0.55), (1.85, 1.15), (1.75, 1.15), (1.2, 0.7), (0.02, 0.5)]
    stage.put(shapes.turned(bowl), clay, (0.75, 3.0, 0), smooth=True)
    places = (
        ("apple", (0.2, 2.6, 1.15), 0.56), ("orange", (1.2, 2.7, 1.18), 0.58), ("plum", (0.75, 3.5, 1.2), 0.5),
        ("lemon", (0.75, 2.8, 1.85), 0.48), ("apple", (-1.6, 1.9, 0.5), 0.55), ("plum", (-0.75, 1.3, 0.4), 0.42),
        ("lemon", (2.75, 2.4, 0.45), 0.48), ("orange", (3.8, 3.4, 0.56), 0.6), ("apple", (-3.6, 3.2, 0.52), 0.55),
    )  # fmt: skip
    for n, (kind, place, radius) in enumerate(places):
        stage.put(shapes.ball(radius, 0.07, n, 0.92), fruit[kind], place, (20 * n, 35 * n, 50 * n), smooth=True)

    def shine(frame):
        t = frame / 30
        stage.sun(34 + 22 * sin(2.4 * t), -75 + 150 * t, 3.4 - 0.9 * t, (1.0, 0.93 - 0.22 * t, 0.84 - 0.44 * t))

    stage.animate(stage.light, shine, "rotation_euler")
    stage.animate(stage.light.data, shine, "energy", "color")
    stage.filming(lambda frame: {"at": (0.01 * frame, -6.5, 3.5), "to": (0.1, 4, 1.95), "lens": 38})
