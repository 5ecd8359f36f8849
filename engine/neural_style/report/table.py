"""The tables: all measures of all paintings as JSON for programs and as Markdown for people."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from tabulate import tabulate

from neural_style.report.score import INPUT, LONG, Scores, Series

#: The measures whose drift is told.
DRIFTING = ("contrast", "brightness", "sharpness")

Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, its value in a row (None where there is none), and how that is written."""

    heading: str
    value: Callable[[Row], float | None]
    written: str = "{:.5f}"


def rows(scores: Scores, base: str | None, seconds: dict[str, dict[str, float]]) -> list[Row]:
    """A row of figures for each painting: the means of its measures, its drift, and the seconds that it took.

    base: the name of the per-frame transformer's row. seconds: a frame, by stage, of those that were timed.
    """
    found: list[Row] = []
    for name, series in scores.series.items():
        means = {key: _number(series.mean(key)) for key in sorted(series.values)}
        for key in ("to_t", "disoccluded"):
            if means.get(f"{key}_squares") is not None:
                means[f"{key}_rms"] = math.sqrt(means[f"{key}_squares"] or 0.0)
        row: Row = {"name": name, "measures": means, "drift": {}, "seconds_a_frame": None}
        for measure in DRIFTING:
            own = asdict(series.drift(measure, scores.fps, scores.shots))
            row["drift"][measure] = {key: _number(value) for key, value in own.items()}
            if base is not None:
                beside = asdict(_ratio(series, scores.series[base], measure).drift(measure, scores.fps, scores.shots))
                row["drift"][measure] |= {f"{key}_beside_t": _number(value) for key, value in beside.items()}
        if name in seconds:
            row["seconds_a_frame"] = {**seconds[name], "total": sum(seconds[name].values())}
        found.append(row)
    return found


def markdown(found: Sequence[Row], base: str | None, failures: dict[str, str], facts: Sequence[str]) -> str:
    """All tables, one below the other, each with a line on how to read it. facts: lines for the head."""
    stages = sorted({stage for row in found for stage in row["seconds_a_frame"] or {}} - {"total"})
    reference = next((row for row in found if row["name"] == base), None)
    parts = ["\n".join(facts)]
    for heading, columns, about in _tables(reference, stages):
        # A column that nobody has a value in is left out, and so is a table without columns.
        kept = [column for column in columns if any(column.value(row) is not None for row in found)]
        if not kept:
            continue
        body = [[_named(row["name"], base), *(_written(column, row) for column in kept)] for row in found]
        aligned = ("left", *("right" for _ in kept))
        text = tabulate(
            body, ["", *(column.heading for column in kept)], "pipe", disable_numparse=True, colalign=aligned
        )
        parts.append(f"## {heading}\n\n{about}\n\n{text}")
    parts += [f"`{name}` failed: {why}" for name, why in failures.items()]
    return "\n\n".join(parts) + "\n"


def head(facts: Mapping[str, Any]) -> str:
    """What was measured and how, in a few lines."""
    command = f"```\n{facts['command']}\n```\n\n" if "command" in facts else ""
    cuts = ", ".join(str(cut + 1) for cut in facts["cuts"])
    return command + " ".join(
        [
            f"Motion for scoring: {facts['scored with']}" + ("." if "painted with" not in facts else ";"),
            *([f"for painting: {facts['painted with']}."] if "painted with" in facts else []),
            f"Device: {facts['device']}.",
            f"Cuts before frames {cuts}." if cuts else "No cuts.",
            *facts.get("notes", ()),
        ]
    )


def _tables(reference: Row | None, stages: Sequence[str]) -> list[tuple[str, list[Column], str]]:
    """Heading, columns, and how to read them."""

    def times(measure: str) -> Callable[[Row], float | None]:
        base = reference["measures"].get(measure) if reference else None
        return lambda row: (
            row["measures"][measure] / base if base and row["measures"].get(measure) is not None else None
        )

    spans = {"1": "t−1", str(LONG): f"t−{LONG}", "first": "first"}
    return [
        (
            "At a glance",
            [
                Column("warping error", _mean("warping_1")),
                Column("× T", times("warping_1"), "{:.2f}"),
                Column("× T, Lanczos", times("warping_lanczos"), "{:.2f}"),
                Column("long-term", _mean(f"warping_{LONG}")),
                Column("perceptual", _mean("perceptual_1"), "{:.4f}"),
                Column("contrast × T", times("contrast"), "{:.3f}"),
                Column("sharpness × T", times("sharpness"), "{:.3f}"),
                Column("distance to T", _mean("to_t_absolute"), "{:.4f}"),
                Column("style distance × T", times("style_to_painting"), "{:.3f}"),
                Column("seconds a frame", _second("total"), "{:.2f}"),
            ],
            "T is the transformer network's picture of each frame by itself. A low warping error alone also comes from "
            "blur and from ghosts: read it beside sharpness, contrast and the distance to T. The usual warping error "
            "moves the frame before bilinearly, which softens it, and so charges a sharp picture for its sharpness; "
            "moved by Lanczos' kernel, it is charged for what has changed.",
        ),
        (
            "Stability",
            [
                *(Column(f"warping error {spans[span]}", _mean(f"warping_{span}")) for span in spans),
                *(Column(f"perceptual {spans[span]}", _mean(f"perceptual_{span}"), "{:.4f}") for span in spans),
            ],
            f"Against the frame before, {LONG} frames before, and the shot's first: mean squares in [0, 1], and the "
            "distance of VGG-16's features, 0 … 2; only where both frames show the same. Less is steadier.",
        ),
        (
            "Ground truth",
            [
                Column("uncovered: distance to T", _mean("disoccluded_absolute"), "{:.4f}"),
                Column("RMS", _mean("disoccluded_rms"), "{:.4f}"),
                Column(f"covered and back, t−{LONG}", _mean(f"returned_{LONG}")),
                Column("covered and back, first", _mean("returned_first")),
            ],
            "Where a frame shows what the one before does not, how far the painting is from T (ghosts are far). Where "
            "something was covered or gone and is back, how much it differs from before, in mean squares.",
        ),
        (
            "Style and content",
            [
                Column("style to the painting", _mean("style_to_painting"), "{:.4g}"),
                Column("× T", times("style_to_painting"), "{:.3f}"),
                Column("style to T", _mean("style_to_t"), "{:.4g}"),
                Column("content", _mean("content"), "{:.4g}"),
                Column("distance to T", _mean("to_t_absolute"), "{:.4f}"),
                Column("RMS", _mean("to_t_rms"), "{:.4f}"),
            ],
            "Differences of Gram matrices (relu1_1 … relu5_1), and of the features at relu4_2 from the source's; the "
            "distance to T in [0, 1], absolute and as root of the mean square.",
        ),
        (
            "Picture",
            [
                column
                for measure in DRIFTING
                for column in (
                    Column(measure, _mean(measure), "{:.4f}"),
                    Column("× T", times(measure), "{:.3f}"),
                )
            ],
            "Standard deviation, mean, and variance of the Laplacian, each a mean over the frames.",
        ),
        (
            "Drift",
            [
                column
                for measure in DRIFTING
                for column in (
                    Column(measure, _drift(measure, "change"), "{:+.1%}"),
                    Column("beside T", _drift(measure, "change_beside_t"), "{:+.1%}"),
                    Column("a second", _drift(measure, "slope"), "{:+.2%}"),
                )
            ],
            "From a shot's first second to its last, of all shots the one with the greatest change; the same of the "
            "ratio to T, which takes out what the footage itself changes; and the slope.",
        ),
        (
            "Time",
            [Column("seconds a frame", _second("total"), "{:.2f}")]
            + [Column(stage, _second(stage), "{:.3f}") for stage in stages],
            "Of painting, also where the frames were kept from an earlier run.",
        ),
    ]


def _mean(measure: str) -> Callable[[Row], float | None]:
    return lambda row: row["measures"].get(measure)


def _drift(measure: str, kind: str) -> Callable[[Row], float | None]:
    return lambda row: row["drift"][measure].get(kind)


def _second(stage: str) -> Callable[[Row], float | None]:
    return lambda row: (row["seconds_a_frame"] or {}).get(stage)


def _written(column: Column, row: Row) -> str:
    value = column.value(row)
    return "–" if value is None else column.written.format(value)


def _named(name: str, base: str | None) -> str:
    if name == INPUT:
        return "input"
    return f"`{name}` (T)" if name == base else f"`{name}`"


def _ratio(series: Series, base: Series, measure: str) -> Series:
    """The measure as a multiple of T's, frame by frame."""
    with np.errstate(divide="ignore", invalid="ignore"):
        line = np.asarray(series.values[measure]) / np.asarray(base.values[measure])
    return Series({measure: line.tolist()})


def _number(value: float) -> float | None:
    """As JSON has it, which knows no NaN."""
    return float(value) if math.isfinite(value) else None
