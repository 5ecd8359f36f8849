"""A moving camera: down a street of houses towards a church, with much depth on both sides."""

from math import sin

import shapes
from props import Props


def build(stage):
    props = Props(stage)
    stage.sun(42, -65)
    props.land(0.02)
    stage.put(shapes.ground(9, 140, lambda x, y: 0.0, 2), props.paint.cobbles, (0, 55, 0))
    for i in range(9):
        for side in (-1, 1):
            n = 2 * i + (side > 0)
            size = (7.0, 7, 6.5 + (n * 5 % 4))
            props.house((side * 8.6, 4 + 7.6 * i, 0), size, -side * 90, n % 6, n % 3, 3 + n % 2, 2 + n % 2)
            if i % 2:
                props.lamp((side * 4.2, 7.6 * i, 0))
            else:
                props.tree((side * 4.3, 8 + 7.6 * i, 0), 4.5 + n % 3, n % 3, n)
    props.church((-2, 84, 0))
    stage.put(shapes.hills(400, 120, 45, 60, 2), props.paint.rock, (0, 230, -8), smooth=True)

    def film(frame):
        y = -11 + 0.16 * frame
        at = (0.7 + 0.03 * frame, y, 2.4 + 0.01 * frame)
        return {"at": at, "to": (-1.2 + 0.06 * frame, y + 20, 4.0 + 0.2 * sin(frame / 4)), "lens": 30}

    stage.filming(film)
