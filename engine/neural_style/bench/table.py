"""The benchmark's tables, as Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from tabulate import tabulate

from neural_style.bench import kernels

Found = Mapping[str, Any]


def markdown(found: Found) -> str:
    """All tables of what `run` found, one below the other."""
    parts = [_head(found)]
    for size in found.get("painting", ()):
        parts += [_painting(size)]
    for report in found.get("kernels", ()):
        parts += [f"## Kernels, {report['width']}×{report['height']}", kernels.table(report)]
    if "flow" in found:
        rows = [
            [_size(size), name, _milliseconds(spread)]
            for size in found["flow"]
            for name, spread in size["seconds"].items()
        ]
        parts += ["## Flow, one way", _table(("size", "flow", "ms"), rows)]
    if "film" in found:
        parts += [_film(found["film"])]
    parts += _host(found)
    parts += _growth(found)
    return "\n\n".join(parts) + "\n"


def _head(found: Found) -> str:
    machine, rates = found["machine"], found["rates"]
    speeds = ", ".join(f"{rate / 1e9:.0f} GFLOP/s in {name}" for name, rate in rates["operations a second"].items())
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return (
        f"```\n{found['command']}\n```\n\n"
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory, GB']} GB, load "
        f"{machine['load at the start']} when the run began; {machine['device']}; {machine['system']}. {versions}.\n\n"
        f"Measured in the same run: {speeds} (the best of convolutions and a matrix product), "
        f"{rates['bytes a second'] / 1e9:.1f} GB/s (a copy, read and written). *Floor*: operations and bytes counted "
        "from the networks' shapes, over these; small frames, which stay in the processor's cache, may be below it."
    )


def _painting(size: Found) -> str:
    from neural_style.bench.painting import PORT

    rounds, rows = size["rounds"], []
    shares = size["share of the port's time"]
    for name, floor in size["floor"].items():
        taken, whole, processor = (
            [line[kind][name] for line in rounds if name in line[kind]] for kind in ("solver", "frame", "processor")
        )
        if not taken:
            continue
        counts = size["iterations"][name]
        alone = median(processor) / size["threads"] if size["threads"] else median(taken)
        rows.append(
            [
                name,
                counts,
                f"{median(taken):.2f}",
                _share(shares["solver"].get(name)),
                f"{median(whole):.2f}",
                _share(shares["frame"].get(name)),
                f"{median(processor):.2f}",
                _share(shares["processor"].get(name)),
                f"{alone / counts:.3f}" if counts else "",
                f"{floor['operations'] / 1e12:.2f}",
                f"{floor['bytes'] / 1e9:.1f}",
                f"{floor['seconds']:.2f}",
                f"{alone / floor['seconds']:.2f}",
            ]
        )
    transformer, floor = _transformer(rounds), size["floor"]["transformer"]
    reached = [line["iterations to the port's objective"] for line in rounds]
    said = ", ".join("not reached" if count is None else str(count) for count in reached)
    lines = [
        f"## Painting, {_size(size)}, {len(rounds)} rounds",
        _table(
            ("", "iterations", "solver, s", f"× {PORT}", "frame, s", f"× {PORT}", "processor, s", f"× {PORT}",
             "an iteration, s", "TFLOP", "GB", "floor, s", "× floor"),
            rows,
        ),
        f"The port's objective after {size['iterations'][PORT]} iterations is reached by `steady`'s start and solver "
        f"after, frame by frame: {said}. The transformer network takes {1e3 * transformer:.1f} ms, its floor is "
        f"{1e3 * floor['seconds']:.1f} ms."
        + (" An iteration and × floor: by the processor's time, shared among its threads, which the load of other "
           "processes hardly changes." if size["threads"] else ""),
    ]  # fmt: skip
    if size["peak memory of the device, MB"]:
        peaks = (f"{name} {peak:.0f} MB" for name, peak in size["peak memory of the device, MB"].items())
        lines.append(f"Most memory of the device: {', '.join(peaks)}.")
    return "\n\n".join(lines)


def _film(sizes: Sequence[Found]) -> str:
    rows = [
        [_size(size), name, f"{1 / line['seconds a frame']:.3g}", f"{line['seconds a frame']:.3f}",
         f"{line['floor, seconds']:.3f}", f"{line['seconds a frame'] / line['floor, seconds']:.2f}"]
        for size in sizes
        for name, line in size["methods"].items()
    ]  # fmt: skip
    heads = ("size", "method", "frames a second", "s a frame", "floor of networks and solver, s", "× floor")
    counts = ", ".join(f"{size['frames']} frames of {_size(size)}" for size in sizes)
    about = f"From decoding to encoding, in the second half of {counts}."
    return "\n\n".join(["## Films", _table(heads, rows), about])


def _transformer(rounds: Sequence[Found]) -> float:
    return float(median(stages["transformer"] for line in rounds for stages in line["stages"].values()))


def _host(found: Found) -> list[str]:
    parts = []
    if "host" in found:
        rows = [
            [_size(size), _milliseconds(size["seconds a frame"]), _milliseconds(size["of which in the engine"]),
             f"{size['seconds to start']:.1f}"]
            for size in found["host"]
        ]  # fmt: skip
        parts += [
            "## The way to the worker and back",
            _table(("size", "ms a frame", "of which in the engine", "start of the worker, s"), rows),
        ]
    if "blender" in found:
        stages = found["blender"]["seconds a frame"].items()
        rows = [[stage, _milliseconds(spread)] for stage, spread in stages]
        parts += [f"## In Blender, {found['blender']['frames']} frames", _table(("stage", "ms a frame"), rows)]
    return parts


def _growth(found: Found) -> list[str]:
    parts = []
    if "pixels" in found:
        rows = [
            [_size(line), f"{line['seconds a frame']:.2f}", f"{line['seconds a million pixels']:.2f}",
             _megabytes(line["peak memory of the worker, MB"])]
            for line in found["pixels"]
        ]  # fmt: skip
        by_size = ("size", "s a frame", "s a million pixels", "peak of the worker, MB")
        parts += ["## Growth with pixels", _table(by_size, rows)]
    if "frames" in found:
        frames = found["frames"]
        first, last = frames["seconds a frame"]
        memory = " and ".join(_megabytes(value) for value in frames["memory of the worker, MB"])
        parts += [
            "## Growth with frames",
            f"{frames['frames']} frames at {_size(frames)}: {first:.2f} s a frame in the second tenth, {last:.2f} s in "
            f"the last; the worker holds {memory} MB at the end of these.",
        ]
    if "nodes" in found:
        rows = [
            [str(line["nodes"]), f"{line['seconds a frame and node']:.2f}",
             _megabytes(line["peak memory of the worker, MB"])]
            for line in found["nodes"]
        ]  # fmt: skip
        by_node = ("nodes", "s a frame and node", "peak of the worker, MB")
        parts += ["## Growth with nodes that share a worker", _table(by_node, rows)]
    return parts


def _table(heads: Iterable[str], rows: Sequence[Sequence[object]]) -> str:
    return str(tabulate(rows, tuple(heads), tablefmt="pipe", disable_numparse=True))


def _size(found: Found) -> str:
    width, height = found["size"]
    return f"{width}×{height}"


def _milliseconds(spread: Mapping[str, float]) -> str:
    middle, least, most = (1e3 * spread[key] for key in ("median", "least", "most"))
    return f"{middle:.1f} ({least:.1f} … {most:.1f})"


def _share(spread: Mapping[str, float] | None) -> str:
    if spread is None:
        return "1"
    return f"{spread['median']:.3f} ({spread['least']:.3f} … {spread['most']:.3f})"


def _megabytes(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0f}"
