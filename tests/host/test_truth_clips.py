"""Truth clips rendered by real Blenders: Cycles' Vector pass, a square computed by hand, and the flows' scores."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from neural_style import motion
from neural_style.truth import TruthClip

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "truth"), str(TESTS / "bench")]

import flow_truth  # noqa: E402
import render  # noqa: E402

SCENES = ("balloon", "boats", "fence", "lamp", "still", "street", "windmill")

#: In the first frame, half open: see tests/truth/scenes/square.py. The square moves (3, 2) pixels a frame.
COLUMNS, ROWS, STEP = (20, 40), (10, 26), (3, 2)


def _python(version: str) -> Path | None:
    given = os.environ.get(f"NEURAL_STYLE_BLENDER_{version.replace('.', '')}")
    python = Path(given) if given else TESTS.parent / ".envs" / f"blender-{version}" / "bin" / "python"
    return python if python.exists() else None


def _clips(version, scenes, size, folder) -> dict[str, TruthClip]:
    python = _python(version)
    if python is None:
        pytest.skip(f"Blender {version} is not set up")
    render.render(python, Path(sys.executable), scenes, size, 3, folder, vectors=True)
    return {scene: TruthClip.open(folder / scene) for scene in scenes}


@pytest.fixture(scope="module", params=("4.5", "5.2"))
def square(request, tmp_path_factory) -> TruthClip:
    return _clips(request.param, ["square"], (96, 54), tmp_path_factory.mktemp("square"))["square"]


@pytest.fixture(scope="module")
def clips(tmp_path_factory) -> dict[str, TruthClip]:
    """Every scene, three frames of 160×90, by one Blender."""
    version = "5.2" if _python("5.2") else "4.5"
    return _clips(version, SCENES, (160, 90), tmp_path_factory.mktemp("scenes"))


def vector_pass(clip: TruthClip, index: int, name: str) -> np.ndarray:
    with np.load(clip.folder / "vectors" / f"{index + 1:04d}.npz") as arrays:
        return arrays[name]


def inside(index: int) -> np.ndarray:
    """Where the square is in a frame."""
    mask = np.zeros((54, 96), bool)
    right, down = STEP[0] * index, STEP[1] * index
    mask[ROWS[0] + down : ROWS[1] + down, COLUMNS[0] + right : COLUMNS[1] + right] = True
    return mask


def test_the_square_is_where_it_should_be(square):
    for index in range(3):
        np.testing.assert_array_equal(square.surfaces(index).object, 1 + inside(index))


def test_signs_of_the_vector_pass(square):
    """A known motion, (3, 2) to the right and down; the way back is the other way."""
    here = inside(1)[..., None]
    for name, step in (("before", (-3, -2)), ("after", (3, 2))):
        np.testing.assert_allclose(vector_pass(square, 1, name), np.where(here, step, (0, 0)), atol=0.01)


def test_motion_of_the_square(square):
    for i, j in ((0, 1), (1, 0), (0, 2), (2, 0)):
        step = (j - i) * np.array(STEP)
        flow, visible = square.motion(i, j)
        np.testing.assert_allclose(flow, np.where(inside(i)[..., None], step, (0, 0)), atol=0.01)
        # Of the wall, what the square covers in j and not in i is hidden there; all else is seen in both.
        np.testing.assert_array_equal(visible, ~(inside(j) & ~inside(i)))


def test_the_picture_moves_as_is_told(square):
    """The pictures, not only the data: along the motion the square is the same picture, and the wall stands still."""
    flow, visible = square.motion(1, 0)
    moved = motion.warp(square.frame(0), flow)
    middle = np.zeros_like(visible)
    middle[ROWS[0] + 4 : ROWS[1], COLUMNS[0] + 5 : COLUMNS[1]] = True
    assert np.abs(moved - square.frame(1))[middle].mean() < 0.02  # anti-aliasing falls otherwise on other pixels
    still = ~(inside(0) | inside(1) | np.roll(inside(0), 1, 0) | np.roll(inside(1), 1, 0))
    still &= visible & ~np.roll(inside(0), -2, 0) & ~np.roll(inside(1), 2, 1) & ~np.roll(inside(1), 2, 0)
    assert np.abs(moved - square.frame(1))[still].mean() < 0.002


def test_the_vector_pass_agrees_on_every_scene(clips):
    for name, clip in clips.items():
        surface = clip.surfaces(1).object > 0  # there are no vectors for the sky
        for which, j in (("before", 0), ("after", 2)):
            apart = np.linalg.norm(clip.motion(1, j).flow - vector_pass(clip, 1, which), axis=-1)[surface]
            assert np.percentile(apart, 99) < 0.05, f"{name}, {which}"


def test_nothing_flickers(clips):
    """Where nothing moves and no shadow falls, a picture is the very same in every frame: there is no noise."""
    clip = clips["still"]
    first, second = clip.frame(0), clip.frame(1)
    assert (np.abs(first - second).max(-1) == 0).mean() > 0.9


def test_a_chain_of_motions_is_the_long_one(clips):
    """From 2 to 0 as told, and by way of frame 1, where the point is seen in all three."""
    for name, clip in clips.items():
        long, near, rest = clip.motion(2, 0), clip.motion(2, 1), clip.motion(1, 0)
        chained = near.flow + motion.warp(rest.flow, near.flow)
        both = long.visible & near.visible
        assert np.median(np.linalg.norm(chained - long.flow, axis=-1)[both]) < 0.02, name


def test_the_pictures_move_as_is_told(clips):
    """Along the motion the pictures themselves agree where a point is seen in both, and not where it is hidden."""
    for name in ("balloon", "boats", "fence", "windmill"):
        clip = clips[name]
        flow, visible = clip.motion(1, 0)
        apart = np.abs(motion.warp(clip.frame(0), flow, "lanczos4") - clip.frame(1)).mean(-1)
        assert apart[~visible].mean() > 4 * apart[visible].mean(), name
        assert apart[visible].mean() < 0.65 * np.abs(clip.frame(0) - clip.frame(1)).mean(), name


@pytest.mark.parametrize("flow", flow_truth.KINDS)
def test_flows_against_the_truth(clips, flow):
    """End-point errors, and the masks of reliability; `pytest -s` shows them. At this size a median is a few tenths."""
    pooled = {mask: flow_truth.Mask() for mask in flow_truth.MASKS}
    for name, clip in clips.items():
        score = flow_truth.score(clip, flow)
        masks = {mask: (round(m.precision, 2), round(m.recall, 2)) for mask, m in score.masks.items()}
        print(f"{name}, {flow}: median {np.median(score.errors):.3f} px, mean {score.errors.mean():.3f} px, {masks}")
        assert np.median(score.errors) < 0.7, name
        assert score.errors.mean() < 0.8, name
        for mask, counts in score.masks.items():
            pooled[mask].right += counts.right
            pooled[mask].wrong += counts.wrong
            pooled[mask].missed += counts.missed
    plain, boundaries, colours = (pooled[mask] for mask in flow_truth.MASKS)
    print({mask: (round(m.precision, 3), round(m.recall, 3), round(m.f1, 3)) for mask, m in pooled.items()})
    assert plain.precision > 0.25
    assert plain.recall > 0.2
    assert boundaries.recall > plain.recall, "motion boundaries only add to what is not trusted"
    assert colours.recall > 1.15 * plain.recall, "the source's colours tell of what two flows agree on wrongly"
