"""What makes a frame wait is told to the one who waits, and an error carries the name of what mends it."""

import io

from neural_style import activity, worker
from neural_style.door import framing
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Failed, Paint, Painted, Progress, Settings, pack, unpack


class Slow:
    """A server that has something to fetch, or fails."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble = trouble

    def paint(self, request: Paint) -> Painted:
        activity.tell("fetching the features")
        if self.trouble:
            raise self.trouble
        return Painted(request.id, "key", cut=False, cached=False)


def answer(server: Slow) -> tuple[list, object]:
    """What goes down the pipe before the answer, and the answer."""
    pipe = io.BytesIO()
    result = worker._answer(pack(Paint(7, "stream", 1, 8, 8, "pixels", Settings())), server, pipe)
    pipe.seek(0)
    before = []
    while (data := framing.receive(pipe)) is not None:
        before.append(unpack(data))
    return before, result


def test_it_is_told_before_the_answer():
    before, result = answer(Slow())
    assert before == [Progress(7, "fetching the features")] and result.key == "key"


def test_after_the_request_it_goes_to_the_terminal_again(capsys):
    answer(Slow(NeuralStyleError("no luck")))
    assert "fetching" not in capsys.readouterr().err
    activity.tell("fetching by hand")
    assert capsys.readouterr().err == "fetching by hand\n"


def test_the_remedy_crosses_the_door():
    _, failed = answer(Slow(NeuralStyleError("not fetched yet", "vgg16", "allow it", "online")))
    assert unpack(pack(failed)) == Failed(7, "not fetched yet", "vgg16", "allow it", "online")
    _, failed = answer(Slow(MemoryError()))
    assert failed.remedy == "coarser" and "Detail" in failed.mend
    assert (
        str(NeuralStyleError("not fetched yet", "vgg16", "allow it", "online")) == "not fetched yet: vgg16 (allow it)"
    )
