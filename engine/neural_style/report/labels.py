"""Text in pictures, set in DejaVu Sans, which matplotlib brings along."""

from functools import lru_cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from neural_style.report.lossless import Levels

PAPER, INK = (250, 250, 248), (32, 32, 36)


def text_width(text: str, size: int, bold: bool = False) -> int:
    """How many pixels wide a line is at a size of `size` pixels."""
    return round(_font(size, bold).getlength(text))


def fitting(text: str, size: int, width: int, bold: bool = False, least: int = 7) -> tuple[str, int]:
    """The text and the size, at most `size`, at which it is no wider than `width`; shortened where nothing else helps.

    The size goes down to `least` pixels before the text is cut, which ends it in an ellipsis.
    """
    while size > least and text_width(text, size, bold) > width:
        size -= 1
    short = text
    while len(short) > 1 and text_width(short, size, bold) > width:
        short = short[:-2].rstrip() + "…"
    return short, size


def label(text: str, width: int, height: int, size: int, *, bold: bool = False, centred: bool = False) -> Levels:
    """A strip of paper (height, width, 3) with one line of text in it, 8-bit RGB; small enough to fit."""
    margin = max(2, size // 2)
    text, size = fitting(text, size, width - 2 * margin, bold)
    strip = Image.new("RGB", (width, height), PAPER)
    place = (width / 2, height / 2) if centred else (margin, height / 2)
    ImageDraw.Draw(strip).text(place, text, INK, _font(size, bold), anchor="mm" if centred else "lm")
    return np.asarray(strip, np.uint8)


@lru_cache(maxsize=64)
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), size)
