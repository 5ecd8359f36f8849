"""`neural-style import`: a network that one has becomes a style."""

import argparse
from pathlib import Path


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command's arguments."""
    parser = commands.add_parser(
        "import",
        help="make a network that you have a style",
        description="Checks a transformer network, converts it, paints a preview, and lists it among the styles. "
        "Takes checkpoints of PyTorch's fast_neural_style example (.pth, .model, .pt), the fast-neural-style files of "
        "the ONNX model zoo (.onnx), and the models of Johnson's fast-neural-style (.t7). No code in a file is run.",
    )
    parser.set_defaults(run=_run)
    parser.add_argument("file", type=Path, metavar="FILE", help="the network")
    parser.add_argument("--name", required=True, metavar="NAME", help="the new style's name, such as my-candy")
    parser.add_argument(
        "--painting", type=Path, metavar="PICTURE", help="the picture that it is after, for methods that paint from it"
    )
    parser.add_argument("--licence", default="", metavar="TEXT", help="of the network, and whom to credit")
    parser.add_argument("--description", default="", metavar="TEXT", help="one line on what it looks like")
    parser.add_argument("--replace", action="store_true", help="replace a style of yours of that name")


def _run(options: argparse.Namespace) -> int:
    from neural_style import library
    from neural_style.networks.read import read_network

    library.check_free(options.name, options.replace)
    entry = library.add(
        options.name,
        read_network(options.file),
        painting=options.painting,
        licence=options.licence,
        source=options.file.name,
        description=options.description,
        replace=options.replace,
    )
    print(f"{entry.name}: {entry.network}")
    print(f"preview: {entry.preview}")
    return 0
