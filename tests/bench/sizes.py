"""What the benchmarks of frames of some sizes are asked."""

import argparse

from neural_style.commands import arguments


def parser(description: str | None, rounds: int) -> argparse.ArgumentParser:
    """One that takes `--size`, (height, width) each, and `--rounds`."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument(
        "--size", type=arguments.size, action="append", metavar="WxH", help="of a frame; may be given again"
    )
    made.add_argument("--rounds", type=int, default=rounds)
    return made
