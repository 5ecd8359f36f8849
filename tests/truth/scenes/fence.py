"""A thin structure: the camera goes along an iron fence, in front of a garden with a house, under wires."""

from itertools import pairwise
from math import sin

import shapes
from props import Props


def build(stage):
    props = Props(stage)
    stage.sun(42, -65)
    props.land()
    stage.put(shapes.hills(120, 70, 1.2, 9, 1), props.paint.meadow, (0, 36, -0.9), smooth=True)
    stage.put(shapes.hills(320, 60, 22, 36, 8), props.paint.grass, (0, 110, -3), smooth=True)
    props.house((-7, 24, 0), (11, 8, 6.5), 8, 3, 1, 4, 2)
    props.house((15, 31, 0), (9, 8, 6), -14, 0, 2, 3.4, 2)
    props.house((-27, 35, 0), (9, 8, 6), 12, 5, 0, 3.4, 2)
    for i in range(8):
        props.tree((-23 + 6.7 * i, 17 + (i * 7 % 5) * 2.2, 0), 5.5 + i % 3, (i + 2) % 3, i + 4)
    for i in range(26):
        bush = shapes.ball(0.75, 0.4, i)
        stage.put(bush, props.paint.leaves[(1, 2, 0)[i % 3]], (-17 + 1.4 * i, 9.5 + i * 3 % 4, 0.2), smooth=True)

    bars = []
    for i in range(-24, 34):
        bars.append((shapes.cone(0.022, 0.022, 1.62, 8), (0.34 * i, 0, 0)))
        bars.append((shapes.cone(0.055, 0.0, 0.2, 8), (0.34 * i, 0, 1.62)))
    for i in range(-4, 6):
        x = 2.04 * i + 0.17
        bars += [(shapes.box(0.13, 0.13, 1.95), (x, 0, 0)), (shapes.ball(0.12), (x, 0, 2.03))]
    bars += [(shapes.box(26, 0.05, 0.06), (1.5, 0, z)) for z in (0.22, 1.36)]
    stage.put(shapes.joined(*bars), props.iron, (0, 3.2, 0.0))
    for i in range(-2, 3):
        stage.put(shapes.cone(0.12, 0.09, 4.7, 10), props.paint.wood, (9.5 * i + 1, 5.5, 0))
        stage.put(shapes.box(1.1, 0.1, 0.12), props.paint.wood, (9.5 * i + 1, 5.5, 4.05))
    for side in (-0.45, 0.45):
        stage.put(_wire(-18, 20, 9.5), props.iron, (1 + side, 5.5, 4.7))

    def film(frame):
        x = -2.6 + 0.1 * frame
        return {"at": (x, -2.2, 1.75), "to": (0.4 * x, 12, 2.7 + 0.08 * sin(0.4 * frame)), "lens": 30}

    stage.filming(film)


def _wire(first, last, span, thick=0.028):
    """A wire that sags between posts `span` apart, as a thin band with a square section."""
    steps = [first + 0.25 * i for i in range(int((last - first) / 0.25) + 1)]
    curve = [(x, 2.0 * (((x - first - 1) / span) % 1 - 0.5) ** 2 - 0.5) for x in steps]
    pieces = []
    for (x, z), (right, up) in pairwise(curve):
        section = [(x, z - thick / 2), (right, up - thick / 2), (right, up + thick / 2), (x, z + thick / 2)]
        pieces.append((shapes.plate(section, thick), (0, 0, 0)))
    return shapes.joined(*pieces)
