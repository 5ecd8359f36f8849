"""Renders truth clips, of which motion and visibility are known exactly: `python3 tests/truth/render.py -o DIR`.

Each scene of tests/truth/scenes becomes a folder DIR/SCENE that `neural_style.truth.TruthClip` opens.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "install"))

from environments import RECIPES, ensure  # noqa: E402
from lib.processes import SetupError, run_quietly, say  # noqa: E402

#: What `--scene` offers; `square` is the one that a test computes by hand.
SCENES = tuple(sorted(path.stem for path in (HERE / "scenes").glob("*.py")))

#: What is rendered where no scene is named.
USUAL = tuple(scene for scene in SCENES if scene not in ("square", "still"))


def main() -> int:
    """Render what is asked for; 0 where all was rendered."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scene", nargs="+", choices=SCENES, default=USUAL, metavar="NAME",
                        help=f"among {', '.join(SCENES)} (default: {', '.join(USUAL)})")  # fmt: skip
    parser.add_argument("--width", type=int, default=480, help="of the frames, in pixels; the aspect is 16:9 (480)")
    parser.add_argument("--frames", type=int, default=30, help="how many (30)")
    parser.add_argument("--vectors", action="store_true", help="keep Cycles' Vector pass too")
    versions = [name[8:] for name in RECIPES if name.startswith("blender-")]
    parser.add_argument("--blender", choices=versions, default="5.2", help="which Blender renders (5.2)")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="DIR")
    given = parser.parse_args()
    if given.width < 32 or given.frames < 1:
        parser.error("a clip is at least 32 pixels wide and has at least one frame")
    try:
        blender, engine = ensure(f"blender-{given.blender}"), ensure("test")
        for scene in given.scene:
            began = time.monotonic()
            size = given.width, 2 * round(given.width * 9 / 32)
            render(blender.python, engine.python, [scene], size, given.frames, given.out, given.vectors)
            seconds = time.monotonic() - began
            say(f"{scene}: {given.out / scene} ({seconds:.0f} s, {seconds / given.frames:.1f} s a frame)")
    except SetupError as error:
        say(str(error))
        return 2
    return 0


def render(
    blender: Path,
    engine: Path,
    scenes: Sequence[str],
    size: tuple[int, int],
    frames: int,
    out: Path,
    vectors: bool = False,
) -> None:
    """Render scenes with a Blender's Python and pack them with the engine's, into `out`/SCENE.

    size: (width, height). Raises SetupError where one of the two fails; what they said stays in `out`/render.log.
    """
    out.mkdir(parents=True, exist_ok=True)
    log = out / "render.log"
    with tempfile.TemporaryDirectory(dir=out, prefix=".rendering-") as folder:
        inside: list[object] = [blender, HERE / "inside.py", *size, frames, folder, *scenes]
        run_quietly([str(word) for word in inside], log, f"rendering {', '.join(scenes)}")
        packing = [engine, HERE / "pack.py", folder, out, *(["--vectors"] if vectors else [])]
        run_quietly([str(word) for word in packing], log, f"packing {', '.join(scenes)}")
    log.unlink()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("stopped")
