"""Video files: what is written comes back, sound stays, errors are sentences, and nothing is left half-written."""

import wave
from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.reformatter import Colorspace

from neural_style.errors import NeuralStyleError
from neural_style.video import SUFFIXES, VideoWriter, probe, read_frames


def picture(number, width=64, height=48):
    """A smooth moving picture, in which each frame differs from its neighbours."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    waves = (np.sin(x / 17 + number / 3), np.cos(y / 13 - number / 5), np.sin((x + y) / 29))
    return (0.5 + 0.4 * np.stack(waves, -1)).astype(np.float32)


def write(path, count=8, width=64, height=48, fps=25, **options):
    frames = [picture(n, width, height) for n in range(count)]
    with VideoWriter(path, fps, width, height, **options) as writer:
        for frame in frames:
            writer.write(frame)
    return frames


def encode(
    path, pictures, pts=None, codec="libx264", pix_fmt="yuv420p", rotation=0, rate=25, last_duration=1, **context
):
    """A file by PyAV itself, for what the writer does not write."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options={"crf": "4", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = pictures[0].shape[1], pictures[0].shape[0], pix_fmt
        for name, value in context.items():
            setattr(stream.codec_context, name, value)
        if rotation:
            stream.set_display_rotation(rotation)
        for number, pixels in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.rint(pixels * 255).astype(np.uint8), format="rgb24")
            frame = frame.reformat(format=pix_fmt, dst_colorspace=context.get("colorspace", Colorspace.ITU601))
            frame.pts, frame.time_base = number if pts is None else pts[number], Fraction(1, rate)
            container.mux(stream.encode(frame))
        *packets, last = stream.encode(None)
        last.duration = round(last_duration / rate / last.time_base)
        container.mux([*packets, last])


def tone(path, seconds=2.0, rate=48000):
    samples = (np.sin(np.arange(int(seconds * rate)) * 2 * np.pi * 440 / rate) * 20000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def sound_of(path):
    """The codec, the seconds at which the sound begins and ends, and the packets' bytes."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        packets = [p for p in container.demux(stream) if p.pts is not None]
        begin = float(packets[0].pts * stream.time_base)
        end = float((packets[-1].pts + packets[-1].duration) * stream.time_base)
        return stream.codec_context.name, begin, end, [bytes(p) for p in packets]


def error_of(call):
    with pytest.raises(NeuralStyleError) as caught:
        call()
    assert caught.value.what
    assert caught.value.where
    assert caught.value.mend
    return str(caught.value)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("fps", [Fraction(30000, 1001), Fraction(24), Fraction(25, 2)])
def test_frames_come_back(tmp_path, suffix, fps):
    path = tmp_path / f"clip{suffix}"
    frames = write(path, fps=fps)
    clip = probe(path)
    assert (clip.width, clip.height, clip.fps, clip.frames, clip.has_audio) == (64, 48, fps, 8, False)
    result = list(read_frames(path))
    assert len(result) == len(frames)
    for there, back in zip(frames, result, strict=True):
        assert back.dtype == np.float32
        assert np.abs(back - there).mean() < 0.012
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(("size", "matrix"), [((64, 48), 5), ((1280, 16), 1), ((16, 720), 1)])
def test_colours_come_back_and_are_tagged(tmp_path, size, matrix):
    path = tmp_path / "clip.mp4"
    colours = np.array([(0.8, 0.2, 0.2), (0.1, 0.7, 0.3), (0.2, 0.3, 0.9), (1, 1, 1), (0, 0, 0)], np.float32)
    with VideoWriter(path, 25, *size, quality=4) as writer:
        for colour in colours:
            writer.write(np.broadcast_to(colour, (size[1], size[0], 3)))
    means = np.array([frame.mean((0, 1)) for frame in read_frames(path)])
    np.testing.assert_allclose(means, colours, atol=0.012)
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert context.colorspace == matrix
        assert (context.color_range, context.color_primaries, context.color_trc) == (1, 1, 1)
        assert context.pix_fmt == "yuv420p"


@pytest.mark.parametrize("matrix", [Colorspace.ITU709, Colorspace.ITU601, Colorspace.BT2020])
def test_reading_follows_the_matrix_of_the_file(tmp_path, matrix):
    colour = np.full((48, 64, 3), (0.8, 0.2, 0.3), np.float32)
    encode(tmp_path / "clip.mp4", [colour] * 2, colorspace=matrix)
    frame = next(read_frames(tmp_path / "clip.mp4"))
    np.testing.assert_allclose(frame.mean((0, 1)), colour[0, 0], atol=0.01)


def test_reading_deep_colour_keeps_the_levels_between(tmp_path):
    ramp = np.broadcast_to(np.linspace(0.4, 0.5, 256, dtype=np.float32)[None, :, None], (48, 256, 3))
    encode(tmp_path / "deep.mkv", [ramp] * 2, pix_fmt="yuv420p10le")
    frame = next(read_frames(tmp_path / "deep.mkv"))
    np.testing.assert_allclose(frame.mean((0, 1)), ramp.mean((0, 1)), atol=0.004)
    assert len(np.unique(np.rint(frame * 65535))) > len(np.unique(np.rint(frame * 255)))


@pytest.mark.parametrize(("width", "height"), [(63, 47), (64, 47), (1, 1)])
def test_odd_sizes_are_padded_by_repeating_the_edge(tmp_path, width, height):
    path = tmp_path / "clip.mp4"
    frames = write(path, 3, width, height, quality=4)
    clip = probe(path)
    assert (clip.width, clip.height) == (width + width % 2, height + height % 2)
    for there, back in zip(frames, read_frames(path), strict=True):
        padded = np.pad(there, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        assert np.abs(back - padded).mean() < 0.02


@pytest.mark.parametrize(
    ("start", "count", "expected"), [(0, 3, 3), (13, 4, 4), (38, None, 2), (38, 9, 2), (40, None, 0)]
)
def test_any_part_is_the_same_as_in_the_whole(tmp_path, start, count, expected):
    path = tmp_path / "clip.mp4"
    write(path, 40)
    whole = list(read_frames(path))
    part = list(read_frames(path, start, count))
    assert len(part) == expected
    for number, frame in enumerate(part):
        np.testing.assert_array_equal(frame, whole[start + number])


def test_frames_are_scaled_by_area_to_even_heights_and_never_up(tmp_path):
    path = tmp_path / "clip.mp4"
    write(path, 2, 192, 144)
    full, small = next(read_frames(path)), next(read_frames(path, width=64))
    assert small.shape == (48, 64, 3)
    np.testing.assert_allclose(small, full.reshape(48, 3, 64, 3, 3).mean((1, 3)), atol=1e-5)
    assert next(read_frames(path, width=50)).shape == (38, 50, 3)
    assert next(read_frames(path, width=500)).shape == (144, 192, 3)


@pytest.mark.parametrize(("rotation", "turns"), [(90, 1), (-90, 3), (180, 2)])
def test_a_rotation_in_the_file_is_applied(tmp_path, rotation, turns):
    path = tmp_path / "clip.mp4"
    encode(path, [picture(0)] * 2, rotation=rotation, sample_aspect_ratio=Fraction(4, 3))
    expected = np.rot90(picture(0), turns)
    clip = probe(path)
    assert (clip.height, clip.width) == expected.shape[:2]
    assert clip.pixel_aspect == (Fraction(4, 3) if turns == 2 else Fraction(3, 4))
    assert np.abs(next(read_frames(path)) - expected).mean() < 0.02


def test_the_shape_of_the_pixels_is_kept(tmp_path):
    write(tmp_path / "clip.mp4", 2, pixel_aspect=Fraction(128, 117))
    assert probe(tmp_path / "clip.mp4").pixel_aspect == Fraction(128, 117)


def test_a_varying_rate_is_evened_out(tmp_path):
    """Frames at 0, 1, 2, 6, 7, 8, 9 of 25 a second last 10/25 s: at their average rate that is a steady 7 frames."""
    path = tmp_path / "clip.mkv"
    times = [0, 1, 2, 6, 7, 8, 9]
    encode(path, [picture(4 * t) for t in times], pts=times)
    clip = probe(path)
    shown = list(read_frames(path))
    assert len(shown) == pytest.approx(float(10 * clip.fps / 25), abs=1)
    for number, frame in enumerate(shown):
        second = number / float(clip.fps)
        nearest = min(range(10), key=lambda t, s=second: np.abs(frame - picture(4 * t)).mean())
        assert nearest in times
        assert -1.6 <= nearest - second * 25 <= 1.1 or nearest == 2


def test_a_long_last_frame_is_not_taken_for_a_clip_that_breaks_off(tmp_path):
    """As in a recording of a screen on which nothing more happens."""
    path = tmp_path / "clip.mp4"
    encode(path, [picture(t) for t in range(5)], pts=[0, 1, 2, 3, 4], last_duration=40)
    assert probe(path).fps < 5
    assert np.abs(list(read_frames(path))[-1] - picture(4)).mean() < 0.02


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


def test_the_index_comes_first(tmp_path):
    write(tmp_path / "clip.mp4")
    data = (tmp_path / "clip.mp4").read_bytes()
    assert 0 < data.find(b"moov") < data.find(b"mdat")


def test_an_exception_leaves_nothing_and_keeps_what_was_there(tmp_path):
    path = tmp_path / "clip.mp4"
    write(path, 4)
    before = path.read_bytes()
    with pytest.raises(KeyboardInterrupt), VideoWriter(path, 25, 64, 48) as writer:
        writer.write(picture(0))
        assert len(list(tmp_path.iterdir())) == 2
        raise KeyboardInterrupt
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_wrong_frame_or_no_frame_leaves_nothing(tmp_path):
    path = tmp_path / "clip.mp4"
    with pytest.raises(ValueError, match=r"frame has shape \(47, 64, 3\)"), VideoWriter(path, 25, 64, 48) as writer:
        writer.write(picture(0)[1:])

    def empty():
        with VideoWriter(path, 25, 64, 48):
            pass

    assert "no frame was written" in error_of(empty)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_said(tmp_path):
    assert "unknown kind" in error_of(lambda: write(tmp_path / "clip.gif"))
    assert "no such file" in error_of(lambda: write(tmp_path / "missing" / "clip.mp4"))
    (tmp_path / "folder.mp4").mkdir()
    assert "is a folder" in error_of(lambda: write(tmp_path / "folder.mp4"))
    assert "sound from does not exist" in error_of(lambda: write(tmp_path / "a.mp4", audio_from=tmp_path / "no.wav"))
    (tmp_path / "bad.wav").write_bytes(b"no sound" * 50)
    assert "sound cannot be read" in error_of(lambda: write(tmp_path / "a.mp4", audio_from=tmp_path / "bad.wav"))
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["bad.wav", "folder.mp4"]


def test_what_cannot_be_read_is_said(tmp_path):
    text, music = tmp_path / "text.mp4", tone(tmp_path / "tone.wav")
    text.write_text("not a video" * 100)
    (tmp_path / "empty.mp4").touch()
    for call in (probe, read_frames):
        assert "does not exist" in error_of(lambda c=call: c(tmp_path / "missing.mp4"))
        for path in (text, music, tmp_path, tmp_path / "empty.mp4"):
            assert "cannot be read as a video" in error_of(lambda c=call, p=path: c(p))
    write(tmp_path / "clip.mp4", 2)
    for arguments in ({"start": -1}, {"count": -1}, {"width": 1}):
        with pytest.raises(ValueError, match="expected 0 or more"):
            read_frames(tmp_path / "clip.mp4", **arguments)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_clip_that_breaks_off_is_an_error_after_its_last_good_frame(tmp_path, suffix):
    path = tmp_path / f"clip{suffix}"
    write(path, 40, quality=2)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    good = []
    assert "broken" in error_of(lambda: good.extend(read_frames(path)))
    assert 10 < len(good) < 40
    assert len(list(read_frames(path, count=5))) == 5


def test_a_clip_broken_in_the_middle_is_an_error(tmp_path):
    path = tmp_path / "clip.mp4"
    random = np.random.default_rng(0)
    with VideoWriter(path, 25, 64, 48) as writer:
        for _ in range(40):
            writer.write(random.random((48, 64, 3), dtype=np.float32))
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4000] = random.bytes(4000)
    path.write_bytes(data)
    good = []
    assert "broken" in error_of(lambda: good.extend(read_frames(path)))
    assert 5 < len(good) < 40
    assert len(list(read_frames(path, count=len(good)))) == len(good)  # as the error advises


def test_reading_can_stop_at_any_time(tmp_path):
    path = tmp_path / "clip.mp4"
    write(path, 10)
    frames = read_frames(path)
    next(frames)
    frames.close()
    path.unlink()
    assert list(tmp_path.iterdir()) == []
