"""`neural-style fetch`: weights and clips ahead of time."""

import argparse


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command's arguments."""
    parser = commands.add_parser("fetch", help="fetch weights and clips ahead, and print where they are")
    parser.set_defaults(run=_run)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which (default: all weights)")


def _run(options: argparse.Namespace) -> int:
    from neural_style.weights import SOURCES, locate

    for name in options.names or [source.name for source in SOURCES.values() if source.kept.startswith("weights/")]:
        print(locate(name))
    return 0
