"""Arguments that several commands take, and the settings that they say."""

import argparse
import re
from pathlib import Path

from neural_style.door.messages import Settings
from neural_style.methods import METHODS


def positive(text: str) -> int:
    """A whole number from 1 on, as an argument's type."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {value}")
    return value


def width(text: str) -> int:
    """A width in pixels, as an argument's type."""
    value = int(text)
    if value < 16:
        raise argparse.ArgumentTypeError(f"must be at least 16, not {value}")
    return value


def size(text: str) -> tuple[int, int]:
    """(height, width) in pixels of 640x480, as an argument's type."""
    match = re.fullmatch(r"(\d+)[x×](\d+)", text.strip())
    if not match or min(map(int, match.groups())) < 32:
        raise argparse.ArgumentTypeError(f"{text!r} is no size from 32x32 on, such as 640x480")
    return int(match[2]), int(match[1])


def add_settings(parser: argparse.ArgumentParser, method: bool = True) -> None:
    """What an artist chooses for a frame; `method` leaves that one out where a command takes several."""
    default = Settings()
    if method:
        parser.add_argument("--method", default=default.method, choices=list(METHODS), help="(default: %(default)s)")
    parser.add_argument(
        "--style",
        default=default.style,
        metavar="STYLE",
        help="a style's name, any picture, a .pth checkpoint, or a blend, NAME:0.7+FILE:0.3 (default: %(default)s)",
    )
    parser.add_argument(
        "--painting",
        default=default.painting,
        metavar="FILE",
        help="the picture, or the style, whose brush strokes methods with a painting as target take (default: the "
        "style's own)",
    )
    parser.add_argument(
        "--style-weight", type=float, default=default.style_weight, metavar="W", help="0 the clip … 1 the painting"
    )
    parser.add_argument(
        "--original-colours", action="store_true", help="take only the painting's lightness, and the clip's colours"
    )
    parser.add_argument(
        "--temporal", type=float, default=default.temporal, metavar="F", help="factor on the temporal weight, 0 … 4"
    )
    parser.add_argument(
        "--iterations",
        type=int,
        default=default.iterations,
        metavar="N",
        help="of the solver, at most (0: the method's own)",
    )
    parser.add_argument("--seed", type=int, default=default.seed, metavar="N", help="another number, another variant")


def settings(options: argparse.Namespace, method: str | None = None) -> Settings:
    """The settings that the arguments of `add_settings` say."""
    return Settings(
        style=options.style,
        method=method or options.method,
        style_weight=options.style_weight,
        painting=options.painting,
        original_colours=options.original_colours,
        temporal=options.temporal,
        iterations=options.iterations,
        seed=options.seed,
        working_width=0,
    )


def add_upscale(parser: argparse.ArgumentParser) -> None:
    """Big pictures."""
    parser.add_argument(
        "--upscale",
        type=int,
        default=1,
        choices=[1, 2, 4],
        help="enlarge what is painted so many times by super-resolution: --width 960 --upscale 2 gives 1920 pixels",
    )
    parser.add_argument(
        "--upscaler", default="anime", choices=["anime", "photo"], help="the network for that (default: %(default)s)"
    )


def add_painter(parser: argparse.ArgumentParser) -> None:
    """What the painter is made with."""
    parser.add_argument("--vgg19", type=Path, metavar="FILE", help="use this VGG-19 checkpoint in VGG-16's place")
    parser.add_argument(
        "--flow",
        choices=["dis", "dis-torch", "farneback"],
        help="optical flow (default: dis, of OpenCV; where a CUDA device computes, dis-torch, on the device)",
    )


def add_clip(parser: argparse.ArgumentParser) -> None:
    """A clip, and how much of it."""
    parser.add_argument("clip", type=Path, metavar="CLIP", help="the video to paint")
    parser.add_argument("--width", type=width, metavar="PIXELS", help="scale the clip to this width (default: its own)")
    parser.add_argument("--frames", type=positive, metavar="N", help="only the first N frames")
