"""Procedural paint for the truth scenes: coloured patterns that move with their object, lit without any noise.

Every material is a diffuse surface in the sun's direct light plus a constant ambient light, which is emitted because
emission has no noise; distance fades it into the air's colour. `surface` is an output of its own: the true normal.
"""

import bpy

#: The name of the output that carries the true normal of the surface.
NORMAL = "surface"

#: What the air and the shadows look like, scene-linear.
AIR = (0.46, 0.60, 0.78)
AMBIENT = (0.23, 0.28, 0.38)

#: Which two coordinates of the object a flat pattern lies in: walls along x or y, roofs with a ridge along x, floors.
WALL, ROOF, FLOOR = ((1, 1, 0), (0, 0, 1)), ((1, 0, 0), (0, 0, 1.4)), ((1, 0, 0), (0, 1, 0))


class Nodes:
    """A node tree, filled by short calls."""

    def __init__(self, tree):
        self.tree = tree
        tree.nodes.clear()

    def add(self, idname, *inputs, **settings):
        """A node of that type; an input is a value, a socket, or None for its default."""
        node = self.tree.nodes.new(f"ShaderNode{idname}")
        for name, value in settings.items():
            setattr(node, name, value)
        for socket, value in zip(node.inputs, inputs, strict=False):
            self.give(socket, value)
        return node

    def give(self, socket, value):
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        elif value is not None:
            if socket.type == "RGBA" and len(value) == 3:
                value = (*value, 1)
            socket.default_value = value

    def math(self, operation, a, b=None, clamp=False):
        return self.add("Math", a, b, operation=operation, use_clamp=clamp).outputs[0]

    def vector(self, operation, a, b=None):
        node = self.add("VectorMath", a, b, operation=operation)
        return node.outputs["Value" if operation == "DOT_PRODUCT" else "Vector"]

    def times(self, a, factor):
        """A colour or vector times a number."""
        node = self.add("VectorMath", a, operation="SCALE")
        self.give(node.inputs["Scale"], factor)
        return node.outputs[0]

    def ramp(self, value, colours, hard=False):
        """The colours, evenly spread over 0.25 … 0.75, where noise has most of its values."""
        node = self.add("ValToRGB", value)
        ramp = node.color_ramp
        ramp.interpolation = "CONSTANT" if hard else "LINEAR"
        places = [0.25 + 0.5 * i / (len(colours) - (0 if hard else 1)) for i in range(len(colours))]
        while len(ramp.elements) < len(colours):
            ramp.elements.new(0.5)
        for element, place, colour in zip(ramp.elements, places, colours, strict=True):
            element.position, element.color = place, (*colour, 1)
        return node.outputs[0]

    def noise(self, where, scale, detail=4.0):
        node = self.add("TexNoise", where)
        node.inputs["Scale"].default_value = scale
        node.inputs["Detail"].default_value = detail
        node.inputs["Roughness"].default_value = 0.6
        return node.outputs[0]

    def coordinates(self, stretch=(1, 1, 1), axes=None):
        where = self.add("TexCoord").outputs["Object"]
        if axes:
            x, y = (self.vector("DOT_PRODUCT", where, axis) for axis in axes)
            where = self.add("CombineXYZ", x, y, 0.0).outputs[0]
        return self.vector("MULTIPLY", where, stretch)


def _bare(name):
    material = bpy.data.materials.new(name)
    if material.node_tree is None:  # before Blender 5
        material.use_nodes = True
    material.cycles.emission_sampling = "NONE"
    return material, Nodes(material.node_tree)


def _finish(nodes, colour, haze):
    """Light, air and the normal's output around a colour."""
    geometry = nodes.add("NewGeometry")
    up = nodes.vector("DOT_PRODUCT", geometry.outputs["Normal"], (0.25, -0.35, 0.9))
    ambient = nodes.times(AMBIENT, nodes.math("MULTIPLY_ADD", up, 0.45))
    ambient.node.inputs["Scale"].links[0].from_node.inputs[2].default_value = 0.75
    glow = nodes.add("Emission", nodes.vector("MULTIPLY", colour, ambient), 1.0).outputs[0]
    lit = nodes.add("AddShader", nodes.add("BsdfDiffuse", colour).outputs[0], glow).outputs[0]
    far = nodes.add("CameraData").outputs["View Distance"]
    clear = nodes.math("POWER", 0.5, nodes.math("DIVIDE", far, haze))
    air = nodes.add("Emission", AIR, 1.0).outputs[0]
    nodes.add("OutputMaterial", nodes.add("MixShader", clear, air, lit).outputs[0])
    nodes.add("OutputAOV", geometry.outputs["True Normal"], aov_name=NORMAL)


def blotches(name, colours, scale, stretch=(1, 1, 1), detail=4.0, haze=500.0, hard=False):
    """Earth, grass, stone, leaves, plaster: noise in several colours."""
    material, nodes = _bare(name)
    where = nodes.coordinates(stretch)
    colour = nodes.ramp(nodes.noise(where, scale, detail), colours, hard)
    _finish(nodes, _grain(nodes, colour, where, 3 * scale), haze)
    return material


def bricks(name, a, b, mortar, size, axes=WALL, joint=0.12, haze=500.0):
    """Walls, tiles, planks, paving: rows of stones `size` = (width, height), in colours between a and b."""
    material, nodes = _bare(name)
    where = nodes.coordinates(axes=axes)
    node = nodes.add("TexBrick", where, a, b, mortar)
    values = {"Scale": 1.0, "Mortar Size": joint * size[1], "Mortar Smooth": 0.3, "Bias": 0.0}
    for key, value in (values | {"Brick Width": size[0], "Row Height": size[1]}).items():
        node.inputs[key].default_value = value
    _finish(nodes, _grain(nodes, node.outputs["Color"], nodes.coordinates(), 1.3 / size[1]), haze)
    return material


def bands(name, colours, scale, direction="X", distortion=4.0, stretch=(1, 1, 1), haze=500.0):
    """Water, wood, sails, awnings: wavy bands."""
    material, nodes = _bare(name)
    where = nodes.coordinates(stretch)
    node = nodes.add("TexWave", where, bands_direction=direction)
    for key, value in {"Scale": scale, "Distortion": distortion, "Detail": 3.0, "Detail Scale": 1.5}.items():
        node.inputs[key].default_value = value
    value = nodes.math("MULTIPLY_ADD", node.outputs["Fac" if "Fac" in node.outputs else 1], 0.5)
    value.node.inputs[2].default_value = 0.25
    _finish(nodes, _grain(nodes, nodes.ramp(value, colours), where, 6 * scale), haze)
    return material


def cells(name, colours, scale, edge=0.35, stretch=(1, 1, 1), haze=500.0):
    """Cobbles, foliage, flowers, mosaic: cells of one colour each, darker at their edges."""
    material, nodes = _bare(name)
    where = nodes.coordinates(stretch)
    node = nodes.add("TexVoronoi", where)
    node.inputs["Scale"].default_value = scale
    chance = nodes.add("SeparateXYZ", node.outputs["Color"]).outputs[0]
    value = nodes.math("MULTIPLY_ADD", chance, 0.5)
    value.node.inputs[2].default_value = 0.25
    colour = nodes.ramp(value, colours)
    shade = nodes.math("SUBTRACT", 1.1, nodes.math("MULTIPLY", node.outputs["Distance"], edge))
    _finish(nodes, _grain(nodes, nodes.times(colour, shade), where, scale), haze)
    return material


def _grain(nodes, colour, where, scale):
    """The colour, a little lighter and darker in places: nothing that is painted is of one colour."""
    speck = nodes.math("MULTIPLY_ADD", nodes.noise(where, scale, 2.0), 0.8)
    speck.node.inputs[2].default_value = 0.6
    return nodes.times(colour, speck)


def sky(scene, low=(0.72, 0.80, 0.88), high=(0.10, 0.26, 0.62), clouds=(0.95, 0.93, 0.90)):
    """A sky with clouds, which the camera sees and nothing is lit by."""
    world = scene.world = bpy.data.worlds.new("Sky")
    if world.node_tree is None:
        world.use_nodes = True
    nodes = Nodes(world.node_tree)
    direction = nodes.add("TexCoord").outputs["Generated"]
    height = nodes.add("SeparateXYZ", direction).outputs[2]
    blue = nodes.ramp(nodes.math("MULTIPLY_ADD", height, 1.5), (low, tuple(map(_middle, low, high)), high))
    blue.node.inputs[0].links[0].from_node.inputs[2].default_value = 0.25
    billows = nodes.noise(nodes.vector("MULTIPLY", direction, (1, 1, 3.5)), 3.0, 7.0)
    share = nodes.ramp(billows, ((0, 0, 0), (0, 0, 0), (0.85, 0.85, 0.85), (1, 1, 1)))
    over = nodes.vector("MULTIPLY", nodes.vector("SUBTRACT", clouds, blue), share)
    nodes.add("OutputWorld", nodes.add("Background", nodes.vector("ADD", blue, over), 1.0).outputs[0])
    world.cycles.sampling_method = "NONE"
    world.cycles_visibility.diffuse = False


def _middle(a, b):
    return 0.65 * a + 0.35 * b
