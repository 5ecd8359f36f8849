"""Hands the preferences on to the engine: as environment variables, which every process started from here inherits.

A variable that was set before Blender started is stronger than the preferences, as for a render farm.
"""

import os

import bpy

#: The variables that preferences set, by the preference's name.
VARIABLES = {
    "device": "NEURAL_STYLE_DEVICE",
    "memory": "NEURAL_STYLE_MEMORY_GB",
    "cache": "NEURAL_STYLE_CACHE",
    "cache_limit": "NEURAL_STYLE_CACHE_GB",
    "log_level": "NEURAL_STYLE_LOG",
    "torch_index": "NEURAL_STYLE_TORCH_INDEX",
}

#: What was set from outside, when the extension was enabled.
_given: dict[str, str] = {}


def given(name: str) -> str:
    """What was set from outside for a preference; empty where nothing was."""
    return _given.get(VARIABLES[name], "")


def apply(preferences) -> None:
    """Set the variables as the preferences say; those set from outside stay. An empty value sets none."""
    for name, variable in VARIABLES.items():
        value = _value(preferences, name)
        if variable in _given:
            continue
        if value:
            os.environ[variable] = value
        else:
            os.environ.pop(variable, None)


def _value(preferences, name: str) -> str:
    """A preference as the engine reads it; empty where it is left to the engine."""
    value = getattr(preferences, name)
    if name == "cache":
        return bpy.path.abspath(value) if value else ""
    if name == "cache_limit":
        return f"{value:g}" if preferences.is_property_set(name) else ""
    if name == "memory":
        return f"{value:g}" if value else ""
    return "" if value in ("AUTO", "WARNING") else value if name == "torch_index" else value.lower()


def snapshot() -> tuple[str, ...]:
    """What a running worker was started with; another one is needed where it changed."""
    return tuple(os.environ.get(variable, "") for variable in VARIABLES.values())


def register() -> None:
    """Note what was set from outside, and hand on what the preferences say."""
    _given.clear()
    _given.update({name: os.environ[name] for name in VARIABLES.values() if os.environ.get(name)})
    addon = bpy.context.preferences.addons.get(__package__)
    if addon and addon.preferences:
        apply(addon.preferences)


def unregister() -> None:
    """Take back what was set here."""
    for variable in VARIABLES.values():
        if variable not in _given:
            os.environ.pop(variable, None)
