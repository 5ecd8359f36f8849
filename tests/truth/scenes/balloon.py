"""Coming back: a balloon covers a castle and uncovers it again, and a boat leaves the frame and returns.

The camera stands still. All returns to its place after 30 frames, and begins anew.
"""

from math import cos, pi, sin

import materials as m
import shapes
from props import Props


def build(stage):
    props = Props(stage)
    stage.sun(38, -55)
    stage.put(shapes.ground(200, 40, lambda x, y: 0.0, 2), props.paint.water, (0, 18, 0))
    stage.put(shapes.box(200, 2, 1.2), props.paint.cobbles, (0, 37.5, -0.6))
    props.land()
    stage.put(shapes.hills(160, 46, 7, 15, 5), props.paint.meadow, (0, 58, -1.5), smooth=True)
    stage.put(shapes.hills(380, 70, 60, 55, 9), props.paint.rock, (0, 160, -10), smooth=True)
    _castle(stage, props, (3, 52, 4.2))
    for i in range(9):
        props.tree((-30 + 7 * i, 40 + (i * 5 % 3), 0.8), 4 + i % 3, i % 3, i)
    props.house((-18, 43, 1), (7, 6, 4.5), 15, 5, 0, 3)
    props.house((21, 42, 1), (6, 6, 4.5), -12, 1, 1, 3)

    balloon = stage.group("balloon")
    silk = m.bands("silk", ((0.84, 0.16, 0.08), (0.94, 0.74, 0.20), (0.14, 0.36, 0.62)), 0.42, "Z", 1.5)
    skin = [(0.5, -3.6), (1.5, -2.4), (2.5, -0.9), (2.9, 0.5), (2.6, 1.9), (1.7, 2.9), (0.02, 3.3)]
    stage.put(shapes.turned(skin), silk, group=balloon, smooth=True)
    stage.put(shapes.box(1.0, 1.0, 0.8), props.paint.roofs[2], (0, 0, -5.4), group=balloon)
    ropes = [(shapes.box(0.05, 0.05, 1.4), (x, y, -4.7)) for x in (-0.45, 0.45) for y in (-0.45, 0.45)]
    stage.put(shapes.joined(*ropes), props.iron, group=balloon)
    swing = lambda frame: cos(2 * pi * (frame - 1) / 30)  # noqa: E731
    # Right of the castle in the first frame, over its left half in the sixteenth.
    stage.moving(balloon, lambda frame: (3.5 + 4.6 * swing(frame), 26, 8.6 + 0.5 * swing(2 * frame)),
                 lambda frame: (0, 0, 18 * swing(frame)))  # fmt: skip

    boat = stage.group("boat")
    props.boat(boat, 4.4, ((0.90, 0.86, 0.74), (0.70, 0.30, 0.20)))
    # Outside, on the left, in about a third of the frames.
    stage.moving(boat, lambda frame: (-15.2 + 3.0 * swing(frame), 22, 0.06 * sin(0.8 * frame)),
                 lambda frame: (0, 2 * sin(2 * pi * frame / 15), 0))  # fmt: skip
    stage.look((0, -8, 4.0), (0, 30, 6.2), 35)


def _castle(stage, props, at):
    base = (at, 0.0)
    stone, slate = props.paint.walls[2], props.paint.roofs[1]
    props.put(base, shapes.box(15, 8, 7), stone, (0, 0, -2))
    for x, height, wide in ((-7.5, 10, 1.9), (-2.4, 14, 1.6), (3.4, 11.5, 2.2), (7.8, 9, 1.7)):
        props.put(base, shapes.cone(wide, wide, height, 20), stone, (x, -3.6, -2))
        props.put(base, shapes.cone(1.25 * wide, 0.03, 2.1 * wide, 20), slate, (x, -3.6, height - 2))
    teeth = [(shapes.box(0.8, 0.6, 0.9), (-6.4 + 1.6 * i, -3.9, 5)) for i in range(9)]
    slits = [(shapes.box(0.7, 0.3, 1.5), (-5.2 + 2.1 * i, -4.0, 1.4)) for i in range(6)]
    props.put(base, shapes.joined(*teeth), stone, (0, 0, 0))
    props.put(base, shapes.joined(*slits), props.paint.window, (0, 0, 0))
