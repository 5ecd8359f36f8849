"""Meshes of the truth scenes: boxes, prisms, round things, ground; sizes in metres, all with their base at z = 0."""

import bmesh
import bpy
import numpy as np
from mathutils import Matrix, Vector, noise


def box(x, y, z):
    return _made("box", lambda b: _cube(b, x, y, z))


def _cube(b, x, y, z):
    bmesh.ops.create_cube(b, matrix=Matrix.Translation((0, 0, z / 2)) @ Matrix.Diagonal((x, y, z, 1)))


def roof(x, y, z, over=0.25):
    """A gable roof over a house x by y, its ridge along x."""
    a, b = x / 2 + over, y / 2 + over
    corners = [(-a, -b, 0), (a, -b, 0), (a, b, 0), (-a, b, 0), (-a, 0, z), (a, 0, z)]
    return _from("roof", corners, [(0, 1, 5, 4), (2, 3, 4, 5), (0, 4, 3), (1, 2, 5), (0, 3, 2, 1)])


def cone(bottom, top, height, sides=24):
    def make(b):
        up = Matrix.Translation((0, 0, height / 2))
        bmesh.ops.create_cone(
            b, cap_ends=True, segments=sides, radius1=bottom, radius2=top, depth=height, matrix=up
        )  # fmt: skip

    return _made("cone", make)


def turned(outline, sides=40):
    """A body of revolution: outline is a list of (radius, height)."""
    corners, faces = [], []
    for radius, height in outline:
        for i in range(sides):
            angle = 2 * np.pi * i / sides
            corners.append((radius * np.cos(angle), radius * np.sin(angle), height))
    for ring in range(len(outline) - 1):
        for i in range(sides):
            j = (i + 1) % sides
            faces.append((ring * sides + i, ring * sides + j, (ring + 1) * sides + j, (ring + 1) * sides + i))
    return _from("turned", corners, faces)


def ball(radius, rough=0.0, seed=0, squash=1.0, fine=3):
    """A sphere about its centre; `rough` makes it a bush, a boulder or a fruit."""

    def make(b):
        bmesh.ops.create_icosphere(b, subdivisions=fine, radius=1)
        for vertex in b.verts:
            bump = noise.fractal(vertex.co * 1.7 + Vector((seed * 7.3, 0, 0)), 1.0, 2.0, 3)
            vertex.co *= radius * (1 + rough * bump)
            vertex.co.z *= squash

    return _made("ball", make)


def ground(x, y, height, cells=60):
    """A rectangle about the origin whose height is a function of (x, y)."""
    xs, ys = np.linspace(-x / 2, x / 2, cells), np.linspace(-y / 2, y / 2, cells)
    corners = [(u, v, height(u, v)) for v in ys for u in xs]
    faces = [
        (r * cells + c, r * cells + c + 1, (r + 1) * cells + c + 1, (r + 1) * cells + c)
        for r in range(cells - 1)
        for c in range(cells - 1)
    ]
    return _from("ground", corners, faces)


def hills(x, y, height, size, seed=0):
    """Rolling ground up to about `height`, from 0 at its front and back; `size` is a hill's width."""

    def at(u, v):
        place = Vector((u / size + 13.7 * seed, v / size, 0))
        rise = max(0.0, 1 - (2 * v / y) ** 2) ** 0.5
        return height * rise * max(0.0, 0.5 + 0.5 * noise.fractal(place, 1.0, 2.0, 4))

    return ground(x, y, at)


def plate(outline, thick):
    """A flat shape in the xz plane, `thick` along y; outline is a list of (x, z), anticlockwise seen from -y."""
    count, half = len(outline), thick / 2
    corners = [(x, y, z) for y in (-half, half) for x, z in outline]
    sides = [(i, i + count, (i + 1) % count + count, (i + 1) % count) for i in range(count)]
    return _from("plate", corners, [tuple(range(count)), tuple(range(2 * count - 1, count - 1, -1)), *sides])


def joined(*parts):
    """Several meshes as one; each is (mesh, place)."""

    def make(b):
        for mesh, place in parts:
            before = len(b.verts)
            b.from_mesh(mesh)
            b.verts.ensure_lookup_table()
            bmesh.ops.translate(b, vec=place, verts=b.verts[before:])

    return _made("joined", make)


def _made(name, fill):
    mesh, b = bpy.data.meshes.new(name), bmesh.new()
    fill(b)
    bmesh.ops.recalc_face_normals(b, faces=b.faces)
    b.to_mesh(mesh)
    b.free()
    return mesh


def _from(name, corners, faces):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(corners, [], faces)
    mesh.update()
    return mesh
