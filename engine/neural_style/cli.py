"""The command line: `neural-style paint`, `styles`, `doctor`, `fetch`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from neural_style import __version__
from neural_style.door.catalogue import METHODS, STYLES
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0, 1 where the doctor finds a fault, 2 for an error, 130 for Ctrl-C."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except NeuralStyleError as error:
        print(f"neural-style: {error}", file=sys.stderr)
        return 2
    except (OSError, MemoryError, RuntimeError) as error:
        # A full disk, or a device out of memory; anything else of torch's is a fault, and keeps its traceback.
        if isinstance(error, RuntimeError) and "out of memory" not in str(error).lower():
            raise
        print(f"neural-style: {str(error).splitlines()[0] if str(error) else 'not enough memory'}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("neural-style: stopped; what was painted so far is kept and will be reused", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="neural-style", description="Turns footage into a moving painting that holds still."
    )
    parser.add_argument("--version", action="version", version=f"neural-style {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    paint = commands.add_parser("paint", help="paint a clip")
    paint.set_defaults(run=_paint)
    default = Settings()
    paint.add_argument("clip", type=Path, metavar="CLIP", help="the video to paint")
    paint.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.mp4", help="the video to write")
    paint.add_argument(
        "--method", default=default.method, choices=[entry.name for entry in METHODS], help="(default: %(default)s)"
    )
    paint.add_argument(
        "--style",
        default=default.style,
        metavar="NAME",
        help="a style, a blend (NAME:0.7+NAME:0.3), or a .pth checkpoint (default: %(default)s)",
    )
    paint.add_argument(
        "--style-weight", type=float, default=default.style_weight, metavar="W", help="0 the clip … 1 the painting"
    )
    paint.add_argument(
        "--temporal", type=float, default=default.temporal, metavar="F", help="factor on the temporal weight, 0 … 4"
    )
    paint.add_argument(
        "--iterations", type=int, default=default.iterations, metavar="N", help="of the solver (0: the method's own)"
    )
    paint.add_argument("--seed", type=int, default=default.seed, metavar="N", help="another number, another variant")
    paint.add_argument("--width", type=_width, metavar="PIXELS", help="scale the clip to this width (default: its own)")
    paint.add_argument("--frames", type=_positive, metavar="N", help="paint only the first N frames")
    paint.add_argument("--vgg19", type=Path, metavar="FILE", help="use this VGG-19 checkpoint in VGG-16's place")

    paint.add_argument(
        "--flow", default="dis", choices=["dis", "farneback"], help="optical flow (default: %(default)s)"
    )

    styles = commands.add_parser("styles", help="list the styles")
    styles.set_defaults(run=_styles)

    doctor = commands.add_parser("doctor", help="show device, versions, and what works here")
    doctor.set_defaults(run=_doctor)

    fetch = commands.add_parser("fetch", help="fetch weights and clips ahead, and print where they are")
    fetch.set_defaults(run=_fetch)
    fetch.add_argument("names", nargs="*", metavar="NAME", help="which (default: all weights)")
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {value}")
    return value


def _width(text: str) -> int:
    value = int(text)
    if value < 16:
        raise argparse.ArgumentTypeError(f"must be at least 16, not {value}")
    return value


def _paint(options: argparse.Namespace) -> int:
    from neural_style import session, video
    from neural_style.paint import paint_clip
    from neural_style.painter import Painter

    settings = Settings(
        style=options.style,
        method=options.method,
        style_weight=options.style_weight,
        temporal=options.temporal,
        iterations=options.iterations,
        seed=options.seed,
        working_width=0,
    )
    # What can be wrong is found before torch loads a network.
    session.check(settings)
    video.probe(options.clip)
    painter = Painter(vgg19=options.vgg19, flow=options.flow)
    account = paint_clip(options.clip, options.output, settings, painter, options.width, options.frames)
    spent = ", ".join(f"{stage} {seconds / account.frames:.2f}" for stage, seconds in sorted(account.seconds.items()))
    reused = f", {account.cached} of them kept from before" if account.cached else ""
    print(f"{options.output}: {account.frames} frames{reused}, {account.cuts} cuts; seconds a frame: {spent}")
    return 0


def _styles(options: argparse.Namespace) -> int:
    width = max(len(entry.name) for entry in STYLES)
    for entry in STYLES:
        print(f"{entry.name:{width}}  {entry.description}")
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from neural_style.doctor import examine

    fine = True
    for finding in examine():
        print(f"{'ok ' if finding.fine else 'BAD'} {finding.name}: {finding.text}", flush=True)
        fine = fine and finding.fine
    return 0 if fine else 1


def _fetch(options: argparse.Namespace) -> int:
    from neural_style.weights import SOURCES, locate

    for name in options.names or [source.name for source in SOURCES.values() if source.kept.startswith("weights/")]:
        print(locate(name))
    return 0
