"""Rotation: a mill's sails turn in the picture's plane, a roundabout out of it, and the camera rolls a little."""

from math import cos, pi, sin

import materials as m
import shapes
from props import Props


def build(stage):
    props = Props(stage)
    stage.sun(40, -55)
    props.land()
    stage.put(shapes.hills(160, 110, 1.6, 14, 3), props.paint.meadow, (0, 42, -1.3), smooth=True)
    stage.put(shapes.hills(320, 60, 24, 38, 6), props.paint.grass, (0, 125, -3), smooth=True)
    for i in range(7):
        props.cypress((-34 + 11 * i, 58 + 5 * (i % 3), 0), 9 + i % 3, i)
        props.tree((-28 + 10.5 * i, 42 + 7 * (i % 2), 0), 6 + i % 3, i % 3, i)
    props.house((14.5, 34, 0), (8, 6, 5), -18, 1, 2, 3)
    props.house((-15.5, 33, 0), (7, 6, 5.5), 22, 4, 0, 3)

    outline = [(3.4, 0), (3.1, 3), (2.8, 6), (2.45, 9), (2.3, 10)]
    stage.put(shapes.turned(outline), props.paint.walls[5], (-4.2, 22, 0), smooth=True)
    stage.put(shapes.turned([(2.6, 0), (2.2, 1.3), (1.2, 2.4), (0.02, 2.9)]), props.paint.roofs[2], (-4.2, 22, 10))
    for z in (2, 6):
        stage.put(shapes.box(0.9, 0.4, 1.4), props.paint.window, (-4.2, 18.9, z))

    sails = stage.group("sails")
    cloth = m.bricks("cloth", (0.86, 0.78, 0.60), (0.72, 0.30, 0.14), (0.25, 0.13, 0.06), (0.9, 0.62), joint=0.2)
    for i in range(4):
        blade = shapes.plate([(0.15, 1.2), (1.5, 1.2), (1.5, 7.4), (0.15, 7.4)], 0.06)
        stage.put(blade, cloth, turn=(0, 90 * i, 0), group=sails)
        stage.put(shapes.plate([(-0.14, 0), (0.14, 0), (0.14, 7.7), (-0.14, 7.7)], 0.14), props.paint.wood,
                  (0, -0.05, 0), (0, 90 * i, 0), sails)  # fmt: skip
    stage.put(shapes.ball(0.6), props.paint.walls[3], group=sails)
    stage.moving(sails, lambda frame: (-4.2, 18.2, 10.2), lambda frame: (0, 3.5 * frame + 12, 0))

    fair = stage.group("roundabout")
    stripes = m.bands("stripes", ((0.72, 0.08, 0.06), (0.95, 0.86, 0.66), (0.08, 0.25, 0.52)), 0.8, "X", 2.5)
    stage.put(shapes.cone(3.3, 3.3, 0.5, 12), props.paint.walls[4], group=fair)
    stage.put(shapes.cone(0.7, 0.7, 3.6, 8), props.paint.walls[0], group=fair)
    stage.put(shapes.cone(3.6, 0.1, 1.7, 12), stripes, (0, 0, 3.4), group=fair)
    coats = (props.paint.walls[3], props.paint.leaves[1], props.paint.walls[1], props.paint.leaves[0])
    for i in range(8):
        angle = i * pi / 4
        at = (2.6 * cos(angle), 2.6 * sin(angle))
        stage.put(shapes.cone(0.08, 0.08, 3.0, 6), props.paint.frame, (*at, 0.5), group=fair)
        stage.put(shapes.ball(0.55, 0.25, i, 0.9), coats[i % 4], (*at, 1.5 + 0.3 * (i % 2)), group=fair, smooth=True)
    stage.moving(fair, lambda frame: (5.0, 14.5, 0.1), lambda frame: (0, 0, 4 * frame))
    stage.filming(lambda frame: {"at": (0, -2, 3.4), "to": (0.6, 20, 6.1), "lens": 30, "roll": 0.35 * frame - 5})
