"""What the report writes: frames without loss, labels that fit, the sheet, the grid, the plots and the tables."""

import json
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from frames import texture
from neural_style import video
from neural_style.door.errors import NeuralStyleError
from neural_style.report import labels, plots, sheet, side_by_side, table
from neural_style.report.lossless import LosslessWriter, from_levels, read_lossless, to_levels
from neural_style.report.score import INPUT, Scores, Series


@pytest.mark.parametrize("size", [(48, 64), (33, 45)])
def test_frames_come_back_level_for_level(tmp_path, size):
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 256, (*size, 3), dtype=np.uint8) for _ in range(5)]
    with LosslessWriter(tmp_path / "frames.mkv", Fraction(30000, 1001)) as writer:
        for frame in frames:
            writer.write(from_levels(frame))
    assert np.array_equal(np.stack(list(read_lossless(tmp_path / "frames.mkv"))), np.stack(frames))
    assert [path.name for path in tmp_path.iterdir()] == ["frames.mkv"]


def test_a_writer_that_is_interrupted_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), LosslessWriter(tmp_path / "frames.mkv", Fraction(25)) as writer:
        writer.write(texture(16, 16))
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_frames_that_are_lost_are_named(tmp_path):
    with pytest.raises(NeuralStyleError, match=r"nowhere\.mkv"):
        list(read_lossless(tmp_path / "nowhere.mkv"))


@pytest.mark.parametrize("text", ["fast", "ruder-multipass:iterations=1000:temporal=0.25", "w" * 200])
def test_labels_fit_their_strip(text):
    short, size = labels.fitting(text, 20, 150, bold=True)
    assert labels.text_width(short, size, bold=True) <= 150 and 7 <= size <= 20
    assert short == text or short.endswith("…")
    strip = labels.label(text, 170, 24, 20, bold=True)
    assert strip.shape == (24, 170, 3)
    ink = np.flatnonzero((strip < 128).any(axis=(0, 2)))
    assert ink[0] >= 2 and ink[-1] <= 167  # nothing is cut off at the sides
    assert (strip[0] >= 240).all() and (strip[-1] >= 240).all()  # nor above and below


def test_the_sheet_has_a_row_for_each_and_a_column_for_each_moment():
    places = sheet.moments(100)
    assert places == [0, 25, 50, 74, 99] and sheet.moments(3) == [0, 1, 2] and sheet.moments(1) == [0]
    clip = [np.full((30, 60, 3), n, np.uint8) for n in range(100)]
    rows = {name: sheet.picked(iter(clip), places) for name in ("input", "steady")}
    assert [int(picture[0, 0, 0]) for picture in rows["steady"]] == places
    found = sheet.sheet(rows, places, 25)
    side = found.shape[1] - 2 * 14 - 5 * (240 + 6)
    assert 60 < side < 200  # what the names take
    assert found.shape[0] == 2 * 14 + 34 + 2 * (120 + 6)
    first = found[14 + 34 + 6 + 60, 14 + side + 6 + 120]
    assert (first == 0).all()


def test_a_sheet_is_saved_whole(tmp_path):
    for name in ("sheet.jpg", "sheet.png"):
        sheet.save(to_levels(texture(40, 60)), tmp_path / name)
        assert Image.open(tmp_path / name).size == (60, 40)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(("cells", "columns"), [(1, 1), (2, 2), (4, 2), (6, 3), (9, 3), (14, 4)])
def test_the_grid_fits_a_screen(cells, columns):
    found, width = side_by_side.grid(cells, 640, 360)
    rows = -(-cells // found)
    assert found == columns
    assert width * found <= 1920 and rows * (width * 360 / 640 + 22) <= 1110


def test_the_side_by_side_video_shows_every_painting_in_its_place(tmp_path):
    colours = {"input": (1, 0, 0), "johnson (T)": (0, 1, 0), "steady": (0, 0, 1)}
    streams = {
        name: iter([np.ones((135, 240, 3), np.float32) * np.array(colour, np.float32)] * 4)
        for name, colour in colours.items()
    }
    side_by_side.write(tmp_path / "grid.mp4", streams, Fraction(25))
    info = video.probe(tmp_path / "grid.mp4")
    assert (info.frames, info.fps, info.width, info.height) == (4, 25, 2 * 240 + 18, 2 * (135 + 22) + 18)
    frame = next(video.read_frames(tmp_path / "grid.mp4"))
    for place, colour in zip(((96, 126), (96, 372), (259, 126)), colours.values(), strict=True):
        assert np.abs(frame[place] - colour).max() < 0.1
    assert frame[259, 372].min() > 0.9  # paper where there is no fourth


def scores(frames=8):
    line = [float("nan")] + [0.002] * (frames - 1)
    flat = {"contrast": [0.2] * frames, "brightness": [0.5] * frames, "sharpness": [0.1] * frames}
    falling = {**flat, "brightness": [0.5] * (frames // 2) + [0.4] * (frames // 2)}
    return Scores(
        {
            INPUT: Series({**flat, "warping_1": [0.1 * value for value in line]}),
            "johnson": Series({**flat, "warping_1": line, "to_t_squares": [0.0] * frames}),
            "dark": Series({**falling, "warping_1": [0.5 * value for value in line], "to_t_squares": [0.04] * frames}),
        },
        [(0, 4), (4, frames)] if frames > 8 else [(0, frames)],
        25.0,
    )


def test_the_tables_say_what_was_measured():
    rows = table.rows(scores(), "johnson", {"dark": {"solver": 1.5, "motion": 0.25}})
    dark = next(row for row in rows if row["name"] == "dark")
    assert [row["name"] for row in rows] == [INPUT, "johnson", "dark"]
    assert dark["measures"]["warping_1"] == pytest.approx(0.001)
    assert dark["measures"]["to_t_rms"] == pytest.approx(0.2)
    assert dark["drift"]["brightness"]["change"] == pytest.approx(-0.2)
    assert dark["drift"]["brightness"]["change_beside_t"] == pytest.approx(-0.2)
    assert dark["seconds_a_frame"] == {"solver": 1.5, "motion": 0.25, "total": 1.75}
    json.dumps(rows, allow_nan=False)
    text = table.markdown(rows, "johnson", {"gatys": "no painting"}, ["# A clip"])
    cells = [line.split("|") for line in text.splitlines() if line.startswith("| `dark`")]
    glance = [cell.strip() for cell in cells[0]]
    assert "0.00100" in glance and "0.50" in glance and "1.75" in glance
    assert "-20.0%" in text and "`gatys` failed: no painting" in text and "`johnson` (T)" in text
    assert "perceptual" not in text.split("## Picture")[1]  # a column that nobody has a value in is not there
    assert "Ground truth" not in text


def test_what_is_pooled_weighs_frames_by_their_pixels():
    series = Series({"returned_first": [0.1, 0.4, float("nan")], "returned_first_pixels": [30.0, 10.0, 0.0]})
    assert series.mean("returned_first") == pytest.approx(0.175)
    assert np.isnan(series.mean("perceptual_1"))


def test_plots_are_drawn_with_a_line_for_each(tmp_path):
    plots.write(tmp_path / "plots.png", scores(12), "johnson", "A clip")
    picture = np.asarray(Image.open(tmp_path / "plots.png").convert("RGB")).reshape(-1, 3)
    assert len(picture) > 10**5
    assert (np.abs(picture.astype(int) - (0x00, 0x72, 0xB2)).max(1) < 8).sum() > 200  # `dark` in its blue


def test_no_two_lines_look_the_same():
    looks = plots.line_styles([INPUT, "johnson", *(f"method {n}" for n in range(20))], "johnson")
    assert len({(str(look["color"]), str(look["linestyle"])) for look in looks.values()}) == 22
