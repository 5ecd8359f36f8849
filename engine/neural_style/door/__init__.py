"""The door between Blender and the engine: what both sides must agree on, defined once.

Standard library only. The engine imports it as `neural_style.door`; the build of the extension
copies this folder into the plugin, which imports it as its own `door`.
"""
