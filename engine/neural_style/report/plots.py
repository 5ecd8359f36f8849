"""Plots of the measures over time."""

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import matplotlib
import numpy as np

from neural_style.report.score import INPUT, LONG, Scores

matplotlib.use("Agg")  # files only: no window, on any machine

from matplotlib.axes import Axes
from matplotlib.figure import Figure

#: Okabe and Ito's colours, which people who see few colours can tell apart, without yellow, which is hard to see on
#: paper, and black, which is T's; the last, a wine red, is Paul Tol's.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#882255")

#: Beyond seven paintings the colours come again with another line.
_LINES = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (6, 1.5, 1.5, 1.5)))

#: Measure, heading, whether its axis is logarithmic.
PANELS = (
    ("warping_1", "Warping error to the frame before", True),
    ("perceptual_1", "Perceptual distance to the frame before", True),
    (f"warping_{LONG}", f"Warping error over {LONG} frames", True),
    ("warping_first", "Warping error to the shot's first frame", True),
    ("to_t_absolute", "Distance to T (mean absolute)", False),
    ("style_to_painting", "Style distance to the painting", True),
    ("contrast", "Contrast (standard deviation)", False),
    ("brightness", "Brightness (mean)", False),
    ("sharpness", "Sharpness (variance of the Laplacian)", False),
    ("disoccluded_absolute", "Distance to T where something was uncovered", False),
)


#: A logarithmic axis goes down to this share of the lowest line's median: frames that the footage repeats change by
#: next to nothing, and would press all else together.
_FLOOR = 0.1


def write(path: Path, scores: Scores, base: str | None, title: str) -> None:
    """A PNG with a panel for each measure that there is; cuts are thin upright lines."""
    panels = [panel for panel in PANELS if any(_known(scores, name, panel[0]) for name in scores.series)]
    rows = (len(panels) + 1) // 2
    figure = Figure(figsize=(13, 2.7 * rows + 1.1), dpi=110, layout="constrained")
    axes = figure.subplots(rows, 2, squeeze=False, sharex=True).flatten()
    styles = line_styles(list(scores.series), base)
    for axis, (measure, heading, logarithmic) in zip(axes, panels, strict=False):
        _panel(axis, scores, measure, heading, logarithmic, styles)
    for axis in axes[len(panels) :]:
        axis.set_visible(False)
    for axis in axes[max(0, len(panels) - 2) : len(panels)]:
        axis.set_xlabel("seconds")
        axis.tick_params(labelbottom=True)
    handles, names = axes[0].get_legend_handles_labels()
    names = [f"{name} (T)" if name == base else name for name in names]
    figure.suptitle(title, fontsize=13, x=0.01, horizontalalignment="left")
    figure.legend(handles, names, loc="outside lower center", ncols=min(len(names), 7), frameon=False)
    part = path.with_name(f".part-{path.name}")
    figure.savefig(part)
    part.replace(path)


def _panel(
    axis: Axes, scores: Scores, measure: str, heading: str, logarithmic: bool, styles: dict[str, dict[str, object]]
) -> None:
    lowest = float("inf")
    for name, series in scores.series.items():
        values = np.asarray(series.values.get(measure, [np.nan] * scores.frames), np.float64)
        if logarithmic:
            values = np.where(values > 0, values, np.nan)
            if np.isfinite(values).any():
                lowest = min(lowest, float(np.nanmedian(values)))
        marker = "o" if np.isfinite(values).sum() < 3 else None  # a line needs two points to be seen
        axis.plot(np.arange(len(values)) / scores.fps, values, label=name, marker=marker, **styles[name])  # type: ignore[arg-type]
    for cut in scores.cuts:
        axis.axvline((cut - 0.5) / scores.fps, color="#999999", linewidth=0.8, linestyle=(0, (2, 2)), zorder=0)
    axis.set_title(heading, fontsize=10.5, loc="left")
    if logarithmic:
        axis.set_yscale("log")
        axis.set_ylim(bottom=max(axis.get_ylim()[0], _FLOOR * lowest))
    axis.margins(x=0.01)
    axis.grid(True, color="#e4e4e4", linewidth=0.6)
    axis.spines[["top", "right"]].set_visible(False)


def line_styles(names: Sequence[str], base: str | None) -> dict[str, dict[str, object]]:
    """How each painting's line is drawn: the bounds in grey and black, the others in colours."""
    looks = ((colour, line) for line in cycle(_LINES) for colour in _COLOURS)
    found: dict[str, dict[str, object]] = {}
    for name in names:
        if name == INPUT:
            found[name] = {"color": "#888888", "linewidth": 1.4, "linestyle": (0, (1, 1.2))}
        elif name == base:
            found[name] = {"color": "#000000", "linewidth": 1.4, "linestyle": "-"}
        else:
            colour, line = next(looks)
            found[name] = {"color": colour, "linewidth": 1.6, "linestyle": line}
    return found


def _known(scores: Scores, name: str, measure: str) -> bool:
    return bool(np.isfinite(scores.series[name].values.get(measure, [np.nan])).any())
