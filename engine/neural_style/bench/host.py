"""What lies around the painter: the host's share, and how time and memory grow with pixels, frames and nodes.

Each is measured on a worker of its own, over the pipe and the mapped file that Blender uses.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from tqdm import tqdm

from neural_style.bench import clip
from neural_style.bench.client import Answer, Client
from neural_style.bench.timing import Spread
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Settings

Size = tuple[int, int]


def transport(sizes: Sequence[Size], style: str, frames: int) -> list[dict[str, Any]]:
    """The share that is not painting, by size: what goes through the door and back with the per-frame transformer.

    sizes: (height, width); frames: how many of each, after a first that is not counted.
    """
    found = []
    for height, width in sizes:
        with Client() as client:
            answers = _painted(client, height, width, frames + 1, Settings(style, "johnson", working_width=0))[1:]
            found.append(
                {
                    "size": [width, height],
                    "seconds a frame": vars(Spread.of([answer.outside for answer in answers])),
                    "of which in the engine": vars(Spread.of([answer.stages["transport"] for answer in answers])),
                    "seconds to start": client.seconds_to_start,
                }
            )
    return found


def blender_stages(path: Path) -> dict[str, Any]:
    """Blender's own seconds a frame, from the file that a run with $NEURAL_STYLE_TIMINGS left: medians by stage.

    Raises NeuralStyleError where it is no such file.
    """
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        taken = [line for line in lines if line["painted"] and not line.get("cached")]
        stages = sorted({key for line in taken for key, value in line.items() if isinstance(value, float)})
        return {
            "frames": len(taken),
            "seconds a frame": {
                stage: vars(Spread.of([line[stage] for line in taken if stage in line])) for stage in stages
            },
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NeuralStyleError(
            "the seconds of a run in Blender cannot be read", str(path), "give what $NEURAL_STYLE_TIMINGS named"
        ) from error


def pixels(sizes: Sequence[Size], settings: Settings, frames: int) -> list[dict[str, Any]]:
    """Seconds and the worker's peak memory by the frame's size, (height, width)."""
    found = []
    for height, width in tqdm(sizes, "growth with pixels", leave=False):
        with Client() as client:
            answers = _painted(client, height, width, max(2, frames), settings)[1:]
            memory = client.memory().get("peak")
        seconds = median(answer.seconds for answer in answers)
        millions = height * width / 1e6
        found.append(
            {
                "size": [width, height],
                "seconds a frame": seconds,
                "seconds a million pixels": seconds / millions,
                "peak memory of the worker, MB": memory,
            }
        )
    return found


def length(size: Size, settings: Settings, frames: int) -> dict[str, Any]:
    """Seconds and memory over one long shot: its first tenth of frames against its last."""
    seconds, memory = [], []
    with Client() as client:
        for answer in _stream(client, *size, frames, settings):
            seconds.append(answer.seconds)
            memory.append(client.memory().get("now"))
    part = max(1, frames // 10)
    first, last = (median(some) for some in (seconds[part : 2 * part] or seconds, seconds[-part:]))
    return {
        "size": [size[1], size[0]],
        "frames": frames,
        "seconds a frame": [first, last],
        "memory of the worker, MB": [memory[min(2 * part, frames) - 1], memory[-1]],
    }


def nodes(size: Size, settings: Settings, frames: int, most: int) -> list[dict[str, Any]]:
    """Seconds and memory with 1, 2, 4 … nodes that take turns in one worker."""
    found: list[dict[str, Any]] = []
    count = 1
    while count <= most:
        sources = clip.frames(*size, frames)
        with Client() as client:
            keys: list[str | None] = [None] * count
            seconds = []
            for source in sources:
                # Each with a seed of its own, so that none finds what another has painted.
                answers = [client.paint(source, replace(settings, seed=n), keys[n], f"node-{n}") for n in range(count)]
                keys = [answer.key for answer in answers]
                seconds.append(sum(answer.seconds for answer in answers) / count)
            memory = client.memory()
        found.append(
            {
                "nodes": count,
                "seconds a frame and node": median(seconds[1:] or seconds),
                "peak memory of the worker, MB": memory.get("peak"),
            }
        )
        count *= 2
    return found


def _painted(client: Client, height: int, width: int, frames: int, settings: Settings) -> list[Answer]:
    return list(_stream(client, height, width, frames, settings))


def _stream(client: Client, height: int, width: int, frames: int, settings: Settings) -> Iterable[Answer]:
    """A shot of so many frames, one after the other; a long one goes to and fro in the same few."""
    sources = clip.frames(height, width, min(frames, 10))
    turn = [*range(len(sources)), *range(len(sources) - 2, 0, -1)]
    key = None
    for number in range(frames):
        answer = client.paint(sources[turn[number % len(turn)]], settings, key)
        key = answer.key
        yield answer
