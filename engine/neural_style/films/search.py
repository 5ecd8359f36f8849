"""The search for a film's shots, beside the painting of those that are found."""

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event
from time import monotonic

from filelock import FileLock, Timeout

from neural_style.films.job import POLL, Job
from neural_style.films.plan import Plan


class Search:
    """A thread that finds the shots; of all processes at a film one searches, and the others read what it has found.

    Where that one is killed, another goes on from there. Close it before the job is left.
    """

    def __init__(self, job: Job, grown: Callable[[Plan], Generator[Plan]]) -> None:
        """grown: goes on from a plan, and gives it with one more shot each time, and whole in the end."""
        self._job = job
        self._grown = grown
        self._plan = job.plan()
        self._news = Event()
        self._closed = Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="searching")
        self._running = self._pool.submit(self._run)

    def plan(self) -> Plan:
        """What is found by now. Raises what went wrong with the search."""
        self.check()
        return self._plan

    def check(self) -> None:
        """Raise what went wrong with the search."""
        if self._running.done():
            self._running.result()

    def wait(self, seconds: float) -> None:
        """Until there is news of the search, but no longer than that."""
        self._news.wait(seconds)
        self._news.clear()

    def whole(self) -> Plan:
        """The whole plan, when it is."""
        self._running.result()
        return self._plan

    def close(self) -> None:
        """End the search; what it has found is kept."""
        self._closed.set()
        self._pool.shutdown()

    def _run(self) -> None:
        lock = FileLock(self._job.folder / "plan.lock", timeout=POLL)
        try:
            while not self._plan.whole and not self._closed.is_set():
                try:
                    with lock:
                        self._know(self._job.plan())
                        self._search()
                except Timeout:  # another process is at it
                    self._know(self._job.plan())
        finally:
            self._news.set()

    def _search(self) -> None:
        """Go on from what is known to the end."""
        if self._plan.whole:
            return
        written = 0.0
        with closing(self._grown(self._plan)) as plans:
            for plan in plans:
                self._know(plan)
                # Thousands of shots would be written thousands of times. Where the film is over, nobody reads it.
                if (plan.whole or monotonic() - written > POLL) and not self._job.is_over():
                    self._job.write_plan(plan)
                    written = monotonic()
                if self._closed.is_set():
                    break

    def _know(self, plan: Plan) -> None:
        """A plan may be known here already, or gone with the film's folder: what is further counts."""
        if (plan.whole, len(plan.shots)) > (self._plan.whole, len(self._plan.shots)):
            self._plan = plan
            self._news.set()
