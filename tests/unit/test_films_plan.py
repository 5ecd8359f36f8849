"""The plan of a film, and reading it from any segment on, ahead of time."""

from contextlib import closing

import numpy as np
import pytest

from clips import encode, picture
from filming import LENGTHS, cuts, film, scan
from frames import moving_clip
from neural_style import video
from neural_style.door.errors import NeuralStyleError
from neural_style.films.decoding import ahead
from neural_style.films.plan import Plan, Segment, fingerprint
from neural_style.films.reading import Reader
from neural_style.video import read_frames

pytestmark = pytest.mark.usefixtures("short_segments")


def spans(found: Plan):
    return [[(segment.start, segment.stop) for segment in shot] for shot in found.shots]


def test_shots_and_segments(clip):
    found = scan(clip)
    assert [shot[0].start for shot in found.shots] == cuts(LENGTHS)
    assert spans(found) == [[(0, 4), (4, 8), (8, 12), (12, 13)], [(13, 14)], [(14, 18), (18, 22), (22, 23)]]
    assert found.frames == 23
    names = [segment.name for segment in found.segments]
    assert names[0] == "shot-00001-001" and names[-1] == "shot-00003-003" and len(set(names)) == len(names)
    frames = list(read_frames(clip))
    assert all(segment.first == fingerprint(frames[segment.start]) for segment in found.segments)
    assert Plan.of(found.rows()) == found


def test_a_part_of_a_clip(clip):
    assert spans(scan(clip, start=11, count=6)) == [[(11, 13)], [(13, 14)], [(14, 17)]]
    assert spans(scan(clip, start=20, count=60)) == [[(20, 23)]]
    assert scan(clip, width=32).shots[0][0].first != scan(clip).shots[0][0].first


def test_a_picture_that_changes_its_size_is_told(monkeypatch, clip):
    def frames(*arguments):
        yield from moving_clip(2)
        yield from moving_clip(1, 40, 64)

    monkeypatch.setattr(video, "read_frames", frames)
    with pytest.raises(NeuralStyleError, match=r"changes its size.*frame 2"):
        scan(clip)


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip.avi", "clip.ts"])
def test_a_clip_is_read_from_any_segment_on(tmp_path, name):
    path = tmp_path / name
    encode(path, [picture(n) for n in range(30)])
    whole, segments = list(read_frames(path)), scan(path).segments
    assert len(segments) > 5
    with closing(Reader(path)) as reader:
        for number in (3, 4, 1, len(segments) - 1, 0):
            segment = segments[number]
            for place, frame in enumerate(reader.frames(segment, segment.stop), segment.start):
                assert np.array_equal(frame, whole[place])


def test_what_follows_is_read_on(monkeypatch, clip):
    """In one go, and not by going back to a key frame for every segment."""
    opened = []

    def counted(path, start=0, count=None, width=None):
        opened.append(start)
        yield from read_frames(path, start, count, width)

    monkeypatch.setattr(video, "read_frames", counted)
    segments = scan(clip).segments
    opened.clear()
    with closing(Reader(clip)) as reader:
        for segment in segments[2:]:
            assert len(list(reader.frames(segment, segment.stop))) == segment.frames
        with closing(ahead(reader.frames(segments[1], 12))) as frames:
            next(frames)
        list(reader.frames(segments[1], 8))
    assert opened == [8, 4, 4]


def test_a_file_that_seeks_wrongly_is_read_from_its_beginning(monkeypatch, clip):
    def astray(path, start=0, count=None, width=None):
        return read_frames(path, start + 1 if start else 0, count, width)

    whole, segments = list(read_frames(clip)), scan(clip).segments
    monkeypatch.setattr(video, "read_frames", astray)
    with closing(Reader(clip)) as reader:
        for place, frame in enumerate(reader.frames(segments[2], 12), 8):
            assert np.array_equal(frame, whole[place])


def test_another_clip_is_told_from_the_one_that_was_scanned(clip, tmp_path):
    other = film(tmp_path / "other.mp4", (5,))
    with closing(Reader(other)) as reader:
        with pytest.raises(NeuralStyleError, match=r"not what it was.*frame 4"):
            list(reader.frames(Segment(0, 1, 4, 8, "0123"), 8))
        with pytest.raises(NeuralStyleError, match=r"not what it was.*frame 5"):
            list(reader.frames(Segment(0, 0, 0, 8, fingerprint(next(read_frames(other)))), 8))


def test_reading_ahead_changes_nothing_and_stops_when_told(clip):
    taken = []

    def counted():
        for number, frame in enumerate(read_frames(clip)):
            taken.append(number)
            yield frame

    frames = list(read_frames(clip))
    assert all(np.array_equal(a, b) for a, b in zip(ahead(counted()), frames, strict=True))
    taken.clear()
    with closing(ahead(counted(), most=3)) as some:
        next(some)
    assert 1 <= len(taken) <= 5

    def broken():
        yield frames[0]
        raise NeuralStyleError("the clip is broken", "frame 1", "repair it")

    with closing(ahead(broken())) as some:
        assert np.array_equal(next(some), frames[0])
        with pytest.raises(NeuralStyleError, match="frame 1"):
            next(some)


def test_frames_are_counted_as_they_are_read(tmp_path):
    """At even steps: where the rate varies, one is repeated or left out."""
    path = tmp_path / "clip.mkv"
    times = [0, 1, 2, 6, 7, 8, 9]
    encode(path, [picture(4 * t) for t in times], pts=times)
    assert scan(path).frames == len(list(read_frames(path)))
