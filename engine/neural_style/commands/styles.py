"""`neural-style styles`: the list of what can be painted like."""

import argparse

from neural_style.door import library
from neural_style.door.catalogue import STYLES, StyleEntry

_MORE = """
* has a painting, from which painterly, ruder and gatys paint; for the others, give one with --painting FILE.
Any picture is a style too (--style FILE), and so is a network that you have (.pth, .onnx, .t7): `neural-style import`
puts it into this list, `neural-style forget` takes it out again.
Styles blend: --style starry-night:0.7+rust:0.3"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command's arguments."""
    commands.add_parser("styles", help="list the styles").set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    entries: list[StyleEntry | library.LibraryEntry] = [*STYLES, *library.entries()]
    width = max(len(entry.name) for entry in entries)
    for entry in entries:
        print(f"{entry.name:{width}} {'*' if entry.painting else ' '} {entry.description}")
    print(_MORE)
    return 0
