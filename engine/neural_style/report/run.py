"""Paints a clip by one method into a lossless file, with what every frame took, to be measured and kept."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tqdm import tqdm

from neural_style import session as sessions
from neural_style import styles
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Settings
from neural_style.methods import method as find_method
from neural_style.painter import Painter
from neural_style.report import painting
from neural_style.report.lossless import Levels, LosslessWriter, read_lossless
from neural_style.report.source import Source

#: What a variant may change, `steady:iterations=6`, and how it is read.
_CHANGES: dict[str, Callable[[str], int | float]] = {"iterations": int, "temporal": float, "seed": int}


@dataclass(frozen=True)
class Variant:
    """One row to be: what it is called, and the settings that it is painted with."""

    name: str
    settings: Settings


@dataclass(frozen=True)
class Painted:
    """A clip painted by one method.

    path: the lossless file. frames: how many. seconds: a frame, by stage.
    """

    path: Path
    frames: int
    seconds: dict[str, float]

    def read(self) -> Iterator[Levels]:
        """The frames in 8-bit levels, (H, W, 3)."""
        return read_lossless(self.path)


def variants(text: str, settings: Settings) -> list[Variant]:
    """What `--methods` asks for: `steady,fast,steady:iterations=6:temporal=0.5`, each with the other settings given.

    Raises NeuralStyleError where a method or setting is unknown.
    """
    found: dict[str, Variant] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, *changes = part.split(":")
        find_method(name)
        changed: dict[str, int | float] = {}
        for change in changes:
            key, _, value = change.partition("=")
            try:
                changed[key] = _CHANGES[key](value)
            except (KeyError, ValueError):
                raise NeuralStyleError(
                    "a method's setting is not understood", part, f"write NAME:{'=N:'.join(_CHANGES)}=N"
                ) from None
        variant = Variant(part, replace(settings, method=name, **changed))  # type: ignore[arg-type]
        sessions.check(variant.settings)
        found[part] = variant
    if not found:
        raise NeuralStyleError("no method is named", text, "give at least one, such as --methods steady,fast")
    return list(found.values())


def paint_all(variant: Variant, source: Source, painter: Painter, folder: Path, again: bool = False) -> Painted:
    """Paint a clip by one method, each frame once.

    The frames, and the seconds that painting them took, stay in `folder`. What is there already, of the same clip,
    settings and networks, is taken and not painted anew, unless `again`; a run that was stopped goes on. Raises
    NeuralStyleError where painting fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / "".join(letter if letter.isalnum() or letter in "-_.=" else "-" for letter in variant.name)
    path, note, work = stem.with_name(f"{stem.name}.mkv"), stem.with_name(f"{stem.name}.json"), stem
    identity = _identity(variant, source, painter)
    if again:
        note.unlink(missing_ok=True)
        shutil.rmtree(work, ignore_errors=True)
    kept = _kept(note, path, identity)
    if kept is not None:
        return kept
    seconds: list[dict[str, float]] = []
    with LosslessWriter(path, source.fps) as writer, tqdm(total=source.frames, unit="frame", desc=variant.name) as bar:
        for picture, taken in painting.paint(variant.settings, source.read(), painter, work):
            writer.write(picture)
            if taken:
                seconds.append(taken)
            bar.update()
    if not writer.frames:
        raise NeuralStyleError("the clip has no frames", str(source.path), "give another video file")
    result = Painted(path, writer.frames, _mean(seconds))
    facts = {"of": identity, "frames": result.frames, "seconds_a_frame": result.seconds}
    part = note.with_name(f".part-{note.name}")
    part.write_text(json.dumps(facts, indent=1))
    part.replace(note)
    shutil.rmtree(work, ignore_errors=True)
    return result


def _mean(seconds: list[dict[str, float]]) -> dict[str, float]:
    """Seconds a frame by stage; a stage that a frame did not go through took it none."""
    stages = sorted({stage for one in seconds for stage in one})
    return {stage: sum(one.get(stage, 0.0) for one in seconds) / len(seconds) for stage in stages}


def _identity(variant: Variant, source: Source, painter: Painter) -> str:
    """Names all that the frames depend on."""
    settings = variant.settings
    method = find_method(settings.method).adjusted(settings.temporal, settings.iterations)
    look = styles.digest(settings.style)
    if method.uses_painting:
        look += f" {styles.painting_digest(settings.style, settings.painting)}"
    return f"{source.identity} {asdict(settings)} {look} {painter.describe(method)}"


def _kept(note: Path, path: Path, identity: str) -> Painted | None:
    """What an earlier run left, where it is whole and of the same."""
    try:
        facts = json.loads(note.read_text())
        if facts["of"] == identity and path.is_file():
            return Painted(path, int(facts["frames"]), dict(facts["seconds_a_frame"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None
