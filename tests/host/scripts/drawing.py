"""A layout without a window: it takes what a panel draws, and refuses what this Blender's layouts do not know."""

import bpy

_FUNCTIONS = bpy.types.UILayout.bl_rna.functions
_NESTED = {"row", "column", "box", "split", "grid_flow", "column_flow"}
_ICONS = {item.identifier for item in _FUNCTIONS["label"].parameters["icon"].enum_items}


class Layout:
    """Draws nothing; `drawn` says what was asked for, in order, as (function, what, text)."""

    def __init__(self, drawn: list | None = None) -> None:
        object.__setattr__(self, "drawn", [] if drawn is None else drawn)

    def __setattr__(self, name: str, value: object) -> None:
        if name not in bpy.types.UILayout.bl_rna.properties:
            raise AttributeError(f"a layout has no {name}")
        object.__setattr__(self, name, value)

    def __getattr__(self, name: str):
        if name in bpy.types.UILayout.bl_rna.properties:
            return bpy.types.UILayout.bl_rna.properties[name].default
        if name not in _FUNCTIONS:
            raise AttributeError(f"a layout cannot {name}")
        parameters = _FUNCTIONS[name].parameters

        def call(*given, **named):
            for key, value in named.items():
                # Python's own, such as `icon_value` of `operator`, stand there too.
                if key not in parameters:
                    raise TypeError(f"{name} takes no {key}")
                if key == "icon" and isinstance(value, str) and value not in _ICONS:
                    raise TypeError(f"there is no icon {value}")
            if name in _NESTED:
                return Layout(self.drawn)
            what = ""
            if name in ("prop", "template_icon_view"):
                data, what = given[:2]
                if what not in data.bl_rna.properties:
                    raise TypeError(f"{data} has no {what}")
            if name in ("operator", "popover"):
                what = given[0]
                if name == "operator":
                    getattr(getattr(bpy.ops, what.partition(".")[0]), what.partition(".")[2]).get_rna_type()
            self.drawn.append((name, what, named.get("text", "")))
            return _Properties(what) if name == "operator" else None

        return call

    def named(self, function: str) -> list[str]:
        """What was drawn by that function."""
        return [what or text for each, what, text in self.drawn if each == function]


class _Properties:
    """What `operator` returns: takes the operator's properties."""

    def __init__(self, operator: str) -> None:
        group, _, name = operator.partition(".")
        object.__setattr__(self, "_known", getattr(getattr(bpy.ops, group), name).get_rna_type().properties)

    def __setattr__(self, name: str, value: object) -> None:
        if name not in self._known:
            raise AttributeError(f"the operator has no {name}")
