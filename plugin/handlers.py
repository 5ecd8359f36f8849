"""Has Blender call functions: when something happens, from the lists of `bpy.app.handlers`, or every so often."""

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


def start(timer: Callable[[], float | None], **options: float | bool) -> None:
    """Have a window call it in its thread, again after as many seconds as it gives; nothing where there is no window.

    options: of `bpy.app.timers.register`.
    """
    if not bpy.app.background:
        bpy.app.timers.register(timer, **options)


def stop(timer: Callable[[], float | None]) -> None:
    """Have it called no more."""
    if bpy.app.timers.is_registered(timer):
        bpy.app.timers.unregister(timer)
