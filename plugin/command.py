"""`blender --command neural_style bake|status|clear …`: bakes for scripts and render farms, without a window.

Exit status: 0 where all is well; 1 where something failed, and a sentence on standard error says what; 2 for a command
that makes no sense; 3 where `status` finds frames that are not baked; 130 after Ctrl-C.
"""

import argparse
import json
import sys
from pathlib import Path

import bpy

from . import baking, render, shelf, survey
from .bake import Bake
from .errors import CancelledError, PaintError

NAME = "neural_style"

FAILED, MISSING, INTERRUPTED = 1, 3, 130

_handle = None


def execute(arguments: list[str]) -> int:
    """Run the command; the exit status."""
    try:
        given = _parser().parse_args(arguments)
        return given.run(_scene(given), given)
    except SystemExit as leave:  # argparse has printed its help, or what is wrong
        return int(leave.code or 0)
    except PaintError as trouble:
        print(f"Neural Style: error: {trouble}", file=sys.stderr, flush=True)
        return FAILED
    except (CancelledError, KeyboardInterrupt):
        print("Neural Style: stopped; what is baked is kept", file=sys.stderr, flush=True)
        return INTERRUPTED
    finally:
        render.stop_worker()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"blender [FILE] --command {NAME}", description="Bakes of the Neural Style nodes of a scene's compositor."
    )
    commands = parser.add_subparsers(required=True, metavar="bake|status|clear")
    for run, text in (
        (_bake, "paint frames ahead and keep them; renders take them from there"),
        (_status, "say which frames are baked; exit status 3 where any is not"),
        (_clear, "remove the bake of the scene"),
    ):
        command = commands.add_parser(run.__name__[1:], help=text, description=f"{text[0].upper()}{text[1:]}.")
        command.set_defaults(run=run)
        command.add_argument("file", nargs="?", help="a .blend file, in place of the one that Blender was given")
        command.add_argument("--scene", metavar="NAME", help="another scene than the one that the file opens with")
        if run is not _clear:
            command.add_argument(
                "--frames", type=_frames, metavar="FIRST-LAST", help="in place of the scene's own; or a single frame"
            )
        if run is _status:
            command.add_argument("--json", action="store_true", help="as one JSON object")
        if run is _clear:
            command.add_argument("--all", action="store_true", help="of all files and scenes of this user")
    return parser


def _frames(text: str) -> tuple[int, int]:
    """`12`, `1-24`, `-5-24` or `1:24` as first and last frame."""
    split = text.find("-", 1) if ":" not in text else text.find(":")
    first, last = (text, text) if split < 0 else (text[:split], text[split + 1 :])
    try:
        frames = int(first), int(last)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no range of frames, such as 1-24") from None
    if frames[1] < frames[0]:
        raise argparse.ArgumentTypeError(f"{text!r} ends before it begins")
    return frames


def _scene(given: argparse.Namespace) -> bpy.types.Scene:
    if given.file:
        path = Path(given.file).absolute()
        if not path.is_file():
            raise PaintError("the file does not exist", given.file, "give the path of a .blend file")
        try:
            bpy.ops.wm.open_mainfile(filepath=str(path))
        except RuntimeError as error:
            raise PaintError("the file cannot be opened", given.file, str(error).strip().rstrip(".")) from error
    if not given.scene:
        return bpy.context.scene
    if given.scene not in bpy.data.scenes:
        raise PaintError("there is no such scene", given.scene, f"there are: {', '.join(bpy.data.scenes.keys())}")
    return bpy.data.scenes[given.scene]


def _range(scene: bpy.types.Scene, given: argparse.Namespace) -> tuple[int, int]:
    """The frames that are meant. Frames outside of the scene's own belong to no shot."""
    first, last = given.frames or (scene.frame_start, scene.frame_end)
    if first < scene.frame_start or last > scene.frame_end:
        raise PaintError(
            "these frames are not all of the scene",
            f"{first}-{last}",
            f"{scene.name} goes from {scene.frame_start} to {scene.frame_end}",
        )
    return first, last


def _bake(scene: bpy.types.Scene, given: argparse.Namespace) -> int:
    first, last = _range(scene, given)

    def say(progress: baking.Progress) -> None:
        of = f"{progress.done} of {progress.total}"
        print(f"Neural Style: frame {progress.frame} baked ({of}, {progress.seconds:.1f} s)", flush=True)

    count = baking.bake(scene, first, last, say)
    print(f"Neural Style: {count} frames baked" if count else "Neural Style: all was baked already", flush=True)
    return 0


def _status(scene: bpy.types.Scene, given: argparse.Namespace) -> int:
    survey.check(scene)
    first, last = _range(scene, given)
    bake = Bake(scene)
    step = max(1, scene.frame_step)
    frames = [frame for frame in range(bake.start, last + 1, step) if frame >= first]
    missing = [frame for frame in frames if not all(bake.is_baked(stream, frame) for stream in bake.streams)]
    size = bake.shelf.bytes()
    if given.json:
        said = {"frames": len(frames), "baked": len(frames) - len(missing), "missing": missing, "bytes": size}
        print(json.dumps({**said, "folder": str(bake.shelf.folder), "total_bytes": shelf.total_bytes()}), flush=True)
    else:
        print(f"Neural Style: {len(frames) - len(missing)} of {len(frames)} frames baked, {megabytes(size)}")
        if missing:
            print(f"Neural Style: not baked: {ranges(missing, step)}", flush=True)
    return MISSING if missing else 0


def _clear(scene: bpy.types.Scene, given: argparse.Namespace) -> int:
    before = shelf.total_bytes()
    if given.all:
        shelf.clear_all()
    else:
        Bake(scene).clear()
    print(f"Neural Style: {megabytes(before - shelf.total_bytes())} removed", flush=True)
    return 0


def megabytes(count: int) -> str:
    """A number of bytes, for people."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def ranges(frames: list[int], step: int = 1) -> str:
    """Frames in order, as `1-4, 7`."""
    runs: list[list[int]] = []
    for frame in frames:
        if runs and frame == runs[-1][1] + step:
            runs[-1][1] = frame
        else:
            runs.append([frame, frame])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def register() -> None:
    """Make the command known to Blender."""
    global _handle
    _handle = bpy.utils.register_cli_command(NAME, execute)


def unregister() -> None:
    """Take it back."""
    bpy.utils.unregister_cli_command(_handle)
