"""Makes the report: paints by every method, measures all, and writes tables, sheet, plots and the video."""

import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from tqdm import tqdm

from neural_style import device as devices
from neural_style import styles
from neural_style.doctor import versions
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Settings
from neural_style.painter import Painter
from neural_style.pixels import Frame
from neural_style.report import plots, sheet, side_by_side, table
from neural_style.report.lossless import Levels
from neural_style.report.perceptual import Grams, Judge
from neural_style.report.run import Variant, paint_all
from neural_style.report.score import INPUT, Scorer, Scores
from neural_style.report.source import Source

#: The method whose pictures are T.
BASE = "johnson"

#: What a report consists of.
FILES = ("table.md", "table.json", "series.csv", "plots.png", "sheet.jpg", "side-by-side.mp4")

Frames = Callable[[], Iterator[Frame | Levels]]


@dataclass(frozen=True)
class Subject:
    """What is measured: its name, its frames, which can be read again and again, and the seconds a frame by stage."""

    name: str
    read: Frames
    seconds: dict[str, float] | None = None


def compare(
    source: Source,
    asked: Sequence[Variant],
    settings: Settings,
    painter: Painter,
    out: Path,
    again: bool = False,
    features: bool = True,
    facts: Mapping[str, object] | None = None,
) -> str:
    """Paint by every method asked for and by the per-frame transformer, and leave the report in the folder `out`.

    A method that fails is named in the tables and does not stop the others. What was painted stays in `out`/frames
    and is used again by the next call, unless `again`. features, facts: as in `report`. Returns the tables in Markdown.
    """
    base = next((variant for variant in asked if variant.name == BASE), None) or as_base(settings)
    subjects: list[Subject] = []
    failures: dict[str, str] = {}
    for variant in (base, *(variant for variant in asked if variant.name != BASE)):
        try:
            painted = paint_all(variant, source, painter, out / "frames", again)
        except Exception as error:  # whatever it is: hours of the other methods' work must not be lost
            failures[variant.name] = str(error) or type(error).__name__
            print(f"{variant.name} failed: {failures[variant.name]}", file=sys.stderr)
            continue
        subjects.append(Subject(variant.name, painted.read, painted.seconds))
    if not subjects:
        raise NeuralStyleError("every method failed", failures[BASE], "mend that and run the command again")
    facts = {**(facts or {}), "painted with": f"{painter.flow.name} optical flow"}
    return report(source, subjects, settings, painter.device, out, facts, failures, features)


def as_base(settings: Settings) -> Variant:
    """The row that T is, with the settings of the others."""
    return Variant(BASE, replace(settings, method=BASE))


def report(
    source: Source,
    subjects: Sequence[Subject],
    settings: Settings | None,
    device: torch.device,
    out: Path,
    facts: Mapping[str, object],
    failures: Mapping[str, str] | None = None,
    features: bool = True,
) -> str:
    """Measure what was painted, and write everything; T is the subject of the name `BASE`, if there is one.

    settings: say the style, None where it is not known. facts: more for the tables' head. features: whether to measure
    on VGG's features too, which takes most of the time. Returns the tables.
    """
    out.mkdir(parents=True, exist_ok=True)
    base = BASE if any(subject.name == BASE for subject in subjects) else None
    judge = Judge(device) if features else None
    painting = _painting(settings, judge, source) if settings and judge else None
    scores = measure(source, subjects, judge, base, painting)
    found = table.rows(scores, base, {s.name: s.seconds for s in subjects if s.seconds})
    facts = {
        **_facts(source, scores, settings.style if settings else ""),
        "device": devices.describe(device),
        "versions": versions(),
        **facts,
        "style has a painting": painting is not None,
    }
    failures = dict(failures or {})
    text = table.markdown(found, base, failures, [f"# {facts['title']}", "", table.head(facts)])
    _place(out / "table.json", json.dumps({**facts, "rows": found, "failed": failures}, indent=1, allow_nan=False))
    _place(out / "table.md", text)
    _series(out / "series.csv", scores)
    plots.write(out / "plots.png", scores, base, str(facts["title"]))
    _pictures(out, source, subjects, scores)
    return text


def measure(
    source: Source, subjects: Sequence[Subject], judge: Judge | None, base: str | None, painting: Grams | None = None
) -> Scores:
    """The measures of all subjects, in one pass over the clip and constant memory."""
    scorer = Scorer(source.pairs, float(source.fps), judge, base, painting)
    streams = {subject.name: subject.read() for subject in subjects}
    for frame in tqdm(source.read(), total=source.frames, unit="frame", desc="measuring"):
        pictures = {name: next(stream, None) for name, stream in streams.items()}
        known = {name: picture for name, picture in pictures.items() if picture is not None}
        if len(known) < len(pictures):
            missing = next(name for name, picture in pictures.items() if picture is None)
            raise NeuralStyleError(
                f"{missing} has {scorer.count} frames and the clip has more",
                str(source.path),
                f"compare the first ones only, with --frames {scorer.count}",
            )
        scorer.add(frame, known)
    return scorer.scores()


def _painting(settings: Settings, judge: Judge, source: Source) -> Grams | None:
    """The Gram matrices of the style's painting at the frames' area; None where it has none."""
    try:
        found = styles.paintings(settings.style, settings.painting)
    except NeuralStyleError:
        if settings.painting:  # asked for by name: not to be passed over
            raise
        return None
    height, width = next(source.read()).shape[:2]
    return judge.grams(found, height * width)


def _facts(source: Source, scores: Scores, style: str) -> dict[str, object]:
    height, width = next(source.read()).shape[:2]
    return {
        "title": f"{source.name}, {scores.frames} frames at {width}×{height}" + (f", {style}" if style else ""),
        "clip": source.name,
        "frames": scores.frames,
        "size": [width, height],
        "fps": float(source.fps),
        "cuts": scores.cuts,
        "style": style,
        "scored with": source.pairs.name,
    }


def _pictures(out: Path, source: Source, subjects: Sequence[Subject], scores: Scores) -> None:
    places = sheet.moments(scores.frames)
    all_frames: dict[str, Frames] = {INPUT: source.read, **{_title(s.name): s.read for s in subjects}}
    rows = {name: sheet.picked(read(), places) for name, read in all_frames.items()}
    sheet.save(sheet.sheet(rows, places, source.fps), out / "sheet.jpg")
    streams = {name: read() for name, read in all_frames.items()}
    side_by_side.write(out / "side-by-side.mp4", streams, source.fps, source.pixel_aspect)


def _title(name: str) -> str:
    return f"{name} (T)" if name == BASE else name


def _series(path: Path, scores: Scores) -> None:
    """Every measure of every frame: one line for each painting and frame."""
    names = sorted({measure for series in scores.series.values() for measure in series.values})
    part = path.with_name(f".part-{path.name}")
    with part.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["painting", "frame", "seconds", *names])
        for painting, series in scores.series.items():
            for frame in range(scores.frames):
                line = (series.values.get(name, [])[frame : frame + 1] for name in names)
                values = ["" if not v or v[0] != v[0] else f"{v[0]:.6g}" for v in line]
                writer.writerow([painting, frame, f"{frame / scores.fps:.4f}", *values])
    part.replace(path)


def _place(path: Path, text: str) -> None:
    part = path.with_name(f".part-{path.name}")
    part.write_text(text)
    part.replace(path)
