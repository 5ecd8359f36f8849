"""The command line `neural-style`: its commands, and what becomes of errors."""

import argparse
import sys
from collections.abc import Sequence

from neural_style import __version__
from neural_style.commands import bench, compare, doctor, evaluate, fetch, forget, import_, paint, styles, train
from neural_style.door.errors import NeuralStyleError

#: In the order that `--help` lists them.
COMMANDS = (paint, compare, evaluate, train, import_, forget, styles, doctor, bench, fetch)


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
    for command in COMMANDS:
        command.add(commands)
    return parser
