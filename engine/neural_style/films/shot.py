"""Paints one shot, segment after segment, each into a file of its own."""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from fractions import Fraction
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from tqdm import tqdm

from neural_style import session as sessions
from neural_style import video
from neural_style.behind import Behind
from neural_style.cache import FrameCache
from neural_style.door.messages import Settings
from neural_style.films.account import Account
from neural_style.films.decoding import ahead
from neural_style.films.expecting import expecting
from neural_style.films.job import Job
from neural_style.films.plan import Segment, Shot
from neural_style.films.reading import Reader
from neural_style.films.states import ShotStates
from neural_style.foresight import Foresight
from neural_style.methods import method as find_method
from neural_style.multipass import MultiPass
from neural_style.painter import Painter
from neural_style.pixels import Frame
from neural_style.shot_file import ShotFile

#: Pictures that wait to be encoded, and states to be written to the cache, at most.
_MOST_UNWRITTEN = 2


class ShotPainter:
    """Paints the shots of one film that this process claims."""

    def __init__(
        self,
        job: Job,
        reader: Reader,
        settings: Settings,
        painter: Painter,
        foresight: Foresight,
        cache: FrameCache,
        clip: video.Clip,
        check: Callable[[], None],
    ) -> None:
        """check: raises what should end the painting; asked before each frame."""
        self._job = job
        self._reader = reader
        self._settings = settings
        self._method = find_method(settings.method).adjusted(settings.temporal, settings.iterations)
        self._painter = painter
        self._foresight = foresight
        self._cache = cache
        self._clip = clip
        self._check = check
        #: How often every frame is painted.
        self.passes = self._method.passes

    def paint(self, shot: Shot, account: Account, bar: tqdm) -> None:
        """Paint what is missing of a shot that this process holds, and count it; the bar counts frames in passes."""
        folder = self._job.own_folder(shot)
        if self._method.passes > 1:
            self._in_passes(shot, folder, account, bar)
        else:
            with Behind(_MOST_UNWRITTEN, "keeping") as keeping:
                states = ShotStates(folder, self._cache, keeping, max(self._method.distances))
                self._in_order(shot, states, account, bar)
        shutil.rmtree(folder, ignore_errors=True)

    def _in_order(self, shot: Shot, states: ShotStates, account: Account, bar: tqdm) -> None:
        """By a method that paints one frame after another."""
        # The plan says where the cuts are: a session finds the same, but has not seen the segments of another run.
        session = sessions.Session(self._painter, states, is_cut=lambda before, frame: False)
        todo = self._unpainted(shot, states)
        previous = states.needed()[-1] if states.needed() else None
        read = self._reader.frames(todo[0], shot[-1].stop)
        source = expecting(read, self._foresight, self._settings, self._method)
        with closing(ahead(source)) as frames:
            for segment in todo:
                with self._file(segment) as file:
                    for number, frame in enumerate(islice(frames, segment.frames), 1):
                        self._check()
                        result = session.paint(frame, self._settings, previous, enlarged=True)
                        previous = result.key
                        file.write(result.picture)
                        if self._method.follows_time:
                            states.follow(result.key, last=number == segment.frames)
                        account.add(result)
                        bar.update()
                    self._job.write(f"{segment.name}.json", states.needed())
                states.settle()

    def _in_passes(self, shot: Shot, folder: Path, account: Account, bar: tqdm) -> None:
        """By a method that goes through the whole shot several times; only then the segments are written."""
        folder.mkdir(exist_ok=True)
        session = sessions.Session(self._painter, self._cache)
        passes = MultiPass(self._painter, self._settings, self._method, folder)
        with (
            tempfile.TemporaryFile(dir=folder) as file,
            closing(self._reader.frames(shot[0], shot[-1].stop)) as frames,
        ):
            there = bar.n - self._method.passes * sum(segment.frames for segment in shot if self._job.has(segment))
            source = ShotFile.of(frames, file, self._settings.working_width)
            for _ in passes.steps(source):
                self._check()
                bar.update(there + passes.done - bar.n)
            account.spend({"passes": passes.seconds})
            pictures = zip(source.sources, passes.pictures(), strict=False)
            for segment in shot:
                with self._file(segment) as target:
                    for frame, picture in islice(pictures, segment.frames):
                        seconds: dict[str, float] = {}
                        target.write(session.finished(frame, self._settings, picture, seconds))
                        account.spend(seconds)
                        account.painted += 1

    def _file(self, segment: Segment) -> "SegmentFile":
        return SegmentFile(self._job.path(segment), self._clip.fps, self._clip.pixel_aspect)

    def _unpainted(self, shot: Shot, states: ShotStates) -> Shot:
        """The segments from the first missing one on; all, where what that one goes on from is lost."""
        missing = next(number for number, segment in enumerate(shot) if not self._job.has(segment))
        if missing and self._method.follows_time and not states.resume(self._job.keys(shot[missing - 1])):
            states.resume([])
            missing = 0
        return shot[missing:]


class SegmentFile:
    """A context manager that writes the pictures of a segment; the first one says of what size they are.

    They are encoded behind: what goes wrong is raised at the next picture, or at the end. The file gets its name at
    the end, when it is whole.
    """

    def __init__(self, path: Path, fps: Fraction, pixel_aspect: Fraction) -> None:
        self._path, self._fps, self._pixel_aspect = path, fps, pixel_aspect
        self._open = ExitStack()
        self._behind = Behind(_MOST_UNWRITTEN, "writing")
        self._writer: video.VideoWriter | None = None

    def write(self, picture: Frame) -> None:
        """Append a picture, (H, W, 3), sRGB, which may not change from now on."""
        if self._writer is None:
            height, width = picture.shape[:2]
            writer = video.VideoWriter(self._path, self._fps, width, height, pixel_aspect=self._pixel_aspect)
            self._writer = self._open.enter_context(writer)
            self._open.enter_context(self._behind)  # all is written before the file is closed
        self._behind.do(self._writer.write, picture)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)
