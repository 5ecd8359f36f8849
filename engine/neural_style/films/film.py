"""Paints a film of any length in constant memory; it can be stopped, taken up again, and shared by processes."""

from contextlib import ExitStack, closing
from pathlib import Path

from tqdm import tqdm

from neural_style import session as sessions
from neural_style import video
from neural_style.cache import FrameCache
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Settings
from neural_style.films.account import Account
from neural_style.films.expecting import FRAMES
from neural_style.films.identity import identity
from neural_style.films.job import POLL, Job
from neural_style.films.plan import Plan, grown
from neural_style.films.reading import Reader
from neural_style.films.search import Search
from neural_style.films.shot import ShotPainter
from neural_style.foresight import Foresight
from neural_style.methods import method as find_method
from neural_style.motion.kept import KeptFlow
from neural_style.painter import Painter


def paint_clip(
    clip: Path,
    output: Path,
    settings: Settings,
    painter: Painter,
    width: int | None = None,
    frames: int | None = None,
    cache: FrameCache | None = None,
    *,
    start: float = 0.0,
    keep_flow: bool = False,
) -> Account:
    """Paint a clip into a new one with its frame rate and audio.

    width: that the clip is scaled to first, None for its own; frames: how many at most, None for all; start: the
    second to begin at; keep_flow: take optical flow from the disk where it is kept, and keep what is estimated.

    What is painted gathers in the folder `OUTPUT.part`, which goes when the film is whole. After a kill at any time
    the same call goes on, and the film is the same as if nothing had happened; called by several processes at once,
    they share the shots. Raises NeuralStyleError; no file appears under the name of `output` then. KeyboardInterrupt
    says what is there and how to go on.
    """
    sessions.check(settings)
    video.check_target(output)
    if clip.exists() and output.exists() and output.samefile(clip):
        raise NeuralStyleError("the output is the clip itself", str(output), "give another name")
    info = video.probe(clip)
    first = round(start * info.fps)
    with ExitStack() as stack:
        kept = KeptFlow(painter.flow) if keep_flow else None
        stack.callback(setattr, painter, "flow", painter.flow)
        painter.flow = kept or painter.flow
        distances = len(find_method(settings.method).distances)
        foresight = stack.enter_context(closing(Foresight(painter, FRAMES, distances)))
        reader = stack.enter_context(closing(Reader(clip, width)))

        job = Job(output, identity(clip, first, frames, width, settings, painter))
        stack.callback(job.leave)
        search = None
        try:
            job.begin()
            search = stack.enter_context(
                closing(Search(job, lambda plan: grown(plan, clip, first, frames, width, settings.working_width)))
            )
            shots = ShotPainter(job, reader, settings, painter, foresight, cache or FrameCache(), info, search.check)
            there = max(1, info.frames - first)
            account = _paint(job, search, shots, clip.name, min(frames or there, there))
            plan = search.whole()
            account.frames, account.shots = plan.frames, len(plan.shots)
            job.finish(plan, lambda parts, path: video.join(parts, path, info.fps, clip, audio_start=first / info.fps))
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_stopped(job, search)) from None
    if kept is not None:
        account.flows_estimated, account.flows_reused = kept.estimated, kept.reused
    return account


def _paint(job: Job, search: Search, shots: ShotPainter, name: str, expected: int) -> Account:
    """Paint the shots that nobody else does, as they are found, until all are there; `expected` is how many frames."""
    account = Account()
    unit = "frame" if shots.passes == 1 else "step"
    with tqdm(
        total=expected * shots.passes, initial=job.frames(search.plan()) * shots.passes, unit=unit, desc=name
    ) as bar:

        def show(plan: Plan) -> None:
            bar.total = (plan.frames if plan.whole else max(expected, plan.frames)) * shots.passes
            bar.n = job.frames(plan) * shots.passes  # others may have finished some
            bar.refresh()

        while not job.is_over():
            plan, idle = search.plan(), True
            with closing(job.claimed(plan)) as claimed:
                for shot in claimed:
                    idle = False
                    show(search.plan())
                    shots.paint(shot, account, bar)
            if plan.whole and all(job.is_whole(shot) for shot in plan.shots):
                break
            if idle:
                show(plan)
                search.wait(POLL)
        show(search.whole())
    return account


def _stopped(job: Job, search: Search | None) -> str:
    """What to tell who has stopped the painting."""
    if search is None or not job.is_begun():
        return "stopped; what was painted so far is kept and will be reused"
    plan = search.plan()
    there = f"{job.frames(plan)} {f'of {plan.frames} ' if plan.whole else ''}frames are whole"
    return f"stopped; {there}, the same command goes on from what is in {job.folder}"
