"""Renders truth scenes, inside Blender's Python: `inside.py WIDTH HEIGHT FRAMES FOLDER SCENE …`.

Leaves frames/NNNN.png, passes/NNNN.exr and matrices.json in FOLDER/SCENE; `pack.py` makes a clip of them.
"""

import importlib
import json
import os
import sys
import traceback
from pathlib import Path


def _fail(*error) -> None:
    """End a script that raised: the 4.5 module would hang."""
    traceback.print_exception(*error)
    _leave(1)


def _leave(code: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def render(scene: str, width: int, height: int, frames: int, folder: Path) -> None:
    """Build a scene, render the pictures, then the data."""
    import bpy
    from stage import Stage

    stage = Stage(width, height, frames)
    importlib.import_module(f"scenes.{scene}").build(stage)
    for kind in ("frames", "passes"):
        stage.prepare(str(folder / kind), data=kind == "passes")
        bpy.ops.render.render(animation=True)
    said = {"blender": bpy.app.version_string, "fps": stage.scene.render.fps, **stage.matrices()}
    (folder / "matrices.json").write_text(json.dumps(said))


if __name__ == "__main__":
    sys.excepthook = _fail
    size_and_count = [int(argument) for argument in sys.argv[1:4]]
    for name in sys.argv[5:]:
        render(name, *size_and_count, Path(sys.argv[4], name))
    _leave(0)
