"""`neural-style forget`: takes an imported or trained style out of the list."""

import argparse


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command's arguments."""
    parser = commands.add_parser("forget", help="remove a style of yours")
    parser.set_defaults(run=_run)
    parser.add_argument("names", nargs="+", metavar="NAME", help="an imported or trained style")


def _run(options: argparse.Namespace) -> int:
    from neural_style import library

    for name in options.names:
        library.forget(name)
        print(f"{name}: forgotten")
    return 0
