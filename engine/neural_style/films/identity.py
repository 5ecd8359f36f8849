"""What a film is made from and how, in words: two commands that agree in all of it may work at the same film."""

import hashlib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import av

from neural_style import __version__
from neural_style.door.messages import Settings
from neural_style.methods import method as find_method
from neural_style.painter import Painter
from neural_style.session import look

#: Bytes at the beginning, in the middle and at the end of a clip that stand for all of it.
_SAMPLE = 1 << 20


def identity(
    clip: Path, start: int, frames: int | None, width: int | None, settings: Settings, painter: Painter
) -> dict[str, str]:
    """All that the film depends on, by a name that can be told to a person."""
    method = find_method(settings.method).adjusted(settings.temporal, settings.iterations)
    found = {
        "clip": clip_digest(clip),
        "start": str(start),
        "number of frames": str(frames or "all"),
        "width": str(width or "full"),
    }
    found |= {field.name.replace("_", " "): str(getattr(settings, field.name)) for field in fields(settings)}
    return found | {
        # The same words can mean another network, painting, flow or device tomorrow, or elsewhere.
        "style's network or painting": look(settings, method),
        "way of painting": painter.describe(method),
        "super-resolution": painter.upscaler.name if settings.upscale > 1 else "",
        "version of Neural Style": __version__,
        "encoder": f"libavcodec {av.library_versions['libavcodec']}",
    }


def difference(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """The name of what differs first; empty where nothing does."""
    for name in [*ours, *(theirs.keys() - ours.keys())]:
        if ours.get(name) != theirs.get(name):
            return name
    return ""


def clip_digest(clip: Path) -> str:
    """Tells clips apart by their size and some of their bytes: the name and the time of a copy do not count.

    A video's index is at its beginning or end, and changes with any frame. Raises OSError.
    """
    size = clip.stat().st_size
    digest = hashlib.blake2b(str(size).encode(), digest_size=16)
    with clip.open("rb") as file:
        for place in (0, max(0, (size - _SAMPLE) // 2), max(0, size - _SAMPLE)):
            file.seek(place)
            digest.update(file.read(_SAMPLE))
    return digest.hexdigest()
