"""Joining videos without encoding them anew: every frame as in its part, in time, with the sound."""

from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest

from clips import picture, tone, write
from neural_style.door.errors import NeuralStyleError
from neural_style.video import SUFFIXES, VideoWriter, frames_in, join, probe, read_frames

#: As short as x264 treats in a way of its own, and longer than it goes without a key frame.
LENGTHS = (1, 2, 3, 1, 30, 252, 4)
NTSC = Fraction(30000, 1001)


def parts_in(folder, lengths=LENGTHS, fps=NTSC, **options):
    first, paths = 0, []
    for number, length in enumerate(lengths):
        paths.append(folder / f"part-{number}.mp4")
        with VideoWriter(paths[-1], fps, 64, 48, **options) as writer:
            for n in range(first, first + length):
                writer.write(picture(n))
        first += length
    return paths


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return parts_in(tmp_path_factory.mktemp("parts"), pixel_aspect=Fraction(4, 3))


@pytest.fixture(scope="module")
def expected(parts):
    return [frame for part in parts for frame in read_frames(part)]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_frame_is_that_of_its_part(tmp_path, parts, expected, suffix):
    whole = tmp_path / f"whole{suffix}"
    assert join(parts, whole, NTSC) == sum(LENGTHS)
    clip = probe(whole)
    assert (clip.fps, clip.frames, clip.pixel_aspect) == (NTSC, sum(LENGTHS), Fraction(4, 3))
    frames = list(read_frames(whole))
    assert len(frames) == len(expected)
    assert all(np.array_equal(a, b) for a, b in zip(frames, expected, strict=True))
    for start in (2, 6, 7, 36, 37, 287, 289):  # within parts and at their seams
        for number, frame in enumerate(read_frames(whole, start, 3)):
            assert np.array_equal(frame, frames[start + number])


def test_packets_are_in_time_and_nothing_is_between_them(tmp_path, parts):
    join(parts, tmp_path / "whole.mp4", NTSC)
    with av.open(str(tmp_path / "whole.mp4")) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        step = 1 / NTSC / stream.time_base
    assert sorted(packet.pts for packet in packets) == [step * n for n in range(sum(LENGTHS))]
    assert all(b.dts - a.dts == step for a, b in pairwise(packets))
    assert all(packet.dts <= packet.pts for packet in packets)
    assert all(packet.is_keyframe for packet in packets if packet.pts in (0, step, 3 * step, 7 * step, 37 * step))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_sound_is_carried_over_to_the_end_of_the_picture(tmp_path, suffix):
    """From half a second on, over the seams: 30 frames of 25 a second."""
    parts = parts_in(tmp_path, (7, 1, 22), 25)
    join(parts, tmp_path / f"whole{suffix}", 25, tone(tmp_path / "tone.wav", 4), audio_start=0.5)
    with av.open(str(tmp_path / f"whole{suffix}")) as container:
        stream = container.streams.audio[0]
        samples = np.concatenate([f.to_ndarray().mean(0) for f in container.decode(stream)])
        assert len(samples) / stream.rate == pytest.approx(1.2, abs=0.06)
    assert np.abs(samples[2000:-2000]).mean() > 0.1


def test_parts_that_do_not_fit_are_refused_and_leave_nothing(tmp_path):
    first = parts_in(tmp_path, (3,))
    write(tmp_path / "other.mp4", 3, 80, 48)
    (tmp_path / "text.mp4").write_text("not a video")
    before = sorted(tmp_path.iterdir())
    for wrong, word in (("other.mp4", "another way"), ("text.mp4", "cannot be read"), ("gone.mp4", "cannot be read")):
        with pytest.raises(NeuralStyleError, match=word):
            join([*first, tmp_path / wrong], tmp_path / "whole.mp4", NTSC)
    assert sorted(tmp_path.iterdir()) == before


def test_a_part_says_how_many_frames_it_has(tmp_path):
    (part,) = parts_in(tmp_path, (5,))
    assert frames_in(part) == 5
    part.write_bytes(part.read_bytes()[:200])
    assert frames_in(part) == 0
    assert frames_in(tmp_path / "gone.mp4") == 0
