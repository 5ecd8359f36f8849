"""The multi-pass algorithm: its order, its blends and its temporal term, on numbers that can be checked."""

from dataclasses import replace

import numpy as np
import pytest

from frames import moving_clip
from neural_style import motion
from neural_style.door.messages import Settings
from neural_style.methods import METHODS
from neural_style.multipass import MultiPass
from neural_style.painter import Painter
from neural_style.pixels import from_vgg, to_vgg

SETTINGS = Settings(method="ruder-multipass", style="starry-night")
QUICK = replace(METHODS["ruder-multipass"], iterations=1, first_iterations=1, passes=4, temporal_from_pass=3)


@pytest.fixture
def solves(monkeypatch):
    """Every solve in order: its frame's place, its start, what it held to; the "solver" adds the solve's number."""
    calls = []

    def optimise(self, settings, method, source, goal, start, previous, iterations):
        calls.append((source, start, previous))
        return start + 10.0 * len(calls)

    monkeypatch.setattr(Painter, "optimise", optimise)
    return calls


def test_directions_alternate(painter, solves):
    clip = moving_clip(3)
    steps = list(MultiPass(painter, SETTINGS, QUICK).steps(clip))
    assert steps == [
        *((1, 0), (1, 1), (1, 2)),
        *((2, 2), (2, 1), (2, 0)),
        *((3, 0), (3, 1), (3, 2)),
        *((4, 2), (4, 1), (4, 0)),
    ]
    assert [next(i for i, frame in enumerate(clip) if frame is source) for source, _, _ in solves] == [
        index for _, index in steps
    ]


def test_the_temporal_term_comes_with_its_pass(painter, solves):
    for _ in MultiPass(painter, SETTINGS, QUICK).steps(moving_clip(3)):
        pass
    # Passes 1 and 2 have none; later ones have all but the frame that a pass begins with.
    assert [len(previous) for _, _, previous in solves] == [0] * 6 + [0, 1, 1] * 2


def test_the_start_is_the_weighted_mean(painter, solves):
    """Frame 1 in the backward second pass: its own picture of pass 1, and frame 2's of this pass, warped."""
    clip = moving_clip(3)
    for _ in MultiPass(painter, SETTINGS, QUICK).steps(clip):
        pass
    noise = painter.noise(clip[0], 0)
    assert all(np.array_equal(start, noise) for _, start, _ in solves[:3])

    def half(x):
        return from_vgg(x).astype(np.float16).astype(np.float32)

    own = to_vgg(half(noise + 20.0))  # the second solve's result
    later = half(solves[3][1] + 40.0)  # the fourth solve's: frame 2 in pass 2
    flow, reverse = painter.flow(clip[1], clip[2]), painter.flow(clip[2], clip[1])
    weight = motion.reliability(flow, reverse)[None, None]
    expected = (own.numpy() + weight * to_vgg(motion.warp(later, flow)).numpy()) / (1 + weight)
    assert np.allclose(solves[4][1], expected, atol=1e-3)


def test_a_shot_is_painted_and_its_files_go(painter, tmp_path):
    """For real: two passes of two iterations bring the style term down, and neighbours together."""
    clip = moving_clip(2, 40, 48)
    method = replace(QUICK, passes=3, iterations=3, first_iterations=6)
    pictures = list(MultiPass(painter, replace(SETTINGS, painting="starry-night"), method, tmp_path).paint(clip))
    assert len(pictures) == 2 and all(p.shape == (40, 48, 3) for p in pictures)
    assert all(np.isfinite(p).all() and p.std() > 0.01 for p in pictures)
    assert list(tmp_path.iterdir()) == []
