"""What can be recorded as one graph: every operation that is sent to the device is listed here.

CUDA's own recording needs such a device. What it asks of the work can be seen on any.
"""

from torch.utils._python_dispatch import TorchDispatchMode

from neural_style.graphs import Graphs

#: Operations that bring a value of the device's to the host, take one there, or make as many results as it says.
WAITING = ("_local_scalar_dense", "nonzero", "is_nonzero", "equal", "lift_fresh", "masked_select", "unique")


class Operations(TorchDispatchMode):
    """The names of all operations while it is on."""

    def __init__(self):
        super().__init__()
        self.names = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.names.append(function.__name__.partition(".")[0])
        return function(*args, **(kwargs or {}))

    @property
    def waiting(self):
        return [name for name in self.names if name.startswith(WAITING)]


class Taken(Graphs):
    """Takes down what is to be run, and runs it."""

    def run(self, key, function, tensors):
        self.key, self.function, self.tensors = key, function, tensors
        return super().run(key, function, tensors)
