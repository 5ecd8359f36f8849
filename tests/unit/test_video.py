"""Video files: what is written comes back, errors are sentences, and nothing is left half-written."""

from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.reformatter import Colorspace

from clips import encode, picture, tone, write
from neural_style.door.errors import NeuralStyleError
from neural_style.video import SUFFIXES, VideoWriter, probe, read_frames


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
