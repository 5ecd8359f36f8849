"""`neural-style paint`: a clip in, a painted clip out."""

import argparse
from pathlib import Path

from neural_style.commands import arguments


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command's arguments."""
    parser = commands.add_parser("paint", help="paint a clip")
    parser.set_defaults(run=_run)
    arguments.add_clip(parser)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.mp4", help="the video to write")
    arguments.add_settings(parser)
    arguments.add_painter(parser)


def _run(options: argparse.Namespace) -> int:
    from neural_style import session, video
    from neural_style.paint import paint_clip
    from neural_style.painter import Painter

    settings = arguments.settings(options)
    # What can be wrong is found before torch loads a network.
    session.check(settings)
    video.probe(options.clip)
    painter = Painter(vgg19=options.vgg19, flow=options.flow)
    account = paint_clip(options.clip, options.output, settings, painter, options.width, options.frames)
    spent = ", ".join(f"{stage} {seconds / account.frames:.2f}" for stage, seconds in sorted(account.seconds.items()))
    reused = f", {account.cached} of them kept from before" if account.cached else ""
    print(f"{options.output}: {account.frames} frames{reused}, {account.cuts} cuts; seconds a frame: {spent}")
    return 0
