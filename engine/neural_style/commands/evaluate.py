"""`neural-style evaluate`: measures videos that were made elsewhere."""

import argparse
from pathlib import Path

from neural_style.commands import arguments
from neural_style.commands.compare import FEATURES_HELP


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command's arguments."""
    parser = commands.add_parser(
        "evaluate",
        help="measure videos that were made elsewhere, as compare measures",
        description="Leaves in FOLDER what compare leaves: table.md, table.json, series.csv, plots.png, sheet.jpg and "
        "side-by-side.mp4.",
    )
    parser.set_defaults(run=_run)
    parser.add_argument("videos", type=Path, nargs="+", metavar="VIDEO", help="what to measure")
    parser.add_argument(
        "--source", type=Path, required=True, metavar="CLIP", help="what they were made from: a video, or a truth clip"
    )
    parser.add_argument("--style", metavar="NAME", help="also hold them against the transformer network's pictures")
    parser.add_argument(
        "--painting", default="", metavar="PICTURE", help="take this for the style's painting (a file, or a style)"
    )
    parser.add_argument(
        "--width", type=arguments.width, metavar="PIXELS", help="scale all to this width (default: the source's)"
    )
    parser.add_argument("--frames", type=arguments.positive, metavar="N", help="only the first N frames")
    parser.add_argument("--without-features", dest="features", action="store_false", help=FEATURES_HELP)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="where the report goes")


def _run(options: argparse.Namespace) -> int:
    from neural_style import session
    from neural_style.door.messages import Settings
    from neural_style.report.compare import BASE, FILES
    from neural_style.report.evaluate import evaluate
    from neural_style.report.source import open_source

    settings = None
    if options.style or options.painting:
        settings = Settings(style=options.style or "", painting=options.painting, method=BASE, working_width=0)
    if settings and options.style:
        session.check(settings)
    source = open_source(options.source, options.width, options.frames)
    print(evaluate(options.videos, source, settings, options.output, options.frames, options.features))
    print(f"in {options.output}: {', '.join(FILES)}")
    return 0
