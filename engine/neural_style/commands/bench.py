"""`neural-style bench`: what the engine takes, beside a plain port and the least time possible on this machine."""

import argparse
from pathlib import Path

from neural_style.commands import arguments
from neural_style.door.catalogue import DEFAULT_METHOD, DEFAULT_STYLE

#: What can be measured.
PARTS = {
    "painting": "steady and fast against a plain PyTorch port, solver and whole frame",
    "kernels": "warp and reliability, every backend against OpenCV and NumPy",
    "flow": "optical flow",
    "film": "whole films from decoding to encoding, of twice as many frames as rounds",
    "host": "what the way to the worker and back takes",
    "pixels": "how time and memory grow with the frame's size",
    "frames": "the same with the shot's length",
    "nodes": "the same with the number of nodes that share a worker",
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command's arguments."""
    parser = commands.add_parser(
        "bench",
        help="measure the engine on this machine, against a plain port and the least time possible",
        description="Leaves table.md and bench.json in FOLDER. What is compared runs in turns; each ratio is the "
        "median of the rounds, with the least and the most. Parts: "
        + "; ".join(f"{name}, {about}" for name, about in PARTS.items())
        + ".",
    )
    parser.set_defaults(run=_run)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="where the report goes")
    parser.add_argument(
        "--parts", type=_parts, default=list(PARTS), metavar="NAME,NAME…", help=f"of {', '.join(PARTS)} (default: all)"
    )
    parser.add_argument("--sizes", type=_sizes, default=[(270, 480), (480, 640)], metavar="WxH,WxH…",
                        help="of painting, flow, film, host (default: 480x270,640x480)")  # fmt: skip
    parser.add_argument("--kernel-sizes", type=_sizes, default=[(1080, 1920)], metavar="WxH,WxH…",
                        help="(default: 1920x1080)")  # fmt: skip
    parser.add_argument("--growth-sizes", type=_sizes, default=[(270, 480), (540, 960), (1080, 1920), (2160, 3840)],
                        metavar="WxH,WxH…", help="(default: 480x270 to 3840x2160)")  # fmt: skip
    parser.add_argument("--rounds", type=arguments.positive, default=3, metavar="N", help="(default: %(default)s)")
    parser.add_argument("--port-iterations", type=arguments.positive, default=30, metavar="N",
                        help="of the plain port, whose objective is to be reached (default: %(default)s)")  # fmt: skip
    parser.add_argument("--clip", type=Path, metavar="FILE", help="paint this video (default: a moving picture)")
    parser.add_argument("--style", default=DEFAULT_STYLE, metavar="STYLE", help="(default: %(default)s)")
    parser.add_argument("--growth-method", default=DEFAULT_METHOD, metavar="NAME", help="(default: %(default)s)")
    parser.add_argument("--growth-iterations", type=arguments.positive, default=1, metavar="N",
                        help="of each frame, where growth is measured (default: %(default)s)")  # fmt: skip
    parser.add_argument("--frames", type=arguments.positive, default=100, metavar="N",
                        help="of the long shot, where growth is measured (default: %(default)s)")  # fmt: skip
    parser.add_argument("--nodes", type=arguments.positive, default=4, metavar="N", help="(default: %(default)s)")
    parser.add_argument("--blender", type=Path, metavar="FILE",
                        help="seconds that a run in Blender with NEURAL_STYLE_TIMINGS=FILE left")  # fmt: skip
    parser.add_argument("--quick", action="store_true",
                        help="measure the machine with little work; the floor is then too high")  # fmt: skip


def _parts(text: str) -> list[str]:
    found = text.split(",")
    for name in found:
        if name not in PARTS:
            raise argparse.ArgumentTypeError(f"there is no part {name!r}; choose from {', '.join(PARTS)}")
    return found


def _sizes(text: str) -> list[tuple[int, int]]:
    """Sizes as (height, width), from 640x480,1920x1080."""
    return [arguments.size(part) for part in text.split(",")]


def _run(options: argparse.Namespace) -> int:
    import shlex
    import sys

    from neural_style.bench.run import FILES, Plan, run

    plan = Plan(**{name: value for name, value in vars(options).items() if name in Plan.__dataclass_fields__})
    command = shlex.join(["neural-style", *sys.argv[1:]])
    print(run(plan, command))
    print(f"in {options.output}: {', '.join(FILES)}")
    return 0
