"""Work begun before it is asked for: found again by its values, and the same as if it had not been begun."""

import threading
from threading import Event

import numpy as np
import pytest

from frames import moving_clip, texture
from neural_style.ahead import Ahead
from neural_style.styles import AheadStylist


class Mean:
    """The mean of a frame times a number; notes what it was asked with, and by which thread."""

    def __init__(self):
        self.asked = []
        self.threads = set()

    def __call__(self, frame, times):
        self.asked.append((frame, times))
        self.threads.add(threading.current_thread().name)
        return times * frame.mean()


@pytest.fixture
def clip():
    return moving_clip(3)


def test_what_was_begun_is_found_by_the_values_of_frames_and_numbers(clip):
    work = Mean()
    with Ahead(work, 4, "mean") as ahead:
        ahead.begin(clip[0], 2)
        ahead.begin(clip[0], 3)
        ahead.begin(clip[1], 2)
        assert ahead.ask(clip[1].copy(), 2) == 2 * clip[1].mean()
        assert ahead.ask(clip[0].copy(), 3) == 3 * clip[0].mean()
        assert ahead.ask(clip[0].copy(), 2) == 2 * clip[0].mean()
        assert len(work.asked) == 3
        assert ahead.ask(clip[0], 4) == 4 * clip[0].mean()
        assert len(work.asked) == 4
    assert work.threads == {"mean_0"}


@pytest.mark.parametrize("other", [lambda f: f[1:], lambda f: f.astype(np.float64) + 1e-9, lambda f: f[:, ::-1]])
def test_another_frame_is_another_result(clip, other):
    work = Mean()
    with Ahead(work, 4, "mean") as ahead:
        ahead.begin(clip[0], 1)
        assert ahead.ask(other(clip[0]), 1) == other(clip[0]).mean()
        assert len(work.asked) == 2


def test_only_so_much_is_kept_waiting(clip):
    work = Mean()
    with Ahead(work, 2, "mean") as ahead:
        for times in (1, 2, 3):
            ahead.begin(clip[0], times)
        assert len(ahead._begun) == 2
        for times in (3, 1):  # the first had to go
            assert ahead.ask(clip[0], times) == times * clip[0].mean()
    assert [times for _, times in work.asked].count(3) == 1


def test_it_is_begun_while_the_asking_thread_does_something_else(clip):
    begun = Event()

    def work(frame):
        begun.set()
        return frame.max()

    with Ahead(work, 1, "max") as ahead:
        ahead.begin(clip[0])
        assert begun.wait(10)
        assert ahead.ask(clip[0]) == clip[0].max()


def test_what_failed_ahead_is_done_again_when_it_is_asked_for(clip):
    """As where memory was short beside a solve, and is no longer."""
    fails = [MemoryError("short"), None, MemoryError("short"), MemoryError("still")]

    def work(frame):
        if (failure := fails.pop(0)) is not None:
            raise failure
        return frame.max()

    with Ahead(work, 2, "max") as ahead:
        ahead.begin(clip[0])
        assert ahead.ask(clip[0]) == clip[0].max()
        ahead.begin(clip[1])
        with pytest.raises(MemoryError, match="still"):
            ahead.ask(clip[1])
    assert not fails


def test_leaving_by_an_error_waits_for_no_more_than_what_is_in_hand(clip):
    begun, go_on, done = Event(), Event(), []

    def work(number):
        begun.set()
        go_on.wait(10)
        done.append(number)

    ahead = Ahead(work, 8, "slow")
    with pytest.raises(KeyError), ahead:
        for number in range(5):
            ahead.begin(number)
        begun.wait(10)
        threading.Timer(0.1, go_on.set).start()
        raise KeyError
    assert done == [0]


@pytest.mark.parametrize(("style", "seed"), [("starry-night", 0), ("rust:0.4+the-great-wave:0.6", 3)])
def test_t_that_was_begun_is_that_of_the_stylist_to_the_last_bit(painter, style, seed):
    frames = [texture(46, 62, seed=number) for number in range(3)]
    plain = [painter.stylist.paint(frame, style, seed) for frame in frames]
    with AheadStylist(painter.stylist) as stylist:
        for frame in frames:
            stylist.expect(frame, style, seed)
        for frame, picture in zip(frames, plain, strict=True):
            assert np.array_equal(stylist.paint(frame.copy(), style, seed), picture)
        # Of no other style or seed, which were not expected.
        assert np.array_equal(stylist.paint(frames[0], "rust"), painter.stylist.paint(frames[0], "rust"))
        assert not np.array_equal(stylist.paint(frames[0], style, seed + 1), plain[0])
