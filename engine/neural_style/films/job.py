"""A film in the making: a folder beside the output in which its segments gather, shared by all who work at it."""

import json
import os
import secrets
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from neural_style import video
from neural_style.door.errors import NeuralStyleError
from neural_style.films.identity import difference
from neural_style.films.plan import Plan, Segment, Shot

#: Seconds between two looks at what others are doing.
POLL = 0.5

#: How the names of all that a job puts into its folder begin.
_OURS = ("job.", "plan.", "shot-", "whole.", ".job.", ".plan.", ".shot-", ".whole.")


class Job:
    """The folder `OUT.mp4.part`, until the film is whole.

    job.json      what is painted and how; the word that tells this job from a later one of the same name
    plan.json     the shots that are found
    shot-….mp4    whole segments; shot-….json: the keys of the frames that the next segment goes on from
    shot-…/       the states of those frames, and what else one shot needs
    *.lock        whoever holds one works at the shot, searches for shots (`plan.lock`), changes the folder itself
                  (`job.lock`), or is there at all (`at-work-….lock`); a kill lets go of it

    Nothing here has its name before it is whole, so that a kill at any time leaves nothing wrong.
    """

    def __init__(self, output: Path, identity: Mapping[str, str]) -> None:
        self.output = output
        self.folder = output.with_name(f"{output.name}.part")
        self._identity = dict(identity)
        self._word = ""
        self._presence = FileLock(self.folder / f"at-work-{secrets.token_hex(4)}.lock", blocking=False)
        self._whole: set[Segment] = set()

    def begin(self) -> None:
        """Begin the job, or join it where it is begun.

        Raises NeuralStyleError where the folder is another film's, or cannot be written.
        """
        try:
            self.folder.mkdir(exist_ok=True)  # the lock would make it too, but not tell where it cannot
        except OSError as error:
            raise video.unwritable(self.output, error) from error
        with self._locked():
            self._join()
            self._presence.acquire()

    def plan(self) -> Plan:
        """What is found of the shots, by this process or another."""
        try:
            return Plan.of(self._read("plan.json"))
        except (KeyError, TypeError, ValueError):  # not there, or damaged
            return Plan()

    def write_plan(self, plan: Plan) -> None:
        """Let all processes know of these shots. Raises NeuralStyleError where that cannot be written."""
        self.write("plan.json", plan.rows())

    def claimed(self, plan: Plan) -> Generator[Shot]:
        """The shots of a plan that are not whole and that nobody else works at, each held while it is out."""
        for shot in plan.shots:
            if not self.is_whole(shot):
                with self._claimed(shot) as mine:
                    if mine:
                        yield shot

    def is_whole(self, shot: Shot) -> bool:
        """Whether all segments of a shot are there."""
        return all(self.has(segment) for segment in shot)

    def has(self, segment: Segment) -> bool:
        """Whether a segment is there, with all its frames."""
        if segment not in self._whole and video.frames_in(self.path(segment)) == segment.frames:
            self._whole.add(segment)
        return segment in self._whole

    def frames(self, plan: Plan) -> int:
        """How many frames are in whole segments."""
        return plan.frames if self.is_over() else sum(s.frames for s in plan.segments if self.has(s))

    def is_over(self) -> bool:
        """Whether the film is whole, and the folder gone."""
        found = self._read("job.json")
        return found is None or found["word"] != self._word

    def is_begun(self) -> bool:
        """Whether there is anything to go on from, or another process is at work."""
        if any(self.folder.glob("shot-*.mp4")) or any(self.folder.glob("shot-*/passes-*")):
            return True
        for path in self.folder.glob("at-work-*.lock"):
            if path != Path(self._presence.lock_file):
                try:
                    with FileLock(path, blocking=False):
                        pass
                except Timeout:
                    return True
        return False

    def path(self, segment: Segment) -> Path:
        """The file of a segment."""
        return self.folder / f"{segment.name}.mp4"

    def own_folder(self, shot: Shot) -> Path:
        """The folder of what a shot needs besides."""
        return self.folder / shot[0].name.rpartition("-")[0]

    def keys(self, segment: Segment) -> list[str]:
        """The keys of the frames that the segment after this one goes on from; none where they are not known."""
        return list(self._read(f"{segment.name}.json") or [])

    def write(self, name: str, what: Any) -> None:
        """Write a file of JSON. Raises NeuralStyleError where it cannot be written."""
        part = self.folder / f".{name}.{os.getpid()}"
        try:
            part.write_text(json.dumps(what, indent=1, ensure_ascii=False), encoding="utf-8")
            part.replace(self.folder / name)
        except OSError as error:
            raise video.unwritable(self.output, error) from error

    def finish(self, plan: Plan, make: Callable[[list[Path], Path], object]) -> None:
        """Give all segments to `make`, with the file to make of them; then the folder goes. Only one process does."""
        with self._locked():
            if self.is_over():
                return
            whole = self.folder / f"whole{self.output.suffix}"
            make([self.path(segment) for segment in plan.segments], whole)
            try:
                whole.replace(self.output)
            except OSError as error:
                raise video.unwritable(self.output, error) from error
            self._empty()

    def leave(self) -> None:
        """The last call: the folder stays if there is anything in it to go on from, or anyone else at work."""
        self._presence.release()
        with suppress(OSError, Timeout):
            if self.folder.exists():
                with self._locked(timeout=1):
                    if not self.is_over() and not self.is_begun():
                        self._empty()

    @contextmanager
    def _locked(self, timeout: float = -1) -> Iterator[None]:
        """Hold the folder itself; afterwards it goes where it is no job's. Raises Timeout after `timeout` seconds."""
        lock = FileLock(self.folder / "job.lock", timeout=timeout)
        while not lock.is_locked:
            with suppress(FileNotFoundError):  # it makes the folder, but another may be removing it right now
                lock.acquire()
        try:
            yield
        finally:
            if not (self.folder / "job.json").exists():
                with suppress(OSError):  # what else is there is not ours to remove
                    for path in self.folder.glob("*.lock"):
                        path.unlink()
                    self.folder.rmdir()
            lock.release()

    @contextmanager
    def _claimed(self, shot: Shot) -> Iterator[bool]:
        """Hold a shot that is not whole, where no one else does."""
        name = self.own_folder(shot).name
        lock = FileLock(self.folder / f"{name}.lock", blocking=False)
        if not self.is_over():
            with suppress(Timeout, FileNotFoundError):
                lock.acquire()
        try:
            # Looked at again, now that nobody else can change it.
            mine = lock.is_locked and not self.is_over() and not self.is_whole(shot)
            if mine:
                for stale in self.folder.glob(f".{name}-*"):  # of a process that was killed
                    stale.unlink(missing_ok=True)
            yield mine
        finally:
            lock.release()
            if self.is_over():
                with self._locked():
                    pass

    def _join(self) -> None:
        """Make the folder this job's, unless it is another film's that is begun."""
        found = self._read("job.json")
        what = difference(self._identity, found["of"]) if found else "everything"
        if what:
            if found and self.is_begun():
                raise NeuralStyleError(
                    "an unfinished film that was begun in another way is there",
                    f"{self.folder}, whose {what} is another",
                    "repeat its own command to finish it, delete that folder, or give another name",
                )
            self._empty()
            found = {"word": secrets.token_hex(8), "of": self._identity}
            self.write("job.json", found)
        self._word = str(found["word"])

    def _empty(self) -> None:
        """Remove all that jobs put there, but the locks; the folder follows when its own is let go."""
        (self.folder / "job.json").unlink(missing_ok=True)  # first: from here on the job is over
        for path in self.folder.iterdir():
            if path.name.startswith(_OURS) and path.suffix != ".lock":
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def _read(self, name: str) -> Any:
        try:
            return json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
