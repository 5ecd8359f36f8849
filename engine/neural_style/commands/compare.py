"""`neural-style compare`: one clip painted by several methods, measured and shown side by side."""

import argparse
import shlex
from dataclasses import replace
from pathlib import Path

from neural_style.commands import arguments
from neural_style.door.messages import Settings

#: Also said by `evaluate`.
FEATURES_HELP = "leave out what is measured on VGG's features, which takes most of the measuring's time"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command's arguments."""
    parser = commands.add_parser(
        "compare",
        help="paint a clip by several methods, and measure and show them side by side",
        description="Leaves in FOLDER: table.md, table.json, series.csv, plots.png, sheet.jpg, side-by-side.mp4, and "
        "in FOLDER/frames what was painted, which the next run with the same settings uses again.",
    )
    parser.set_defaults(run=_run)
    arguments.add_clip(parser)
    parser.add_argument(
        "--methods",
        default="steady,fast,blend",
        metavar="NAME,NAME…",
        help="what to compare, as NAME or NAME:iterations=6:temporal=0.5:seed=2 (default: %(default)s); johnson, the "
        "per-frame transformer, is always there",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="where the report goes")
    parser.add_argument("--again", action="store_true", help="paint anew what is kept in FOLDER from an earlier run")
    parser.add_argument("--without-features", dest="features", action="store_false", help=FEATURES_HELP)
    arguments.add_settings(parser, method=False)
    arguments.add_painter(parser)


def _run(options: argparse.Namespace) -> int:
    from neural_style.painter import Painter
    from neural_style.report.compare import BASE, FILES, compare
    from neural_style.report.run import variants
    from neural_style.report.source import open_source

    # Enlarging comes after painting: what is compared is what was painted.
    settings = replace(arguments.settings(options, method=BASE), upscale=1)
    # What can be wrong is found before torch loads a network.
    asked = variants(options.methods, settings)
    painter = Painter(vgg19=options.vgg19, flow=options.flow)
    source = open_source(options.clip, options.width, options.frames, painted_with=painter.flow.name)
    facts = {"command": _command(options)}
    print(compare(source, asked, settings, painter, options.output, options.again, options.features, facts))
    print(f"in {options.output}: {', '.join(FILES)}")
    return 0


def _command(options: argparse.Namespace) -> str:
    """What was asked for, as one would type it; files by their names alone, wherever they lie here."""
    words = ["neural-style", "compare", options.clip.name, "--methods", options.methods]
    default = Settings()
    for name in ("style", "painting", "style_weight", "temporal", "iterations", "seed"):
        value = getattr(options, name)
        if value != getattr(default, name) or name == "style":
            words += [f"--{name.replace('_', '-')}", Path(value).name if name == "painting" else str(value)]
    words += [] if options.features else ["--without-features"]
    words += ["--original-colours"] if options.original_colours else []
    for name in ("width", "frames"):
        value = getattr(options, name)
        words += [f"--{name}", str(value)] if value else []
    return shlex.join([*words, *(["--flow", options.flow] if options.flow else []), "-o", options.output.name])
