"""`neural-style train`: a transformer network of one's own, for one painting."""

import argparse
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from neural_style.commands import arguments
from neural_style.training.recipe import CONTENT_LAYERS, Recipe

if TYPE_CHECKING:
    from neural_style.training.trainer import Run

#: The recipe's numbers: argument, the recipe's name for it, type, metavar, what it is.
_NUMBERS = (
    ("--iterations", "iterations", arguments.positive, "N", "steps of the optimiser"),
    ("--batch", "batch", arguments.positive, "N", "crops a step"),
    ("--size", "size", int, "PIXELS", "side of the crops, a multiple of 4"),
    ("--width", "width", float, "F", "factor on the network's channels: 0.5 paints in a third of the time"),
    ("--style-size", "style_size", int, "PIXELS", "longer side of the painting: the larger, the larger its strokes"),
    ("--style-weight", "style", float, "W", "weight of the painting's style"),
    ("--content-weight", "content", float, "W", "weight of the photo's content"),
    ("--tv", "tv", float, "W", "weight of the total variation, for smoothness"),
    ("--stability", "stability", float, "W", "weight of painting a moved crop as the crop, moved; 0 leaves it out"),
    ("--learning-rate", "learning_rate", float, "R", "of the optimiser, Adam"),
    ("--seed", "seed", int, "N", "another number, other crops and other first weights"),
)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command's arguments."""
    default = Recipe()
    parser = commands.add_parser(
        "train",
        help="train a network for a painting",
        description="Trains a transformer network that paints as one picture is painted, and adds it to the styles. "
        "A training that was stopped goes on where it was when the same command is given again.",
    )
    parser.set_defaults(run=_run)
    parser.add_argument("--style", dest="painting", type=Path, required=True, metavar="PICTURE", help="the painting")
    parser.add_argument("--photos", type=Path, required=True, metavar="FOLDER", help="photos of all kinds of things")
    parser.add_argument("-o", "--output", required=True, metavar="NAME", help="the new style's name")
    parser.add_argument("--licence", default="", metavar="TEXT", help="of the network, and whom to credit")
    parser.add_argument("--restart", action="store_true", help="begin anew instead of going on")

    recipe = parser.add_argument_group("recipe", "The defaults are those of Johnson et al. 2016: minutes on a GPU.")
    for argument, name, kind, metavar, text in _NUMBERS:
        value = getattr(default, name)
        recipe.add_argument(
            argument, dest=name, type=kind, default=value, metavar=metavar, help=f"{text} (default: %(default)s)"
        )
    recipe.add_argument(
        "--content-layer",
        default=default.content_layer,
        choices=CONTENT_LAYERS,
        help="of VGG-16, where content is looked at (default: %(default)s)",
    )
    recipe.add_argument(
        "--decay",
        default=default.decay,
        choices=["none", "cosine"],
        help="how the learning rate falls; cosine is for short trainings (default: %(default)s)",
    )
    recipe.add_argument(
        "--imitate", default=default.imitate, metavar="STYLE", help="learn to paint as this style first: cheap, no VGG"
    )
    recipe.add_argument(
        "--imitation", type=int, default=default.imitation, metavar="N", help="how many of the iterations imitate"
    )

    recipe.add_argument(
        "--start", default="", metavar="NAME", help="begin with the network of this style of yours, not a random one"
    )

    progress = parser.add_argument_group("progress")
    progress.add_argument("--preview", type=Path, metavar="PICTURE", help="photo to paint previews of")
    progress.add_argument(
        "--preview-every", type=int, default=500, metavar="N", help="iterations; 0 makes none (default: %(default)s)"
    )
    progress.add_argument(
        "--workers", type=arguments.positive, metavar="N", help="threads that read photos (default: by the processor)"
    )


def _run(options: argparse.Namespace) -> int:
    from neural_style import device
    from neural_style.library.keep import check_free
    from neural_style.training.finish import add_style, starting_tensors, training_folder
    from neural_style.training.trainer import Run, train

    run = Run(
        painting=options.painting,
        photos=options.photos,
        folder=training_folder(options.output),
        start=starting_tensors(options.start, options.width) if options.start else None,
        recipe=Recipe(**{name: getattr(options, name) for name in _arguments_of_recipe()}),
        preview=options.preview,
        preview_every=options.preview_every,
        workers=options.workers or min(8, os.cpu_count() or 1),
    )
    # A style of that name is replaced only where it came of a training of that name.
    check_free(options.output, replace=run.folder.exists())
    print(f"previews and checkpoint: {run.folder}", file=sys.stderr)
    try:
        trained = train(run, device.choose(), options.restart)
    except KeyboardInterrupt:
        print("neural-style: stopped; the same command goes on", file=sys.stderr)
        return 130
    entry = add_style(options.output, run, trained, _command(run, options.output, options.start), options.licence)
    each = trained.seconds / run.recipe.iterations
    print(f"{entry.name}: {entry.network}; {trained.seconds:.0f} seconds, {each:.3f} an iteration")
    return 0


def _arguments_of_recipe() -> dict[str, str]:
    """The argument that says each of the recipe's hyper-parameters."""
    chosen = {name: f"--{name.replace('_', '-')}" for name in ("content_layer", "decay", "imitate", "imitation")}
    return {name: argument for argument, name, *_ in _NUMBERS} | chosen


def _command(run: "Run", name: str, start: str) -> str:
    """The command that trains this network, with every hyper-parameter said, whatever a later default may be.

    Where the pictures lay on this machine is nobody's business; their names tell which they were.
    """
    words = ["neural-style", "train", "--style", run.painting.name, "--photos", run.photos.name, "-o", name]
    for key, argument in _arguments_of_recipe().items():
        value = getattr(run.recipe, key)
        if value != "":
            words += [argument, str(value)]
    return shlex.join([*words, "--start", start] if start else words)
