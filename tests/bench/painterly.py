"""Paints clips after several paintings by `steady` and `painterly`, and shows them beside the paintings.

`.envs/engine/bin/python tests/bench/painterly.py -o FOLDER [--clips …] [--styles …] [--frames 6] [--width 384]` leaves
in FOLDER a report of each clip and style, a sheet of each clip (a row for each painting: the painting, T, `steady`, and
two frames of `painterly`), and prints a table: the style distance to the painting and the warping error, as shares of
T's, and the warping error as a share of `steady`'s. Stopped, it goes on where it was.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from clips import located
from neural_style import styles
from neural_style.door.messages import Settings
from neural_style.painter import Painter
from neural_style.report import layout, sheet
from neural_style.report.compare import compare
from neural_style.report.labels import label
from neural_style.report.lossless import Levels, read_lossless, to_levels
from neural_style.report.run import variants
from neural_style.report.source import Source, open_source

METHODS = "steady,painterly"
WIDTH, GAP, TEXT = 320, 6, 17


def row(source: Source, style: str, folder: Path) -> list[Levels]:
    """The painting, T, `steady`, and `painterly` at the first and the last frame, in cells of one size."""
    painted = {name: list(read_lossless(folder / "frames" / f"{name}.mkv")) for name in ("johnson", "steady")}
    moving = list(read_lossless(folder / "frames" / "painterly.mkv"))
    height = round(WIDTH * moving[0].shape[0] / moving[0].shape[1])
    ((painting, _),) = styles.paintings(style, "")
    cells = [fitted(to_levels(painting), height)]
    pictures = [painted["johnson"][-1], painted["steady"][-1], moving[0], moving[-1]]
    return [*cells, *(layout.scaled(picture, WIDTH, height) for picture in pictures)]


def fitted(painting: Levels, height: int) -> Levels:
    """A painting, which may have any proportions, whole in a cell."""
    shape = painting.shape
    share = min(WIDTH / shape[1], height / shape[0])
    inner = layout.scaled(painting, round(shape[1] * share), round(shape[0] * share))
    cell = layout.paper(height, WIDTH)
    top, left = (height - inner.shape[0]) // 2, (WIDTH - inner.shape[1]) // 2
    cell[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return cell


def contact_sheet(rows: Sequence[Sequence[Levels]]) -> Levels:
    heads = ["painting", "T", "steady", "painterly, first frame", "last frame"]
    lines = [layout.joined([label(head, WIDTH, 2 * TEXT, TEXT, bold=True) for head in heads], GAP)]
    lines += [layout.joined(row, GAP) for row in rows]
    return layout.framed(layout.joined(lines, GAP, downwards=True), 2 * GAP)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--clips", nargs="+", default=["big-buck-bunny", "bikes"])
    parser.add_argument("--styles", nargs="+", default=["starry-night", "woodblock-wave", "composition-viii"])
    parser.add_argument("--frames", type=int, default=6)
    parser.add_argument("--width", type=int, default=384)
    options = parser.parse_args()
    painter = Painter()
    print(
        "| clip | style | style distance, × T | warping error, × T: `steady` | `painterly` | `painterly` / `steady` |"
    )
    print("|---|---|---|---|---|---|")
    for clip in options.clips:
        path = located(clip)
        source = open_source(path, options.width, options.frames, painted_with=painter.flow.name)
        rows = []
        for style in options.styles:
            folder = options.output / f"{path.stem}-{Path(style).stem}"
            settings = Settings(style=style, working_width=0)
            compare(source, variants(METHODS, settings), settings, painter, folder)
            table = json.loads((folder / "table.json").read_text(encoding="utf-8"))
            found = {line["name"]: line["measures"] for line in table["rows"]}
            t, steady, painterly = (found[name] for name in ("johnson", "steady", "painterly"))
            print(
                f"| {path.stem} | {style} | {painterly['style_to_painting'] / t['style_to_painting']:.3f} "
                f"| {steady['warping_1'] / t['warping_1']:.3f} | {painterly['warping_1'] / t['warping_1']:.3f} "
                f"| {painterly['warping_1'] / steady['warping_1']:.2f} |",
                flush=True,
            )
            rows.append(row(source, style, folder))
        sheet.save(contact_sheet(rows), options.output / f"painterly-{path.stem}.jpg")


if __name__ == "__main__":
    main()
