#!/usr/bin/env python3
"""Renders the pictures that the node's styles are chosen from: `python3 install/thumbnails.py [--out DIR]`.

One photo, painted in every style of the catalogue by the style's own network, as it lies in the extension
(`plugin/thumbnails/STYLE.jpg`). To be run again where styles came or a network changed. The photo is the one that
previews of imported styles are painted from, a frame of Big Buck Bunny (© 2008 Blender Foundation, CC BY 3.0).
"""

import argparse
import subprocess
import sys
from pathlib import Path

from environments import ROOT, ensure
from lib.processes import SetupError, clean_environment, say

#: Where the extension has them.
FOLDER = ROOT / "plugin" / "thumbnails"

#: Width and height of a thumbnail, in pixels.
SIDE = 144

#: Of JPEG, out of 100: all thumbnails together take a quarter of a megabyte.
QUALITY = 82


def paint(out: Path) -> None:
    """Paint all thumbnails into a folder. Needs the engine in the Python that runs it."""
    import cv2
    import numpy as np

    from neural_style.device import choose
    from neural_style.door.catalogue import STYLES
    from neural_style.library.preview import PHOTO
    from neural_style.styles import Stylist
    from neural_style.styles.files import read_picture

    out.mkdir(parents=True, exist_ok=True)
    photo, stylist = read_picture(PHOTO), Stylist(choose())
    for entry in STYLES:
        picture = stylist.paint(photo, entry.name)
        height, width = picture.shape[:2]
        left = (width - height) // 2
        square = cv2.resize(picture[:, left : left + height], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        coded = cv2.imencode(
            ".jpg", np.rint(255 * square[..., ::-1]).clip(0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
        )[1]
        part = out / f"{entry.name}.part"
        part.write_bytes(coded.tobytes())
        part.replace(out / f"{entry.name}.jpg")


def main() -> int:
    """Set the engine up, where it is not, and paint with it."""
    parser = argparse.ArgumentParser(description="Render the thumbnails of all styles.")
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="DIR", help="folder for them (plugin/thumbnails)")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        paint(options.out)
        return 0
    try:
        python = ensure("engine").python
    except SetupError as error:
        say(str(error))
        return 2
    command = [python, Path(__file__).resolve(), "--inside", "--out", options.out.resolve()]
    return subprocess.run(command, env=clean_environment(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
