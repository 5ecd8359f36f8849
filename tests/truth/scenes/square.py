"""A square that moves over a wall by whole pixels, so that what it uncovers can be counted by hand."""

import materials as m
import shapes

#: The square's columns and rows in the first frame, half open, and how far it moves in each frame: (right, down).
COLUMNS, ROWS, STEP = (20, 40), (10, 26), (3, 2)


def build(stage):
    width, height = stage.scene.render.resolution_x, stage.scene.render.resolution_y
    wall = m.cells("wall", ((0.10, 0.30, 0.16), (0.50, 0.60, 0.20), (0.16, 0.24, 0.40)), 0.9)
    tile = m.bricks("tile", (0.72, 0.16, 0.08), (0.90, 0.60, 0.22), (0.20, 0.10, 0.06), (0.7, 0.4))
    # A lens as long as the sensor is wide: what is at a distance d is d / width to a pixel.
    stage.look((0, -10, 0), (0, 0, 0), lens=36)
    stage.put(shapes.plate([(-10, -10), (10, -10), (10, 10), (-10, 10)], 0.0), wall, (0, 4, 0))
    pixel = 8 / width
    left, right = (pixel * (column - width / 2) for column in COLUMNS)
    top, bottom = (pixel * (height / 2 - row) for row in ROWS)
    square = stage.group("square")
    stage.put(shapes.plate([(left, bottom), (right, bottom), (right, top), (left, top)], 0.0), tile, group=square)
    stage.moving(square, lambda frame: (pixel * STEP[0] * (frame - 1), -2, -pixel * STEP[1] * (frame - 1)))
