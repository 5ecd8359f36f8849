"""Neural Style: the engine that turns footage into a moving painting. It knows nothing of Blender."""

__version__ = "0.1.0"
