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


def test_nothing_is_left_behind(part, client):
    worker = client("whole")
    paint(part, worker, 1, picture(1))
    folder, child = worker._folder, worker._process._child
    assert list(folder.glob("pixels-*"))
    worker.close()
    assert not folder.exists()
    assert child.poll() == 0
