"""Neural Style: a compositor node that turns footage into a painting which holds still from frame to frame.

The node asks an engine in another process for every frame; see `render.py` for how a frame travels.
"""

from . import (
    assets,
    bake_ui,
    chooser,
    command,
    environment,
    escape,
    installer,
    menu,
    node,
    preferences,
    previews,
    remedies,
    render,
    scrub,
    sequencer,
    status,
    styles,
    trial,
    view,
    window_thread,
)

_PARTS = (
    window_thread,
    previews,
    styles,
    preferences,
    trial,
    environment,
    status,
    remedies,
    installer,
    chooser,
    node,
    menu,
    sequencer,
    assets,
    render,
    view,
    scrub,
    escape,
    bake_ui,
    command,
)


def register() -> None:
    """Enable the extension."""
    for part in _PARTS:
        part.register()


def unregister() -> None:
    """Disable it."""
    for part in reversed(_PARTS):
        part.unregister()
