"""Errands of another thread, done in this one, which serves by hand as a timer would: `window_thread.py FOLDER`."""

import threading
import time

import shot

shot.enable()
errands = shot.part("window_thread")
found: dict[str, object] = {}


def fails() -> None:
    raise ValueError("as it should")


@errands.only
def where(number: int) -> tuple[int, bool]:
    return number, threading.current_thread() is threading.main_thread()


def work() -> None:
    found["there"] = where(7)
    found["within"] = errands.run(lambda: errands.run(lambda: where(8)))
    try:
        errands.run(fails)
    except ValueError as error:
        found["raised"] = str(error)


def serve_while(thread: threading.Thread, serves: bool) -> None:
    thread.start()
    while thread.is_alive():
        if serves:
            errands._serve()
        time.sleep(0.001)


found["here"] = where(6)
serve_while(threading.Thread(target=work), serves=True)
# Nobody serves, as where the artist quits while it renders: it is done all the same, and only once.
errands._PATIENCE = 0.2
times: list[int] = []
serve_while(threading.Thread(target=lambda: errands.run(lambda: times.append(1))), serves=False)
errands._serve()
found["alone"] = len(times)
shot.say(**found)
shot.leave()
