"""Listens to Blender: functions in the lists of `bpy.app.handlers`."""

from collections.abc import Callable, Mapping

import bpy


def add(handlers: Mapping[str, Callable]) -> None:
    """Have Blender call them; each by the name of its list."""
    for name, handler in handlers.items():
        getattr(bpy.app.handlers, name).append(handler)


def remove(handlers: Mapping[str, Callable]) -> None:
    """Have Blender call them no more."""
    for name, handler in handlers.items():
        getattr(bpy.app.handlers, name).remove(handler)
