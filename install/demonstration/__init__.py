"""The demo behind install/demo.py: a clip, painted through Blender, measured and shown."""
