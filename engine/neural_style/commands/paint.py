"""`neural-style paint`: a clip in, a painted clip out."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from neural_style.commands import arguments


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command's arguments."""
    parser = commands.add_parser(
        "paint",
        help="paint a clip",
        description="What is painted gathers in the folder OUT.mp4.part until the film is whole. Run the same command "
        "again after it was stopped, and it goes on; run it several times at once, and they share the shots.",
    )
    parser.set_defaults(run=_run)
    arguments.add_clip(parser)
    parser.add_argument("--start", type=_seconds, default=0.0, metavar="SECONDS", help="begin there (default: 0)")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.mp4", help="the video to write")
    parser.add_argument(
        "--keep-flow", action="store_true", help="keep the optical flow: another style on the same clip needs none"
    )
    arguments.add_settings(parser)
    arguments.add_upscale(parser)
    arguments.add_painter(parser)


def _seconds(text: str) -> float:
    """A time from 0 on, as an argument's type."""
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"must be at least 0, not {text}")
    return value


def _run(options: argparse.Namespace) -> int:
    from neural_style import session, video
    from neural_style.films import paint_clip
    from neural_style.painter import Painter

    settings = replace(arguments.settings(options), upscale=options.upscale)
    # What can be wrong is found before torch loads a network.
    session.check(settings)
    video.probe(options.clip)
    painter = Painter(vgg19=options.vgg19, flow=options.flow, upscaler=options.upscaler)
    try:
        account = paint_clip(
            options.clip,
            options.output,
            settings,
            painter,
            options.width,
            options.frames,
            start=options.start,
            keep_flow=options.keep_flow,
        )
    except KeyboardInterrupt as stop:
        print(f"neural-style: {stop}", file=sys.stderr)
        return 130
    print(f"{options.output}: {account}")
    return 0
