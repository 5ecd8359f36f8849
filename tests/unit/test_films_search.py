"""The search for a film's shots, beside the painting, by one of several processes, and taken up again."""

import json
from contextlib import closing
from threading import Event

import pytest

from clips import encode, picture
from filming import LENGTHS, cuts, film, scan
from neural_style import session, video
from neural_style.cache import FrameCache
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Settings
from neural_style.films import film as films
from neural_style.films import paint_clip
from neural_style.films.job import Job
from neural_style.films.plan import Plan, grown
from neural_style.films.search import Search
from neural_style.video import read_frames

QUICK = Settings(method="blend", working_width=0)
pytestmark = pytest.mark.usefixtures("short_segments")

#: Seconds after which a test gives up.
PATIENCE = 60


@pytest.fixture
def job(tmp_path):
    """A film in the making."""
    made = Job(tmp_path / "film.mp4", {"clip": "this"})
    made.begin()
    yield made
    made.leave()


def after_frames(count, monkeypatch, then):
    """Have the search of `paint_clip` do `then` with what it would find beyond the first shot, when so many frames are
    painted; these gather in the list."""
    painted, reached, paint = [], Event(), session.Session.paint

    def slowly(*given):
        plans = grown(*given)
        yield next(plans)
        assert reached.wait(PATIENCE)
        yield from then(plans)

    def counted(*arguments, **options):
        painted.append(paint(*arguments, **options))
        if len(painted) == count:
            reached.set()
        return painted[-1]

    monkeypatch.setattr(films, "grown", slowly)
    monkeypatch.setattr(session.Session, "paint", counted)
    return painted


def test_the_first_shot_is_painted_before_the_next_is_found(clip, painter, tmp_path, monkeypatch):
    plain, output = tmp_path / "plain.mp4", tmp_path / "film.mp4"
    paint_clip(clip, plain, QUICK, painter, cache=FrameCache(limit=0))
    painted = after_frames(LENGTHS[0], monkeypatch, lambda plans: plans)
    account = paint_clip(clip, output, QUICK, painter, cache=FrameCache(limit=0))
    assert len(painted) == account.frames == sum(LENGTHS) and account.shots == len(LENGTHS)
    assert output.read_bytes() == plain.read_bytes()


def test_a_clip_that_turns_out_to_be_broken_ends_the_painting(painter, tmp_path, monkeypatch):
    """Not at the end of a shot, which may be long: at the next frame."""
    clip = film(tmp_path / "clip.mp4", (40, 5))

    def broken(plans):
        raise NeuralStyleError("the clip is broken", "frame 44", "encode it anew")

    painted = after_frames(2, monkeypatch, broken)
    with pytest.raises(NeuralStyleError, match="frame 44"):
        paint_clip(clip, tmp_path / "film.mp4", QUICK, painter, cache=FrameCache(limit=0))
    assert 2 <= len(painted) < 40


@pytest.mark.parametrize("known", range(len(LENGTHS) + 1))
def test_it_goes_on_from_any_shot(clip, known, monkeypatch):
    """Reading from the beginning of the last one that is known."""
    whole, opened, read = scan(clip), [], read_frames
    monkeypatch.setattr(
        video, "read_frames", lambda path, start, *more: (opened.append(start), read(path, start, *more))[1]
    )
    assert list(grown(Plan(whole.shots[:known]), clip))[-1] == whole
    assert list(grown(Plan(whole.shots[:known]), clip, 0, 20))[-1] == scan(clip, 0, 20)
    assert opened[:2] == [cuts(LENGTHS)[max(0, known - 1)]] * 2


def test_a_size_that_changes_is_told_wherever_the_search_goes_on(tmp_path, monkeypatch):
    path = tmp_path / "clip.mp4"
    encode(path, [picture(0)])
    first, frame = scan(path).shots[0], next(read_frames(path))

    def frames(*arguments):
        yield from (frame, frame[:-2])

    monkeypatch.setattr(video, "read_frames", frames)
    with pytest.raises(NeuralStyleError, match=r"changes its size.*frame 1"):
        list(grown(Plan((first,)), path))


def test_of_two_one_searches_and_the_other_follows_and_then_goes_on(clip, job, tmp_path):
    """The first is stopped after two shots; the second begins with those."""
    whole, further, given = scan(clip), Event(), []

    def first(plan):
        yield Plan(whole.shots[:2])
        further.wait(PATIENCE)
        yield Plan(whole.shots[:2])

    def second(plan):
        given.append(plan)
        yield whole

    other = Job(tmp_path / "film.mp4", {"clip": "this"})
    other.begin()
    with closing(Search(job, first)) as one:
        while len(one.plan().shots) < 2 or len(other.plan().shots) < 2:
            one.wait(0.1)
        with closing(Search(other, second)) as two:
            two.wait(1)
            assert two.plan() == Plan(whole.shots[:2]) and not given
            further.set()
            one.close()
            assert two.whole() == whole
            assert given == [Plan(whole.shots[:2])]
    assert Plan.of(json.loads((job.folder / "plan.json").read_text())) == whole
    other.leave()


def test_what_is_damaged_is_searched_for_anew(clip, job):
    (job.folder / "plan.json").write_text("[[0, 0, 0, 4]]")
    with closing(Search(job, lambda plan: grown(plan, clip))) as search:
        assert search.whole() == scan(clip) == job.plan()


def test_who_leaves_with_nothing_done_takes_nothing_from_who_is_at_work(job, tmp_path):
    other = Job(tmp_path / "film.mp4", {"clip": "this"})
    other.begin()
    other.leave()
    assert not job.is_over() and not job.is_begun()
    job.leave()
    assert list(tmp_path.iterdir()) == []
