"""Scoring clips frame by frame: cuts, long terms, and what ground truth adds."""

import numpy as np
import pytest
import torch

from frames import moving_clip, texture
from neural_style.report import table
from neural_style.report.lossless import to_levels
from neural_style.report.pairs import EstimatedPairs, TruthPairs, estimated
from neural_style.report.perceptual import Judge
from neural_style.report.score import INPUT, LONG, LONG_EVERY, Scorer
from truth_clips import passing_square, pictures, square_at


def score(source, paintings, pairs=None, **options):
    scorer = Scorer(pairs or EstimatedPairs(), 25.0, **options)
    for index, frame in enumerate(source):
        scorer.add(frame, {name: frames[index] for name, frames in paintings.items()})
    return scorer.scores()


def test_noise_of_a_known_size_is_measured_over_every_span():
    """Noise of variance s² in every frame, where nothing moves, makes an error of 2 s² at any distance."""
    still, rng = [texture(48, 64)] * 14, np.random.default_rng(0)
    noisy = [(frame + 0.05 * rng.standard_normal(frame.shape)).astype(np.float32) for frame in still]
    found = score(still, {"noisy": noisy, "still": still}).series
    for span in ("1", str(LONG), "first"):
        assert found["noisy"].mean(f"warping_{span}") == pytest.approx(2 * 0.05**2, rel=0.05)
        assert found["still"].mean(f"warping_{span}") < 1e-5  # Farneback finds a little motion even here
    assert found["noisy"].mean("warping_lanczos") > found["still"].mean("warping_lanczos") * 100
    assert np.isnan(found["noisy"].values[f"warping_{LONG}"][LONG - 1])
    assert not np.isnan(found["noisy"].values[f"warping_{LONG}"][LONG])


def test_no_pair_reaches_across_a_cut():
    first = moving_clip(4, seed=1)
    second = [np.ascontiguousarray(0.2 * frame) for frame in moving_clip(12, seed=2)]
    scores = score(first + second, {})
    assert scores.shots == [(0, 4), (4, 16)] and scores.cuts == [4] and scores.frames == 16
    values = scores.series[INPUT].values
    unknown = np.isnan(values["warping_1"])
    assert unknown[[0, 4]].all() and unknown.sum() == 2
    assert np.isnan(values[f"warping_{LONG}"][:14]).all() and not np.isnan(values[f"warping_{LONG}"][14:]).any()
    assert scores.series[INPUT].mean("warping_1") < 2e-4


def test_a_brightness_that_shifts_shows_as_drift_in_its_own_shot():
    clip = [texture(32, 48)] * 60
    painted = [np.clip(frame * (1 + 0.002 * max(0, n - 10)), 0, 1) for n, frame in enumerate(clip)]
    scores = score(clip, {"painted": painted, "t": clip}, base="t")
    rows = {row["name"]: row for row in table.rows(scores, "t", {})}
    assert rows["t"]["drift"]["brightness"]["change"] == 0
    assert rows["painted"]["drift"]["brightness"]["change"] == pytest.approx(0.06, abs=0.03)
    assert rows["painted"]["drift"]["brightness"]["slope"] > 0.02
    assert rows["painted"]["drift"]["brightness"]["change_beside_t"] == pytest.approx(
        rows["painted"]["drift"]["brightness"]["change"], rel=1e-6
    )


def test_levels_and_floats_give_the_same():
    clip = [np.rint(frame * 255).astype(np.float32) / np.float32(255) for frame in moving_clip(3)]
    found = score(clip, {"levels": [to_levels(frame) for frame in clip]}).series
    for name, values in found[INPUT].values.items():
        assert found["levels"].values[name] == pytest.approx(values, nan_ok=True)


def test_the_truth_knows_motion_exactly(tmp_path):
    clip = passing_square(tmp_path)
    source = pictures(clip)
    exact = score(source, {}, TruthPairs(clip)).series[INPUT]
    for span in ("1", str(LONG), "first"):
        assert exact.mean(f"warping_{span}") < 1e-10
    flow = EstimatedPairs().flow
    assert estimated(source[0], source[1], flow).error(source[0], source[1]) > 1e-5  # an estimate is none


def test_ghosts_are_told_by_what_was_uncovered(tmp_path):
    """A painting that is T but for 0.2 where the square has just been: a ghost of it."""
    clip = passing_square(tmp_path)
    source = pictures(clip)
    painted = [frame.copy() for frame in source]
    for number in range(1, len(painted)):
        painted[number][square_at(number - 1) & ~square_at(number)] += 0.2
    found = score(source, {"ghosts": painted, "t": source}, TruthPairs(clip), base="t").series
    uncovered = [int((square_at(n - 1) & ~square_at(n)).sum()) for n in range(1, 12)]
    assert found["ghosts"].values["disoccluded_pixels"][1:12] == uncovered
    assert found["ghosts"].mean("disoccluded_absolute") == pytest.approx(0.2, rel=1e-3)
    assert found["ghosts"].mean("to_t_absolute") < 0.01
    assert found["t"].mean("disoccluded_absolute") == 0


def test_what_was_covered_and_is_back_must_look_as_before(tmp_path):
    """A painting that gives the wall another colour wherever the square has passed."""
    clip = passing_square(tmp_path)
    source = pictures(clip)
    painted, passed = [frame.copy() for frame in source], np.zeros_like(square_at(0))
    for number, picture in enumerate(painted):
        passed |= square_at(number)
        picture[passed & ~square_at(number)] += 0.1
    found = score(source, {"forgetful": painted, "faithful": source}, TruthPairs(clip)).series
    last = 11  # the square's last frame inside the picture
    back = np.zeros_like(passed)
    for number in range(2, last):
        back |= square_at(number)
    back &= ~square_at(1) & ~square_at(last)
    assert found["forgetful"].values[f"returned_{LONG}_pixels"][last] == back.sum()
    assert found["faithful"].mean("returned_first") < 1e-10
    assert found["forgetful"].values["returned_first"][last] == pytest.approx(0.01, rel=1e-3)
    # Ten frames before, the square had already passed some of it: that had the other colour then, too.
    before = back & square_at(0)
    expected = 0.01 * (back.sum() - before.sum()) / back.sum()
    assert found["forgetful"].values[f"returned_{LONG}"][last] == pytest.approx(expected, rel=1e-3)


def test_features_are_measured_and_the_long_terms_now_and_then():
    clip = moving_clip(LONG_EVERY + 2, 32, 48)
    judge = Judge(torch.device("cpu"))
    painting = judge.grams([(texture(40, 40, 9), 1.0)], 32 * 48)
    found = score(clip, {"t": clip[::-1]}, judge=judge, base="t", painting=painting).series
    assert set(found["t"].values) >= {"perceptual_1", "perceptual_first", "style_to_t", "style_to_painting", "content"}
    known = np.flatnonzero(np.isfinite(found["t"].values["perceptual_first"]))
    assert known.tolist() == [LONG_EVERY]
    assert found[INPUT].mean("content") == 0 and found["t"].mean("style_to_t") == 0
    assert found[INPUT].mean("perceptual_1") < found["t"].mean("perceptual_1")
