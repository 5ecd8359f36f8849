"""`neural-style paint`: a clip in, a painted clip out, frame after frame in constant memory."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from neural_style import session as sessions
from neural_style import video
from neural_style.cache import FrameCache
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Settings
from neural_style.painter import Painter


@dataclass
class Account:
    """What painting a clip took: frames, those taken from the cache, cuts found, seconds by stage."""

    frames: int = 0
    cached: int = 0
    cuts: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, result: sessions.Result) -> None:
        """Count one finished frame."""
        self.frames += 1
        self.cached += result.cached
        self.cuts += result.cut
        for stage, seconds in result.seconds.items():
            self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds


def paint_clip(
    clip: Path,
    output: Path,
    settings: Settings,
    painter: Painter,
    width: int | None = None,
    frames: int | None = None,
    cache: FrameCache | None = None,
) -> Account:
    """Paint a clip into a new one with its frame rate and audio.

    width: that the clip is scaled to first, None for its own; frames: how many at most, None for all.
    Raises NeuralStyleError; no file appears under the name of `output` then.
    """
    sessions.check(settings)
    if clip.exists() and output.exists() and output.samefile(clip):
        raise NeuralStyleError("the output is the clip itself", str(output), "give another name")
    session = sessions.Session(painter, cache or FrameCache())
    info = video.probe(clip)
    account = Account()
    total = min(frames or info.frames, info.frames) if info.frames else frames
    previous: str | None = None
    # The writer is opened at the first frame, whose size decides; an error on the way out makes it leave nothing.
    with ExitStack() as stack:
        writer: video.VideoWriter | None = None
        bar = stack.enter_context(tqdm(total=total, unit="frame", desc=clip.name))
        for source in video.read_frames(clip, count=frames, width=width):
            if writer is None:
                height, wide = source.shape[:2]
                target = video.VideoWriter(
                    output, info.fps, wide, height, audio_from=clip, pixel_aspect=info.pixel_aspect
                )
                writer = stack.enter_context(target)
            result = session.paint(source, settings, previous)
            previous = result.key
            writer.write(result.picture)
            account.add(result)
            bar.update()
    if not account.frames:
        raise NeuralStyleError("the clip has no frames", str(clip), "give another video file")
    return account
