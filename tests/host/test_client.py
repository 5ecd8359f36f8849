"""The worker's client over real pipes, without Blender: engines that fail in every way, and one that works."""

import time
from pathlib import Path

import fragile
import numpy as np
import pytest


@pytest.fixture
def client(part, tmp_path, monkeypatch):
    """Makes a client of an engine that misbehaves in a given way."""
    monkeypatch.setenv("NEURAL_STYLE_CACHE", str(tmp_path / "cache"))
    module = part("worker")
    made = []

    def make(how: str, hello_seconds: float = 60.0):
        monkeypatch.setattr(module, "HELLO_SECONDS", hello_seconds)
        made.append(module.Worker(Path(fragile.engine(tmp_path, how))))
        return made[-1]

    yield make
    for worker in made:
        worker.close()


def paint(part, worker, frame, source, previous=None, **more):
    messages = part("door.messages")
    settings = messages.Settings(method="blend", working_width=0)
    return worker.paint(messages.Paint(0, "test", frame, 0, 0, "", settings, previous), source, **more)


def picture(number: int) -> np.ndarray:
    y, x = np.mgrid[:48, :64].astype(np.float32)
    return np.stack([np.sin((x + number) / 5) ** 2, y / 48, x / 64], -1)


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("dead", "the engine does not start: .*no such device"),
        ("hang", "the engine does not answer"),
        ("garbage", "the engine does not start"),
        ("old", "0.0.1 does not fit the extension"),
    ],
)
def test_no_engine_to_work_with(part, client, how, sentence):
    worker = client(how, hello_seconds=1.5 if how == "hang" else 60)
    start = time.monotonic()
    with pytest.raises(part("errors").PaintError, match=sentence):
        worker.start()
    assert time.monotonic() - start < 30


def test_what_the_engine_refuses_is_said_as_it_says_it(part, client):
    worker = client("refuse")
    with pytest.raises(part("errors").PaintError, match=r"^the paint is dry: the pot \(buy another\)$"):
        paint(part, worker, 1, picture(1))


def test_killed_once(part, client, tmp_path, monkeypatch, capsys):
    """The pictures after a death are those of an unbroken run, though the death left a mess in the pixel file."""
    runs = []
    for how in ("whole", "once"):
        monkeypatch.setenv("NEURAL_STYLE_CACHE", str(tmp_path / f"cache-{how}"))
        worker, key, pictures = client(how), None, []
        for number in range(5):
            painted, result = paint(part, worker, number, picture(number), key)
            key = painted.key
            pictures.append(result)
        runs.append(pictures)
    assert (tmp_path / "once-marker").exists()
    assert "started again" in capsys.readouterr().out
    for whole, broken in zip(*runs, strict=True):
        np.testing.assert_array_equal(broken, whole)


def test_killed_again_and_again(part, client):
    worker = client("die")
    for number in (1, 2):
        paint(part, worker, number, picture(number))
    with pytest.raises(part("errors").PaintError, match=r"died twice while it painted: frame 3 \(killed by signal 9"):
        paint(part, worker, 3, picture(3))


def test_what_is_stopped_meanwhile_does_not_disturb_the_next_frame(part, client):
    """The engine would go on with the frame that nobody waits for, and write into the next one's file."""
    worker, cancelled = client("whole"), part("errors").CancelledError
    _, expected = paint(part, worker, 1, picture(1))

    def stop():
        raise cancelled

    with pytest.raises(cancelled):
        paint(part, worker, 2, picture(2), meanwhile=stop)
    done = []
    _, found = paint(part, worker, 1, picture(1), meanwhile=lambda: done.append(worker.hello))
    np.testing.assert_array_equal(found, expected)
    assert done == [worker.hello], "done once, while the engine is at work"


@pytest.fixture
def written(part, monkeypatch):
    """The sources that were written into files, in order."""
    pixel_file, written = part("exchange").PixelFile, []
    write = pixel_file.write

    def noted(self, source, *more):
        written.append(source)
        write(self, source, *more)

    monkeypatch.setattr(pixel_file, "write", noted)
    return written


def played(part, worker, clip, coming, planes=None, outputs=()):
    """The pictures of a clip; while each frame is painted, the engine is told what `coming` says of its number."""
    messages, pictures, key = part("door.messages"), [], None
    settings = messages.Settings(method="blend", working_width=0)
    for number, source in enumerate(clip):
        request = messages.Paint(0, "test", number, 0, 0, "", settings, key, outputs=outputs)
        painted, picture = worker.paint(request, source, planes, lambda number=number: coming(number))
        key = painted.key
        pictures.append(np.dstack([picture, *worker.seen.values()]))
    return np.stack(pictures)


@pytest.mark.parametrize("how", ["whole", "once"])
@pytest.mark.parametrize("outputs", [(), ("flow", "reliability")])
def test_what_comes_next_is_sent_ahead_once(part, client, monkeypatch, tmp_path, written, how, outputs):
    """Nor does it matter that the engine dies at the third frame, with the fourth at hand."""
    clip = [picture(number) for number in range(5)]
    planes = {"mask": np.full(clip[0].shape[:2], 0.5, np.float32)}
    expected = played(part, client("whole"), clip, lambda number: None, planes, outputs)
    written.clear()
    monkeypatch.setenv("NEURAL_STYLE_CACHE", str(tmp_path / "other"))
    worker = client(how)
    found = played(part, worker, clip, lambda n: (clip[n + 1], planes) if n + 1 < len(clip) else None, planes, outputs)
    np.testing.assert_array_equal(found, expected)
    order = [0, 1, 2, 3, 4] if how == "whole" else [0, 1, 2, 3, 2, 3, 4]
    assert len(written) == len(order) and all(a is clip[b] for a, b in zip(written, order, strict=True))


def test_what_comes_otherwise_than_was_said_is_painted_as_it_comes(part, client, monkeypatch, tmp_path, written):
    clip = [picture(number) for number in range(4)]
    expected = played(part, client("whole"), clip, lambda number: None)
    wrong = [(picture(9), {}), (clip[2][:30].copy(), {}), (clip[3].copy(), {"mask": clip[3][..., 0]}), None]
    monkeypatch.setenv("NEURAL_STYLE_CACHE", str(tmp_path / "other"))
    written.clear()
    np.testing.assert_array_equal(played(part, client("whole"), clip, wrong.__getitem__), expected)
    assert len(written) == len(clip) + 3


def test_what_comes_next_and_cannot_be_sent_is_no_matter(part, client, monkeypatch, tmp_path):
    clip = [picture(number) for number in range(3)]
    expected = played(part, client("whole"), clip, lambda number: None)
    monkeypatch.setenv("NEURAL_STYLE_CACHE", str(tmp_path / "other"))
    worker, write = client("whole"), part("exchange").PixelFile.write

    def full(self, *given):
        if self is worker._coming_pixels:
            raise OSError("no space left")
        write(self, *given)

    monkeypatch.setattr(part("exchange").PixelFile, "write", full)
    found = played(part, worker, clip, lambda n: (clip[n + 1], {}) if n + 1 < len(clip) else None, {})
    np.testing.assert_array_equal(found, expected)


def test_nothing_is_left_behind(part, client):
    worker = client("whole")
    paint(part, worker, 1, picture(1))
    folder, child = worker._folder, worker._process._child
    assert list(folder.glob("pixels-*"))
    worker.close()
    assert not folder.exists()
    assert child.poll() == 0
