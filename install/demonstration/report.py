"""The demo's report: versions, device, seconds per frame by stage, and the measures of the pictures."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from demonstration.clip import Shot
from demonstration.job import Job
from neural_style import device
from neural_style.doctor import versions
from neural_style.door.catalogue import DEFAULT_METHOD
from neural_style.pixels import Frame
from neural_style.report.ruler import Ruler
from neural_style.styles import Stylist

#: The stages of a frame, in the order in which it goes through them.
STAGES = ("capture", "motion", "transformer", "solver", "transport")


def make(
    job: Job,
    shot: Shot,
    painted: Sequence[Frame],
    weight: Sequence[float],
    seconds: Sequence[dict[str, Any]],
    engine: dict[str, Any],
) -> dict[str, Any]:
    """Everything there is to tell of a run, for report.json."""
    taken = [line for line in seconds if line["painted"]]
    per_frame = {stage: sum(line.get(stage, 0.0) for line in taken) / max(1, len(taken)) for stage in STAGES}
    return {
        "clip": {"name": shot.source.name, "fps": float(shot.info.fps)},
        "frames": len(painted),
        "size": shot.size,
        "style": job.style,
        "method": DEFAULT_METHOD,
        "style_weight": [round(value, 4) for value in weight],
        "device": engine.get("device", "unknown"),
        "versions": {"blender": engine.get("blender", job.blender), **versions()},
        "seconds_per_frame": {stage: round(value, 4) for stage, value in per_frame.items()}
        | {"total": round(sum(per_frame.values()), 4)},
        "seconds_to_start_the_engine": round(sum(line.get("start", 0.0) for line in taken), 2),
        "seconds_to_render": round(engine["rendered_in"], 1),
        "frames_painted": len(taken),
        "cuts": [line["frame"] for line in taken if line.get("cut")],
        "measures": _measures(job.style, shot.frames, painted, weight),
    }


def _measures(style: str, source: Sequence[Frame], painted: Sequence[Frame], weight: Sequence[float]) -> dict[str, Any]:
    """Measures of the input, the per-frame transformer and the result, where the painting is seen in full."""
    full = [place for place, value in enumerate(weight) if value >= 1]
    frames = [source[place] for place in full]
    stylist = Stylist(device.choose())
    ruler = Ruler(frames)

    def measured(pictures: Iterable[Frame]) -> dict[str, float]:
        return {name: round(value, 6) for name, value in asdict(ruler.measure(pictures)).items()}

    return {
        "frames": [full[0] + 1, full[-1] + 1],
        "flow": "farneback, which nothing is painted with",
        "input": measured(frames),
        "per_frame_transformer": measured(stylist.paint(frame, style) for frame in frames),
        "result": measured(painted[place] for place in full),
    }


def summary(report: dict[str, Any]) -> str:
    """The report in a few lines for the terminal."""
    seconds = report["seconds_per_frame"]
    stages = ", ".join(f"{stage} {seconds[stage]:.2f}" for stage in STAGES)
    lines = [f"{seconds['total']:.2f} s a frame on {report['device']} ({stages})"]
    measures = report["measures"]
    lines.append(f"frames {measures['frames'][0]} to {measures['frames'][1]}, at full weight:")
    lines.append(f"  {'':<22}{'warping error':>14}{'contrast':>10}{'sharpness':>11}")
    for name in ("input", "per_frame_transformer", "result"):
        row = measures[name]
        label = name.replace("_", " ")
        lines.append(f"  {label:<22}{row['warping_error']:>14.5f}{row['contrast']:>10.3f}{row['sharpness']:>11.4f}")
    return "\n".join(lines)
