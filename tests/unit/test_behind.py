"""Work that is done behind whoever has it done: in order, so much at a time, and no error is lost."""

import threading
from threading import Event
from time import monotonic

import pytest

from neural_style.behind import Behind


def test_all_is_done_in_order_by_another_thread():
    done, threads = [], set()

    def work(number, *, step=1):
        done.append(number * step)
        threads.add(threading.current_thread().name)

    with Behind(2, "behind") as behind:
        for number in range(20):
            behind.do(work, number, step=2)
    assert done == list(range(0, 40, 2)) and threads == {"behind_0"}


def test_only_so_much_waits():
    begun, go_on, told = Event(), Event(), []

    def work():
        begun.set()
        assert go_on.wait(10)

    def tell():
        for number in range(6):
            behind.do(work)
            told.append(number)

    with Behind(2, "behind") as behind:
        teller = threading.Thread(target=tell)
        teller.start()
        assert begun.wait(10)
        teller.join(0.3)
        assert told == [0, 1, 2]  # one is in hand, two wait
        go_on.set()
        teller.join(10)
        assert told == list(range(6))


def test_an_error_is_raised_at_the_next_work_and_nothing_follows_it():
    done, failed = [], Event()

    def fail():
        failed.set()
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"), Behind(2, "behind") as behind:
        behind.do(done.append, 1)
        behind.do(fail)
        assert failed.wait(10)
        deadline = monotonic() + 10
        while monotonic() < deadline:
            behind.do(done.append, 2)
    assert done == [1]


def test_an_error_of_the_last_work_is_raised_at_the_end_and_again():
    with pytest.raises(ZeroDivisionError), Behind(2, "behind") as behind:
        behind.do(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        behind.settle()


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt])
def test_what_waits_is_dropped_where_an_error_leaves(error):
    begun, go_on, done = Event(), Event(), []

    def work(number):
        begun.set()
        go_on.wait(10)
        done.append(number)

    with pytest.raises(error), Behind(3, "behind") as behind:
        for number in range(3):
            behind.do(work, number)
        begun.wait(10)
        threading.Timer(0.1, go_on.set).start()
        raise error
    assert done == [0]


def test_of_two_errors_that_of_the_block_is_raised():
    begun, go_on = Event(), Event()

    def fail():
        begun.set()
        go_on.wait(10)
        raise OSError("disk full")

    with pytest.raises(KeyError), Behind(2, "behind") as behind:
        behind.do(fail)
        begun.wait(10)
        threading.Timer(0.1, go_on.set).start()
        raise KeyError
