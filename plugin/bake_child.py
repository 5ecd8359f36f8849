"""The second Blender's script: bakes a saved copy of the artist's file, and leaves as soon as its input closes.

`blender -b COPY --addons MODULE --python bake_child.py -- REQUEST`, or `python bake_child.py REQUEST` where Blender is
a Python module. REQUEST is a JSON file that `bakery.py` wrote; what it writes back goes beside it, to `progress.json`.
It never waits for its parent, and no frame of it is ever half on the shelf, so it may be killed at any time.
"""

import importlib
import json
import os
import shutil
import sys
import threading
import traceback
from pathlib import Path


def _leave_with_parent(temporary: list[Path]) -> None:
    """Wait until the input closes, because the parent asks for it or is gone, and end this process there and then."""
    while sys.stdin.buffer.read(1):
        pass
    for folder in temporary:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(3)


def _say(folder: Path, **about: object) -> None:
    part = folder / "progress.part"
    part.write_text(json.dumps(about), encoding="utf-8")
    part.replace(folder / "progress.json")


def _from_base(base: str) -> None:
    """Blender has made the file's relative paths those of the copy, but it does not know the nodes' own."""
    import bpy

    trees = [*bpy.data.node_groups, *(getattr(scene, "node_tree", None) for scene in bpy.data.scenes)]
    for node in (
        node for tree in trees if tree for node in tree.nodes if node.bl_idname == "CompositorNodeNeuralStyle"
    ):
        for name in ("picture", "painting"):
            if getattr(node, name).startswith("//"):
                setattr(node, name, bpy.path.abspath(getattr(node, name), start=base))


def main(request: Path) -> int:
    """Bake what the request says; 0 where all of it is baked."""
    folder = request.parent
    asked = json.loads(request.read_text(encoding="utf-8"))
    temporary = [folder, Path(asked["temporary"])]
    if hasattr(os, "nice"):
        os.nice(5)  # the artist goes on working
    threading.Thread(target=_leave_with_parent, args=(temporary,), daemon=True).start()
    try:
        import bpy

        module = asked["module"]
        if bpy.app.module:
            bpy.ops.preferences.addon_enable(module=module)
            bpy.ops.wm.open_mainfile(filepath=asked["file"])
        errors = importlib.import_module(f"{module}.errors")
        try:
            _from_base(asked["base"])
            baking = importlib.import_module(f"{module}.baking")
            about = asked["nothing"]
            _say(folder, state="baking", **about)

            def say(progress) -> None:
                about.update(progress._asdict())
                _say(folder, state="baking", **about)

            baking.bake(bpy.data.scenes[asked["scene"]], asked["first"], asked["last"], say, asked["shot"])
        except errors.PaintError as trouble:
            _say(folder, state="failed", trouble=[trouble.what, trouble.where, trouble.mend])
            return 1
        except errors.CancelledError:
            return 3
        _say(folder, state="done", **about)
        return 0
    except Exception as error:  # whatever it is, the artist is told
        traceback.print_exc()
        text = f"{type(error).__name__}: {error}"
        _say(folder, state="failed", trouble=["the bake met an error of its own", text, "please report it"])
        return 1


if __name__ == "__main__":
    status = main(Path(sys.argv[-1]))
    with_module = "render" if status != 3 else ""
    if with_module:
        for loaded in [module for name, module in sys.modules.items() if name.endswith("neural_style.render")]:
            loaded.stop_worker()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # a plain exit takes seconds, and the 4.5 module hangs in it
