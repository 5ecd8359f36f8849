"""`compare` and `evaluate` from end to end, on a tiny clip."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from frames import moving_clip, texture
from neural_style import video
from neural_style.cli import main
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Settings
from neural_style.report.compare import FILES
from neural_style.report.lossless import read_lossless
from neural_style.report.painting import paint, shots_of
from neural_style.report.run import paint_all, variants
from neural_style.report.source import open_source
from neural_style.session import Session
from neural_style.video import VideoWriter
from truth_clips import passing_square

METHODS = "steady:iterations=2,blend,johnson"


def write(path: Path, frames) -> Path:
    height, width = frames[0].shape[:2]
    with VideoWriter(path, 25, width, height) as writer:
        for frame in frames:
            writer.write(0.4 + 0.2 * frame)
    return path


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    return write(tmp_path_factory.mktemp("clip") / "clip.mp4", moving_clip(4, 32, 48))


@pytest.fixture(scope="module")
def compared(clip, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("report")
    (out / "frames" / "blend-seed=2.mkv").mkdir(parents=True)  # stands where that method's frames would go
    arguments = ["--methods", f"{METHODS},blend:seed=2", "--style", "rust", "-o", str(out)]
    assert main(["compare", str(clip), *arguments]) == 0
    return out


def rows(out: Path) -> dict[str, dict]:
    return {row["name"]: row for row in json.loads((out / "table.json").read_text())["rows"]}


def test_all_methods_are_in_the_tables_bounds_first(compared):
    found = rows(compared)
    assert list(found) == ["input", "johnson", "steady:iterations=2", "blend"]
    assert found["johnson"]["measures"]["to_t_absolute"] == 0
    assert found["blend"]["measures"]["to_t_absolute"] > 0.001
    assert found["blend"]["measures"]["warping_1"] < found["johnson"]["measures"]["warping_1"]
    assert found["steady:iterations=2"]["seconds_a_frame"]["solver"] > found["blend"]["seconds_a_frame"]["solver"] > 0
    assert found["input"]["seconds_a_frame"] is None
    text = (compared / "table.md").read_text()
    assert text.startswith("# clip.mp4, 4 frames at 48×32, rust") and "| `steady:iterations=2`" in text
    assert "farneback" in text and "dis optical flow" in text  # scored with another flow than painted


def test_a_method_that_fails_is_named_and_loses_none_of_the_others(compared):
    failed = json.loads((compared / "table.json").read_text())["failed"]
    assert list(failed) == ["blend:seed=2"] and "cannot be written" in failed["blend:seed=2"]
    assert "`blend:seed=2` failed: " in (compared / "table.md").read_text()


def test_pictures_are_there_in_the_right_sizes(compared):
    assert {path.name for path in compared.iterdir()} == {*FILES, "frames"}
    info = video.probe(compared / "side-by-side.mp4")
    assert (info.frames, info.width, info.height) == (4, 2 * 200 + 18, 2 * (133 + 22) + 18)
    width, height = Image.open(compared / "sheet.jpg").size
    assert width > 4 * 246 and height == 2 * 14 + 34 + 4 * (160 + 6)
    assert Image.open(compared / "plots.png").width == 1430
    with (compared / "series.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 4 * 4 and float(lines[5]["warping_1"]) > 0 and lines[0]["warping_1"] == ""


def test_what_is_painted_is_the_methods_own(compared, clip, painter, cache):
    """The same pictures as a session paints, but for the rounding to 8 bits."""
    session, key = Session(painter, cache), None
    kept = read_lossless(compared / "frames" / "blend.mkv")
    for source, levels in zip(video.read_frames(clip), kept, strict=True):
        result = session.paint(source, Settings(style="rust", method="blend", working_width=0), key)
        key = result.key
        assert np.abs(result.picture - levels / 255.0).max() <= 0.5 / 255 + 1e-6


def test_run_again_it_paints_nothing_and_says_the_same(compared, clip, capsys):
    before, files = rows(compared), {path: path.stat().st_mtime_ns for path in (compared / "frames").iterdir()}
    arguments = [str(clip), "--methods", "blend", "--style", "rust", "--without-features", "-o", str(compared)]
    assert main(["compare", *arguments]) == 0
    assert {path: path.stat().st_mtime_ns for path in (compared / "frames").iterdir()} == files
    after = rows(compared)
    assert list(after) == ["input", "johnson", "blend"]
    assert all(row["seconds_a_frame"] == before[name]["seconds_a_frame"] for name, row in after.items())
    assert "| `blend`" in capsys.readouterr().out


def test_again_paints_again(clip, tmp_path, painter):
    source, settings = open_source(clip, frames=2), Settings(style="rust", method="johnson", working_width=0)
    (variant,) = variants("johnson", settings)
    first = paint_all(variant, source, painter, tmp_path)
    kept = first.path.stat().st_mtime_ns
    assert paint_all(variant, source, painter, tmp_path) == first and first.path.stat().st_mtime_ns == kept
    paint_all(variant, source, painter, tmp_path, again=True)
    assert first.path.stat().st_mtime_ns > kept
    assert sorted(path.name for path in tmp_path.iterdir()) == ["johnson.json", "johnson.mkv"]


def test_other_settings_are_painted_anew(clip, tmp_path, painter):
    source, settings = open_source(clip, frames=2), Settings(style="rust", method="johnson", working_width=0)
    (plain,) = variants("johnson", settings)
    (other,) = variants("johnson", Settings(style="embers", method="johnson", working_width=0))
    first = np.stack(list(paint_all(plain, source, painter, tmp_path).read()))
    second = np.stack(list(paint_all(other, source, painter, tmp_path).read()))
    assert first.shape == (2, 32, 48, 3) and np.abs(first.astype(int) - second).mean() > 5


def test_a_run_that_was_stopped_goes_on_with_its_times(clip, tmp_path, painter):
    """Frames painted before the stop are not painted again, and count with what they took then."""
    settings = Settings(style="rust", method="blend", working_width=0)
    frames = list(video.read_frames(clip))
    stopped = paint(settings, frames, painter, tmp_path)
    first = [next(stopped) for _ in range(2)]
    stopped.close()
    resumed = list(paint(settings, frames, painter, tmp_path))
    assert all(taken["transformer"] > 0 for _, taken in resumed)
    assert [taken for _, taken in resumed[:2]] == [taken for _, taken in first]
    assert np.array_equal(resumed[1][0], first[1][0])


def test_a_method_of_many_passes_paints_shot_by_shot(tmp_path, painter):
    clip = [texture(32, 32), 0.1 * texture(32, 32, 1)]
    settings = Settings(style="starry-night", method="ruder-multipass", iterations=1, working_width=0)
    painted = list(paint(settings, clip, painter, tmp_path))
    assert [picture.shape for picture, _ in painted] == [(32, 32, 3)] * 2
    assert painted[0][1]["passes"] != painted[1][1]["passes"] > 0  # a time for each shot
    assert list(tmp_path.iterdir()) == []


def test_shots_are_told_apart_and_keep_their_frames(tmp_path):
    clip = moving_clip(3, 32, 48) + [np.ascontiguousarray(0.1 * frame) for frame in moving_clip(2, 32, 48, seed=5)]
    found = [(len(shot), [np.array(frame) for frame in shot]) for shot in shots_of(clip, 0, tmp_path)]
    assert [length for length, _ in found] == [3, 2]
    assert np.array_equal(np.stack(found[0][1] + found[1][1]), np.stack(clip))


def test_a_truth_clip_is_scored_with_the_truth(tmp_path):
    passing_square(tmp_path / "truth", 3)
    out = tmp_path / "report"
    assert (
        main(
            [
                "compare",
                str(tmp_path / "truth"),
                "--methods",
                "blend",
                "--style",
                "rust",
                "-o",
                str(out),
                "--without-features",
            ]
        )
        == 0
    )
    found = rows(out)
    assert found["input"]["measures"]["warping_1"] < 1e-10 and "content" not in found["blend"]["measures"]
    assert found["blend"]["measures"]["disoccluded_absolute"] > 0
    assert "## Ground truth" in (out / "table.md").read_text()


def test_evaluate_measures_a_video_from_elsewhere(clip, tmp_path, capsys):
    wide = [np.repeat(np.repeat(frame, 2, 0), 2, 1) for frame in moving_clip(4, 32, 48)]
    other = write(tmp_path / "elsewhere.mp4", wide)
    out = tmp_path / "report"
    assert main(["evaluate", str(other), "--source", str(clip), "--style", "rust", "-o", str(out)]) == 0
    found = rows(out)
    assert list(found) == ["input", "johnson", "elsewhere"]
    assert found["elsewhere"]["measures"]["warping_1"] < found["johnson"]["measures"]["warping_1"]
    assert found["elsewhere"]["measures"]["content"] < found["johnson"]["measures"]["content"]
    assert "elsewhere is 96×64 and was measured at 48×32" in capsys.readouterr().out
    assert {path.name for path in out.iterdir()} == {*FILES, "frames"}


@pytest.mark.parametrize(
    ("frames", "word"),
    [
        (moving_clip(3, 32, 48), "--frames 3"),
        (moving_clip(4, 48, 48), "another shape"),
    ],
)
def test_a_video_that_does_not_fit_is_refused(clip, tmp_path, capsys, frames, word):
    other = write(tmp_path / "other.mp4", frames)
    assert main(["evaluate", str(other), "--source", str(clip), "-o", str(tmp_path / "report")]) == 2
    assert word in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--methods", "magic"], "magic"),
        (["--methods", "steady:speed=9"], "steady:speed=9"),
        (["--methods", "steady:temporal=9"], "temporal"),
        (["--methods", ","], "at least one"),
        (["--style", "starry"], "starry"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_painted(clip, tmp_path, capsys, arguments, word):
    assert main(["compare", str(clip), "-o", str(tmp_path / "report"), *arguments]) == 2
    assert word in capsys.readouterr().err
    assert not (tmp_path / "report").exists()


def test_truth_is_not_scaled(tmp_path):
    passing_square(tmp_path / "truth", 2)
    with pytest.raises(NeuralStyleError, match="leave out --width"):
        open_source(tmp_path / "truth", width=32)
    assert len(list(open_source(tmp_path / "truth", width=64, frames=1).read())) == 1


def test_a_clip_is_scored_with_another_flow_than_it_is_painted_with(clip):
    for dense_inverse_search in ("dis", "dis-torch"):
        assert open_source(clip, painted_with=dense_inverse_search).pairs.name == "farneback optical flow"
    assert open_source(clip, painted_with="farneback").pairs.name == "dis optical flow"
