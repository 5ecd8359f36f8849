"""The multi-pass algorithm: a whole shot, gone through several times in alternating directions.

Ruder et al. 2016, section 4.4, with the published program's conventions: odd passes go forward, even ones backward;
the first paints every frame by itself; every later one starts from the last pass's picture, blended with the
neighbour that this pass has just painted, warped; and the temporal term, from some pass on, holds to that neighbour.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from torch import Tensor

from neural_style import motion
from neural_style.door.messages import Settings
from neural_style.halves import halves
from neural_style.methods import Method
from neural_style.objective import Previous
from neural_style.painter import Painter
from neural_style.pixels import Frame, from_vgg, to_vgg
from neural_style.session import look

#: The file of the picture that was painted last.
_STEP = "step.safetensors"

#: How much the neighbour that this pass has painted counts in the blend, against 1 for the picture itself. (The one
#: of the pass before counts 0.0 in the published program, and is left out.)
BLEND = 1.0


class MultiPass:
    """Paints one shot. Memory holds two frames; the pictures between the passes lie in a folder, as half floats.

    What lies there outlives a kill at any time: the same shot, painted in the same way in the same folder, goes on
    after the last frame that was painted, and its pictures are those of an unbroken run.
    """

    def __init__(self, painter: Painter, settings: Settings, method: Method, folder: Path | None = None) -> None:
        """settings: style, painting and seed; method: one of several passes; folder: by default a temporary one."""
        self.painter = painter
        self.settings = settings
        self.method = method
        self.folder = folder
        #: Steps that are done of the shot in hand, and the seconds that they took, before a kill too.
        self.done = 0
        self.seconds = 0.0

    def paint(self, frames: Sequence[Frame]) -> Iterator[Frame]:
        """The pictures in order, (H, W, 3), sRGB in [0, 1]; all passes are made before the first one comes.

        frames: of one shot and one size, at the working size; they are asked for again in every pass.
        """
        for _ in self.steps(frames):
            pass
        yield from self.pictures()

    def steps(self, frames: Sequence[Frame]) -> Iterator[tuple[int, int]]:
        """Make the passes one frame after another; gives (pass, index) as each is done, for a progress bar.

        What was done before a kill is left out.
        """
        self._open(frames)
        self._take_up(len(frames))
        for step in range(self.done, self.method.passes * len(frames)):
            number, index, neighbour = _place(step, len(frames))
            start = perf_counter()
            picture = halves(self._painted(number, frames, index, neighbour))
            self.seconds += perf_counter() - start
            # What the step started from is overwritten only when its picture is safe.
            part = self._files / "step.part"
            save_file({"picture": picture}, part, metadata={"step": str(step), "seconds": str(self.seconds)})
            part.replace(self._files / _STEP)
            self._pictures[index] = picture
            self.done = step + 1
            yield number, index

    def pictures(self) -> Iterator[Frame]:
        """What the passes have made so far, in order; the files go after the last one."""
        for picture in self._pictures:
            yield np.asarray(picture, np.float32)
        del self._pictures
        shutil.rmtree(self._files, ignore_errors=True)

    def _open(self, frames: Sequence[Frame]) -> None:
        """The files of this shot, painted in this way."""
        if self.folder is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="passes-")
        digest = hashlib.blake2b(self.painter.describe(self.method).encode(), digest_size=8)
        digest.update(look(self.settings, self.method).encode())
        for frame in frames:
            digest.update(np.ascontiguousarray(frame, np.float32).data)
        self._files = (self.folder or Path(self._temporary.name)) / f"passes-{digest.hexdigest()}"
        self._files.mkdir(parents=True, exist_ok=True)
        path, part = self._files / "pictures.npy", self._files / "pictures.part"
        if not path.exists():
            shape = len(frames), *frames[0].shape
            np.lib.format.open_memmap(part, mode="w+", dtype=np.float16, shape=shape)
            part.replace(path)
        self._pictures = np.lib.format.open_memmap(path, mode="r+")

    def _take_up(self, count: int) -> None:
        """Find out what was done before."""
        self.done, self.seconds = 0, 0.0
        try:
            with safe_open(self._files / _STEP, framework="np") as file:
                metadata, picture = file.metadata(), file.get_tensor("picture")
        except (OSError, SafetensorError):
            return
        self.done, self.seconds = int(metadata["step"]) + 1, float(metadata["seconds"])
        self._pictures[_place(self.done - 1, count)[1]] = picture  # perhaps only half of it was written there

    def _painted(self, number: int, frames: Sequence[Frame], index: int, neighbour: int) -> Frame:
        """Frame `index` in pass `number`; `neighbour` is the one that this pass painted before it, if any."""
        frame, painter = frames[index], self.painter
        previous: list[Previous] = []
        if number == 1:
            x = painter.noise(frame, self.settings.seed)
        else:
            x, previous = self._blend(frames, index, neighbour)
        if number < self.method.temporal_from_pass:
            previous = []
        iterations = self.method.first_iterations if number == 1 else self.method.iterations
        goal = to_vgg(frame, painter.device)
        return from_vgg(painter.optimise(self.settings, self.method, frame, goal, x, previous, iterations))

    def _blend(self, frames: Sequence[Frame], index: int, neighbour: int) -> tuple[Tensor, list[Previous]]:
        """The start, and the neighbour's warped picture: eq. 11, as a mean weighted by reliability."""
        x = to_vgg(np.asarray(self._pictures[index], np.float32), self.painter.device)
        if not 0 <= neighbour < len(frames):
            return x, []
        flow, reliability = self.painter.motion_for(self.method)(frames[index], frames[neighbour])
        picture = np.asarray(self._pictures[neighbour], np.float32)
        previous = self.painter.previous(motion.warp(picture, flow, kernel=self.method.warp), reliability)
        weight = BLEND * previous.reliability
        return (x + weight * previous.warped) / (1 + weight), [previous]


def _place(step: int, count: int) -> tuple[int, int, int]:
    """The pass of a step, the frame that it paints, and the one that the pass painted before it."""
    number, place = step // count + 1, step % count
    return (number, place, place - 1) if number % 2 else (number, count - 1 - place, count - place)
