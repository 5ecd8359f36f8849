"""Cuts: found between two frames alone, as PySceneDetect finds them in the whole clip."""

import cv2
import numpy as np
import pytest
from scenedetect import ContentDetector, FrameTimecode

from neural_style.shots import is_cut


def scene(seed, colour, size=(90, 160)):
    """A large textured picture to pan over."""
    random = np.random.default_rng(seed)
    height, width = size
    texture = cv2.GaussianBlur(random.random((height + 40, width + 40, 3), dtype=np.float32), (0, 0), 3)
    return np.clip((texture - texture.mean()) * 4 + np.float32(colour), 0, 1).astype(np.float32)


def clip(size=(90, 160)):
    """Three shots of eight frames, panned by two pixels a frame: cuts before frames 8 and 16."""
    frames = []
    for seed, colour in ((1, (0.2, 0.3, 0.7)), (2, (0.8, 0.6, 0.2)), (3, (0.1, 0.5, 0.1))):
        large = scene(seed, colour, size)
        frames += [large[n : n + size[0], 2 * n : 2 * n + size[1]].copy() for n in range(8)]
    return frames


def cuts_in(frames):
    return [n for n in range(1, len(frames)) if is_cut(frames[n - 1], frames[n])]


@pytest.mark.parametrize("size", [(90, 160), (300, 500), (16, 16)])
def test_finds_the_cuts_and_no_others(size):
    assert cuts_in(clip(size)) == [8, 16]


def test_finds_what_the_detector_finds_in_the_whole_clip():
    frames = clip()
    detector = ContentDetector(min_scene_len=0)
    found = []
    for number, frame in enumerate(frames):
        eight_bit = np.rint(frame[..., ::-1] * 255).astype(np.uint8)
        found += [cut.frame_num for cut in detector.process_frame(FrameTimecode(number, 25.0), eight_bit)]
    assert cuts_in(frames) == found == [8, 16]


def test_remembers_nothing():
    """Out of order, and twice: the answer to a pair is the same."""
    frames = clip()
    pairs = [(7, 8), (3, 4), (15, 16), (7, 8), (0, 1), (3, 4)]
    assert [is_cut(frames[a], frames[b]) for a, b in pairs] == [True, False, True, True, False, False]


def test_leaves_the_frames_as_they_were():
    frames = clip()[7:9]
    copies = [frame.copy() for frame in frames]
    is_cut(*frames)
    np.testing.assert_array_equal(frames, copies)


def test_a_slow_fade_is_no_cut():
    frame = clip()[0]
    faded = [frame * np.float32(1 - n / 20) for n in range(20)]
    assert cuts_in(faded) == []


def test_grain_is_no_cut():
    random = np.random.default_rng(0)
    frame = scene(1, (0.2, 0.3, 0.7), (360, 640))
    grainy = [frame + random.normal(0, 0.03, frame.shape).astype(np.float32) for _ in range(3)]
    assert cuts_in(grainy) == []


def test_another_size_is_a_cut():
    frame = clip()[0]
    assert is_cut(frame, frame[:-2])
    assert not is_cut(frame, frame)


def test_values_that_are_no_colour_do_not_fail():
    frame = clip()[0]
    wild = frame.copy()
    wild[:5, :5] = (np.nan, 9, -9)
    assert not is_cut(frame, wild)
