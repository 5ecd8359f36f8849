"""A static camera over a village square in which only a weathercock turns and a cart goes to and fro; of any length."""

from math import pi, sin

import shapes
from props import Props


def build(stage):
    props = Props(stage)
    stage.sun(40, -60)
    stage.put(shapes.ground(90, 60, lambda x, y: 0.0, 2), props.paint.cobbles, (0, 22, 0))
    props.land(0.05)
    stage.put(shapes.hills(320, 60, 30, 45, 7), props.paint.grass, (0, 95, -4), smooth=True)
    props.church((-9, 62, 0))
    props.house((-17, 22, 0), (8, 7, 7), 35, 3, 0, 3.4)
    props.house((12, 27, 0), (9, 7, 6.5), -15, 1, 2, 3.6)
    props.house((19, 18, 0), (7, 7, 7), -55, 0, 1, 3.4)
    for i in range(5):
        props.tree((-12 + 5.2 * i, 21 + (i * 5 % 3) * 2, 0), 4.5 + i % 3, i % 3, i + 2)
    for x in (-7.5, 7):
        props.lamp((x, 13, 0), 4.2)
    basin = shapes.turned([(1.9, 0), (1.9, 0.8), (1.6, 0.8), (1.6, 0.5), (0.02, 0.5)], 28)
    stage.put(basin, props.paint.walls[2], (2.2, 24, 0))
    stage.put(shapes.cone(0.3, 0.16, 2.2, 10), props.paint.walls[5], (2.2, 24, 0))

    cart = stage.group("cart")
    stage.put(shapes.box(2.0, 1.0, 0.7), props.paint.walls[4], (0, 0, 0.5), group=cart)
    stage.put(shapes.ball(0.62, 0.3, 5, 0.6), props.paint.leaves[1], (0, 0, 1.25), group=cart, smooth=True)
    stage.moving(cart, lambda frame: (-2.5 + 2.5 * sin(2 * pi * frame / 100), 19.5, 0))
    cock = stage.group("weathercock")
    body = shapes.plate([(-1.3, 0.9), (-0.5, 0.5), (0.7, 0.5), (1.4, 1.2), (0.4, 1.0), (-0.6, 1.0), (-1.2, 1.6)], 0.1)
    stage.put(body, props.paint.leaves[1], group=cock)
    stage.moving(cock, lambda frame: (-9, 62, 29), lambda frame: (0, 0, 40 * sin(2 * pi * frame / 60)))
    stage.look((0, -6, 5.2), (0, 24, 7.9), 32)
