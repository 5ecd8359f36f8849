"""Occluding objects: sailing boats that pass each other in front of a harbour town, and uncover it again."""

from math import sin

import shapes
from props import Props


def build(stage):
    props = Props(stage)
    stage.sun(38, -60)
    stage.put(shapes.ground(300, 90, lambda x, y: 0.0, 2), props.paint.water, (0, 5, 0))
    stage.put(shapes.box(160, 10, 1.6), props.paint.walls[2], (0, 39, -0.2))
    for i in range(-4, 5):
        size = (6.2, 6, 6.5 + (i * 5 % 4))
        props.house((6.6 * i, 41, 1.4), size, 0, (i * 7) % 6, i % 3, 2.6 + i % 2, 2 + i % 2)
        props.tree((6.6 * i + 3.2, 36.5, 1.4), 3.6 + i % 2, (i * 2) % 3, i + 9)
    props.land(1.0)
    stage.put(shapes.hills(320, 60, 26, 40, 4), props.paint.meadow, (0, 80, -4), smooth=True)
    fleet = (  # name, length, distance, start, metres a frame, sail
        ("red", 9.0, 16.0, -16.0, 0.42, ((0.72, 0.10, 0.06), (0.92, 0.42, 0.16))),
        ("white", 6.5, 12.0, 9.0, -0.30, ((0.90, 0.86, 0.74), (0.60, 0.66, 0.70))),
        ("blue", 11.0, 22.0, 17.0, -0.36, ((0.08, 0.20, 0.50), (0.50, 0.70, 0.84))),
        ("yellow", 4.0, 5.5, -5.0, 0.24, ((0.90, 0.62, 0.08), (0.98, 0.88, 0.46))),
    )
    for n, (name, length, distance, start, speed, sail) in enumerate(fleet):
        group = stage.group(name)
        props.boat(group, length, sail)

        def place(frame, n=n, distance=distance, start=start, speed=speed):
            return (start + speed * frame, distance, 0.12 * sin(0.35 * frame + n))

        def turn(frame, n=n, speed=speed):
            return (0.0, 2.5 * sin(0.3 * frame + n), 180.0 if speed > 0 else 0.0)

        stage.moving(group, place, turn)
    stage.look((0, -12, 4.2), (0, 30, 4.6), 34)
