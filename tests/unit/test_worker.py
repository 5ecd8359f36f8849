"""The worker over a real pipe: its hello, its answers, its errors, and its death."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from frames import moving_clip
from neural_style.door import framing
from neural_style.door.messages import PROTOCOL, Expect, Failed, Hello, Paint, Painted, Settings, pack, unpack

QUICK = Settings(iterations=2, working_width=0)


class Client:
    """The asking side, as the extension does it."""

    def __init__(self, folder) -> None:
        self.file = folder / "pixels"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "neural_style.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.number = 0
        self.hello = self.receive()

    def receive(self):
        data = framing.receive(self.process.stdout)
        return None if data is None else unpack(data)

    def send(self, frame, previous=None, **changes) -> None:
        frame.tofile(self.file)
        self.number += 1
        height, width = frame.shape[:2]
        request = Paint(self.number, "scene/node", 1, width, height, str(self.file), QUICK, previous)
        framing.send(self.process.stdin, pack(replace(request, **changes)))

    def paint(self, frame, previous=None, **changes):
        self.send(frame, previous, **changes)
        answer = self.receive()
        return answer, np.fromfile(self.file, np.float32).reshape(frame.shape)

    def close(self) -> int:
        self.process.stdin.close()
        status = self.process.wait(20)
        self.process.stdout.close()
        return status


@pytest.fixture
def client(tmp_path):
    client = Client(tmp_path)
    yield client
    client.process.kill()
    client.process.wait()


def test_it_says_hello_paints_and_leaves(client):
    assert isinstance(client.hello, Hello)
    assert client.hello.protocol == PROTOCOL
    assert {"torch", "numpy", "neural-style"} <= client.hello.versions.keys()
    clip = moving_clip(2)
    first, picture = client.paint(clip[0])
    assert isinstance(first, Painted) and first.id == 1
    assert not np.array_equal(picture, clip[0])
    second, _ = client.paint(clip[1], first.key)
    assert {"motion", "transformer", "solver", "transport"} <= second.seconds.keys()
    assert client.close() == 0


def test_killed_in_the_middle_another_goes_on_with_the_same_pictures(client, tmp_path):
    clip = moving_clip(4, 96, 128)
    key, whole = None, []
    for frame in clip:
        answer, picture = client.paint(frame, key)
        key = answer.key
        whole.append(picture)
    client.close()
    for path in list((tmp_path.parent).glob("**/*.safetensors")):
        path.unlink()

    # The same again, in an empty cache; the worker is killed while it paints the third frame.
    os.environ["NEURAL_STYLE_CACHE"] = str(tmp_path / "empty")
    broken = Client(tmp_path)
    key, parts = None, []
    for frame in clip[:2]:
        answer, picture = broken.paint(frame, key)
        assert not answer.cached
        key = answer.key
        parts.append(picture)
    broken.send(clip[2], key, settings=replace(QUICK, iterations=2000))
    time.sleep(0.5)
    broken.process.send_signal(signal.SIGKILL)
    assert broken.receive() is None
    broken.process.wait()
    again = Client(tmp_path)
    for frame in clip[2:]:
        answer, picture = again.paint(frame, key)
        key = answer.key
        parts.append(picture)
    again.close()
    assert all(np.array_equal(a, b) for a, b in zip(whole, parts, strict=True))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"settings": replace(QUICK, style="nobody")}, "nobody"),
        ({"settings": replace(QUICK, method="magic")}, "magic"),
        ({"pixels": "nowhere/at/all"}, "nowhere/at/all"),
        ({"width": 10**6}, "pixels"),
    ],
)
def test_a_failed_frame_is_a_sentence_and_the_next_one_works(client, changes, word):
    frame = moving_clip(1)[0]
    answer, left = client.paint(frame, **changes)
    assert isinstance(answer, Failed)
    assert word in f"{answer.what} {answer.where}" and answer.mend
    assert np.array_equal(left.reshape(-1)[: frame.size], frame.reshape(-1))
    assert isinstance(client.paint(frame)[0], Painted)


def test_what_is_expected_is_not_answered_whatever_is_wrong_with_it(client, tmp_path):
    clip = moving_clip(2)
    first, _ = client.paint(clip[0])
    height, width = clip[0].shape[:2]
    clip[1].tofile(tmp_path / "next")
    for path, wide in ((tmp_path / "next", width), (tmp_path / "nowhere", width), (tmp_path / "next", 10**6)):
        framing.send(client.process.stdin, pack(Expect("scene/node", wide, height, str(path))))
    framing.send(client.process.stdin, {"kind": "expect", "weather": "rain"})
    second, _ = client.paint(clip[1], first.key)
    assert isinstance(second, Painted) and second.id == 2
    assert client.close() == 0


def test_nonsense_is_answered_and_garbage_ends_it(client):
    framing.send(client.process.stdin, {"kind": "sing"})
    answer = client.receive()
    assert isinstance(answer, Failed) and "sing" in answer.what
    client.process.stdin.write(b"GET / HTTP/1.1\r\n\r\n")
    client.process.stdin.flush()
    assert client.process.wait(20) == 1


def test_an_engine_that_cannot_start_says_why(tmp_path, monkeypatch):
    monkeypatch.setenv("NEURAL_STYLE_DEVICE", "hoverboard")
    client = Client(tmp_path)
    assert isinstance(client.hello, Failed)
    assert client.hello.id is None and "hoverboard" in client.hello.where
    assert client.process.wait(20) == 1
