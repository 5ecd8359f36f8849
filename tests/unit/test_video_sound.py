"""Sound: carried over in step with the picture, copied where it can be, encoded where it must."""

from fractions import Fraction

import av
import numpy as np
import pytest

from clips import tone, write
from neural_style.video import SUFFIXES, probe


def sound_of(path):
    """The codec, the seconds at which the sound begins and ends, and the packets' bytes."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        packets = [p for p in container.demux(stream) if p.pts is not None]
        begin = float(packets[0].pts * stream.time_base)
        end = float((packets[-1].pts + packets[-1].duration) * stream.time_base)
        return stream.codec_context.name, begin, end, [bytes(p) for p in packets]


def test_sound_is_copied_as_far_as_the_picture_goes(tmp_path):
    source, path = tmp_path / "source.mp4", tmp_path / "clip.mp4"
    write(source, 50, audio_from=tone(tmp_path / "tone.wav"))
    name, begin, end, packets = sound_of(source)
    assert (name, probe(source).has_audio) == ("aac", True)
    assert begin == pytest.approx(0, abs=0.03)
    assert end == pytest.approx(2.0, abs=0.03)
    write(path, 20, audio_from=source)
    name, begin, end, copied = sound_of(path)
    assert (name, begin) == ("aac", pytest.approx(0, abs=0.03))
    assert 0.75 < end <= 0.8
    assert copied == packets[: len(copied)]
    assert probe(path).frames == 20


def test_sound_can_begin_later(tmp_path):
    source, path = tmp_path / "source.mp4", tmp_path / "clip.mp4"
    write(source, 50, audio_from=tone(tmp_path / "tone.wav"))
    write(path, 10, audio_from=source, audio_start=Fraction(24, 25))
    _, begin, end, copied = sound_of(path)
    packets = sound_of(source)[3]
    assert copied[3] in packets[40:50]
    assert begin == pytest.approx(0, abs=0.03)
    assert 0.36 < end <= 0.4


def test_sound_that_ends_early_or_is_missing_is_no_error(tmp_path):
    path = tmp_path / "clip.mp4"
    write(path, 25, audio_from=tone(tmp_path / "tone.wav", 0.5))
    assert sound_of(path)[2] == pytest.approx(0.5, abs=0.05)
    assert probe(path).frames == 25
    write(tmp_path / "silent.mp4", 5)
    write(path, 5, audio_from=tmp_path / "silent.mp4")
    assert not probe(path).has_audio


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("rate", [44100, 96000])
def test_other_sound_is_encoded(tmp_path, suffix, rate):
    path = tmp_path / f"clip{suffix}"
    write(path, 25, audio_from=tone(tmp_path / "tone.wav", rate=rate))
    name, _, end, _ = sound_of(path)
    assert name == "aac"
    assert 0.95 < end <= 1.001
    with av.open(str(path)) as container:
        heard = np.concatenate([frame.to_ndarray().ravel() for frame in container.decode(audio=0)])
    assert np.sqrt((heard.astype(np.float64) ** 2).mean()) == pytest.approx(20000 / 32768 / np.sqrt(2), rel=0.1)
