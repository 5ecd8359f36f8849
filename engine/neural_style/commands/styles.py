"""`neural-style styles`: the list of what can be painted like."""

import argparse

from neural_style.door.catalogue import STYLES


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command's arguments."""
    commands.add_parser("styles", help="list the styles").set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    width = max(len(entry.name) for entry in STYLES)
    for entry in STYLES:
        print(f"{entry.name:{width}}  {entry.description}")
    return 0
