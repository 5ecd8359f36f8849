"""Whole films: killed and taken up again, shared by processes, in constant memory, with flow that is kept."""

import json
import signal
import tracemalloc
from dataclasses import replace

import av
import numpy as np
import pytest

from clips import tone
from filming import LENGTHS, NTSC, cuts, film, process, scan
from neural_style import methods, motion, session
from neural_style.cache import FrameCache
from neural_style.cli import main
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Settings
from neural_style.films import film as films
from neural_style.films import paint_clip, plan
from neural_style.films.identity import identity
from neural_style.films.job import Job
from neural_style.painter import Painter
from neural_style.video import probe, read_frames

QUICK = Settings(method="blend", working_width=0)
pytestmark = pytest.mark.usefixtures("short_segments")


def nothing_kept():
    return FrameCache(limit=0)


def frames_of(path):
    return np.stack(list(read_frames(path)))


def test_a_film_is_what_a_session_paints_frame_by_frame(clip, painter, cache, tmp_path):
    """The same frames by their keys, which name all that a picture depends on: found in the cache, every one."""
    account = paint_clip(clip, tmp_path / "film.mp4", QUICK, painter, cache=cache)
    assert (account.frames, account.shots, account.painted, account.cached) == (23, 3, 23, 0)
    found, previous = [], None
    for frame in read_frames(clip):
        found.append(session.Session(painter, cache).paint(frame, QUICK, previous))
        previous = found[-1].key
    assert [number for number, result in enumerate(found) if result.cut] == cuts(LENGTHS)[1:]
    assert all(result.cached for result in found)
    assert [path.name for path in tmp_path.glob("film*")] == ["film.mp4"]
    pictures = np.stack([result.picture for result in found])
    for number, frame in enumerate(read_frames(tmp_path / "film.mp4")):
        assert np.abs(pictures - frame).mean((1, 2, 3)).argmin() == number


def test_after_kills_the_film_is_that_of_an_unbroken_run(clip, painter, tmp_path):
    """Killed within a shot, and two shots further; without a cache that could help."""
    unbroken, output = tmp_path / "unbroken.mp4", tmp_path / "film.mp4"
    paint_clip(clip, unbroken, QUICK, painter, cache=nothing_kept())
    job = tmp_path / "film.mp4.part"
    for die_at, whole in ((6, [1]), (13, [1, 2, 3, 4])):
        died = process(clip, "-o", output, "--method", "blend", die_at=die_at)
        died.communicate(timeout=120)
        assert died.returncode == -signal.SIGKILL
        assert not output.exists()
        names = sorted(path.name for path in job.glob("shot-00001-*.mp4"))
        assert names == [f"shot-00001-{number:03}.mp4" for number in whole]
        assert list(job.glob(".shot-*.mp4"))  # half-written
    account = paint_clip(clip, output, QUICK, painter, cache=nothing_kept())
    assert account.painted < account.frames == 23
    assert output.read_bytes() == unbroken.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mp4", "unbroken.mp4"]


@pytest.mark.parametrize("stop_at", [7, 11])
def test_a_method_that_looks_far_back_goes_on_too(clip, painter, tmp_path, monkeypatch, stop_at):
    """Further than a segment is long, and without a cache to find earlier frames in."""
    far = replace(methods.METHODS["blend"], distances=(1, 3, 6))
    monkeypatch.setitem(methods.METHODS, "blend", far)
    unbroken, output = tmp_path / "unbroken.mp4", tmp_path / "film.mp4"
    paint_clip(clip, unbroken, QUICK, painter, cache=nothing_kept())
    paint, painted = session.Session.paint, []

    def stopping(*arguments, **options):
        if len(painted) == stop_at:
            raise KeyboardInterrupt
        painted.append(paint(*arguments, **options))
        return painted[-1]

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt) as stopped:
        patch.setattr(session.Session, "paint", stopping)
        paint_clip(clip, output, QUICK, painter, cache=nothing_kept())
    assert f"{stop_at // 4 * 4} of 23 frames are whole" in str(stopped.value)
    assert "same command goes on from" in str(stopped.value)
    paint_clip(clip, output, QUICK, painter, cache=nothing_kept())
    assert output.read_bytes() == unbroken.read_bytes()


@pytest.mark.parametrize(("stop_at", "last"), [(4, 2), (8, 1)])  # backward and forward: 0, 1, 2; 2, 1, 0; 0, 1, 2
def test_a_method_of_several_passes_goes_on_too(painter, tmp_path, monkeypatch, stop_at, last):
    """After the very frame and pass: nothing is painted twice."""
    monkeypatch.setattr(plan, "LENGTH", 2)
    method = replace(methods.METHODS["ruder-multipass"], iterations=1, first_iterations=1, passes=3)
    monkeypatch.setitem(methods.METHODS, method.name, method)
    settings = replace(QUICK, method=method.name)
    clip = film(tmp_path / "clip.mp4", (3, 1))
    optimise, solved = Painter.optimise, []

    def stopping(*arguments, **options):
        if len(solved) == stop_at:
            raise KeyboardInterrupt
        solved.append(0)
        return optimise(*arguments, **options)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Painter, "optimise", stopping)
        paint_clip(clip, tmp_path / "film.mp4", settings, painter)
    part = next((tmp_path / "film.mp4.part").rglob("pictures.npy"))
    np.load(part, mmap_mode="r+")[last] = 0.5  # as a kill in the midst of writing might leave it
    stop_at = 100
    with monkeypatch.context() as patch:
        patch.setattr(Painter, "optimise", stopping)
        account = paint_clip(clip, tmp_path / "film.mp4", settings, painter)
    assert len(solved) == 3 * 4 and account.painted == 4
    paint_clip(clip, tmp_path / "unbroken.mp4", settings, painter)
    assert (tmp_path / "film.mp4").read_bytes() == (tmp_path / "unbroken.mp4").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "film.mp4", "unbroken.mp4"]


def test_two_processes_share_the_shots(tmp_path):
    lengths = (6, 6, 6, 6, 6, 6)
    clip, output = film(tmp_path / "clip.mp4", lengths), tmp_path / "film.mp4"
    both = [process(clip, "-o", output, "--method", "blend", "--frames", 36, wait=0.15) for _ in range(2)]
    told = [one.communicate(timeout=120) for one in both]
    assert [one.returncode for one in both] == [0, 0], told
    others = [int(out.split(" of them painted by other runs")[0].split()[-1]) for out, _ in told]
    assert sum(others) == 36 and all(0 < count < 36 for count in others)
    alone = tmp_path / "alone.mp4"
    assert main(["paint", str(clip), "-o", str(alone), "--method", "blend"]) == 0
    assert output.read_bytes() == alone.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alone.mp4", "clip.mp4", "film.mp4"]


def begun(clip, output, painter, monkeypatch, frames=6):
    """A film whose painting was stopped after some frames."""
    paint, painted = session.Session.paint, []

    def stopping(*arguments, **options):
        if len(painted) == frames:
            raise KeyboardInterrupt
        painted.append(paint(*arguments, **options))
        return painted[-1]

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt) as stopped:
        patch.setattr(session.Session, "paint", stopping)
        paint_clip(clip, output, QUICK, painter)
    return str(stopped.value)


def test_another_command_does_not_take_what_is_there_for_its_own(clip, painter, tmp_path, monkeypatch):
    output = tmp_path / "film.mp4"
    begun(clip, output, painter, monkeypatch)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    other = film(tmp_path / "other.mp4", (13, 1, 8))
    for change in (
        {"settings": replace(QUICK, style="de-stijl")},
        {"settings": replace(QUICK, temporal=0.5)},
        {"clip": other},
        {"frames": 20},
        {"width": 32},
        {"start": 0.1},
        {"keep_flow": True},
    ):
        arguments = {"clip": clip, "output": output, "settings": QUICK, "painter": painter} | change
        with pytest.raises(NeuralStyleError) as refused:
            paint_clip(**arguments)
        word = {"settings": "style|temporal", "frames": "number of frames", "keep_flow": "way of painting"}
        name = next(iter(change))
        assert any(part in str(refused.value) for part in word.get(name, name).split("|"))
        assert {path: path.read_bytes() for path in before} == before
    paint_clip(clip, output, QUICK, painter)


def test_where_nothing_is_whole_yet_another_command_begins_anew(clip, painter, tmp_path):
    output = tmp_path / "film.mp4"
    job = Job(output, identity(clip, 0, None, None, QUICK, painter))
    job.begin()
    job.write_plan(scan(clip))
    del job  # as a kill lets go of what it holds
    assert (tmp_path / "film.mp4.part" / "plan.json").exists()
    paint_clip(clip, output, replace(QUICK, method="johnson"), painter)
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


def test_a_folder_that_is_no_films_is_left_alone(clip, painter, tmp_path):
    folder = tmp_path / "film.mp4.part"
    folder.mkdir()
    (folder / "diary.txt").write_text("mine")
    paint_clip(clip, tmp_path / "film.mp4", QUICK, painter)
    assert [path.name for path in folder.iterdir()] == ["diary.txt"]


def test_a_lost_or_damaged_segment_is_painted_again(clip, painter, tmp_path, monkeypatch):
    unbroken, output = tmp_path / "unbroken.mp4", tmp_path / "film.mp4"
    paint_clip(clip, unbroken, QUICK, painter)
    begun(clip, output, painter, monkeypatch, 10)
    job = tmp_path / "film.mp4.part"
    (job / "shot-00001-002.mp4").write_bytes(b"")
    paint_clip(clip, output, QUICK, painter, cache=nothing_kept())
    assert output.read_bytes() == unbroken.read_bytes()


def test_ctrl_c_before_anything_is_whole_leaves_nothing(clip, painter, tmp_path, monkeypatch):
    assert "will be reused" in begun(clip, tmp_path / "film.mp4", painter, monkeypatch, frames=2)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_is_one_sentence_and_the_status_that_shells_expect(clip, tmp_path, monkeypatch, capsys):
    def stopped(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(films, "_paint", stopped)
    assert main(["paint", str(clip), "-o", str(tmp_path / "film.mp4"), "--method", "blend"]) == 130
    assert capsys.readouterr().err.splitlines()[-1].startswith("neural-style: stopped; ")


def test_flow_that_is_kept_is_estimated_once(clip, painter, tmp_path, monkeypatch):
    """For another style too; and the film is the same whether its flow was estimated or came from the disk."""
    estimate, asked = motion.DISFlow.__call__, []

    def counted(self, a, b):
        asked.append(a.shape)
        return estimate(self, a, b)

    monkeypatch.setattr(motion.DISFlow, "__call__", counted)
    first, second, again = (tmp_path / f"{name}.mp4" for name in ("first", "second", "again"))
    account = paint_clip(clip, first, QUICK, painter, cache=nothing_kept(), keep_flow=True)
    pairs = sum(length - 1 for length in LENGTHS)
    assert len(asked) == account.flows_estimated == 2 * pairs and account.flows_reused == 0
    account = paint_clip(clip, second, replace(QUICK, style="de-stijl"), painter, cache=nothing_kept(), keep_flow=True)
    assert len(asked) == 2 * pairs
    assert (account.flows_estimated, account.flows_reused) == (0, 2 * pairs)
    paint_clip(clip, again, QUICK, painter, cache=nothing_kept(), keep_flow=True)
    assert len(asked) == 2 * pairs
    assert again.read_bytes() == first.read_bytes()
    paint_clip(clip, tmp_path / "plain.mp4", QUICK, painter, cache=nothing_kept())
    assert len(asked) == 4 * pairs
    assert np.abs(frames_of(tmp_path / "plain.mp4") - frames_of(first)).mean() < 0.03
    assert isinstance(painter.flow, motion.DISFlow)  # it is left as it was


def test_memory_does_not_grow_with_the_film(painter, tmp_path, monkeypatch):
    """Peaks of what Python and NumPy hold; a frame of 64×48 is 37 kB, and one more for each would be 3.5 MB."""
    monkeypatch.setattr(plan, "LENGTH", 12)

    def peak(count):
        clip = film(tmp_path / f"{count}.mp4", [count])
        tracemalloc.start()
        try:
            paint_clip(clip, tmp_path / f"painted-{count}.mp4", QUICK, painter)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(5)  # what is loaded once
    assert peak(120) < peak(24) + 1e6


def test_rate_and_sound_are_kept_over_segments_and_from_a_start_on(painter, tmp_path):
    clip = film(tmp_path / "clip.mp4", (20, 25), audio_from=tone(tmp_path / "tone.wav", 3))
    output = tmp_path / "film.mp4"
    account = paint_clip(clip, output, QUICK, painter, start=0.2, frames=30)
    assert (account.frames, account.shots) == (30, 2)
    info = probe(output)
    assert (info.fps, info.frames, info.has_audio) == (NTSC, 30, True)
    with av.open(str(output)) as container:
        sound = [frame.to_ndarray() for frame in container.decode(audio=0)]
    assert sum(part.shape[1] for part in sound) / 48000 == pytest.approx(30 / NTSC, abs=0.05)
    assert (
        main(
            [
                "paint",
                str(clip),
                "-o",
                str(output),
                "--style-weight",
                "0",
                "--start",
                "0.2",
                "--frames",
                "9",
                "--method",
                "johnson",
            ]
        )
        == 0
    )
    assert np.abs(frames_of(output) - frames_of(clip)[6:15]).mean() < 0.02


def test_a_start_beyond_the_end_is_told(clip, painter, tmp_path):
    with pytest.raises(NeuralStyleError, match="no frames"):
        paint_clip(clip, tmp_path / "film.mp4", QUICK, painter, start=60)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_says_what_is_painted(clip, painter, tmp_path, monkeypatch):
    begun(clip, tmp_path / "film.mp4", painter, monkeypatch)
    told = json.loads((tmp_path / "film.mp4.part" / "job.json").read_text(encoding="utf-8"))["of"]
    assert told["method"] == "blend" and told["style"] == QUICK.style
    assert clip.name not in told["clip"]  # a copy of another name is the same clip
