"""The multi-pass algorithm: a whole shot, gone through several times in alternating directions.

Ruder et al. 2016, section 4.4, with the published program's conventions: odd passes go forward, even ones backward;
the first paints every frame by itself; every later one starts from the last pass's picture, blended with the
neighbour that this pass has just painted, warped; and the temporal term, from some pass on, holds to that neighbour.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from torch import Tensor

from neural_style import motion
from neural_style.door.messages import Settings
from neural_style.methods import Method
from neural_style.objective import Previous
from neural_style.painter import Painter
from neural_style.pixels import Frame, from_vgg, to_vgg

#: How much the neighbour that this pass has painted counts in the blend, against 1 for the picture itself. (The one
#: of the pass before counts 0.0 in the published program, and is left out.)
BLEND = 1.0


class MultiPass:
    """Paints one shot. Memory holds two frames; the pictures between the passes lie in a folder, as half floats."""

    def __init__(self, painter: Painter, settings: Settings, method: Method, folder: Path | None = None) -> None:
        """settings: style, painting and seed; method: one of several passes; folder: of temporary files."""
        self.painter = painter
        self.settings = settings
        self.method = method
        self.folder = folder

    def paint(self, frames: Sequence[Frame]) -> Iterator[Frame]:
        """The pictures in order, (H, W, 3), sRGB in [0, 1]; all passes are made before the first one comes.

        frames: of one shot and one size, at the working size; they are asked for again in every pass.
        """
        for _ in self.steps(frames):
            pass
        yield from self.pictures()

    def steps(self, frames: Sequence[Frame]) -> Iterator[tuple[int, int]]:
        """Make the passes one frame after another; gives (pass, index) as each is done, for a progress bar."""
        self._files = tempfile.TemporaryDirectory(dir=self.folder, prefix="passes-")
        path = Path(self._files.name) / "pictures.npy"
        shape = len(frames), *frames[0].shape
        self._pictures = np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=shape)
        for number in range(1, self.method.passes + 1):
            forward = number % 2 == 1
            order = range(len(frames)) if forward else reversed(range(len(frames)))
            for index in order:
                self._pictures[index] = self._painted(number, frames, index, index - 1 if forward else index + 1)
                yield number, index

    def pictures(self) -> Iterator[Frame]:
        """What the passes have made so far, in order; the files go at the end."""
        try:
            for picture in self._pictures:
                yield np.asarray(picture, np.float32)
        finally:
            del self._pictures
            self._files.cleanup()

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
        painted = frame, frame  # no multi-pass method holds to T
        iterations = self.method.first_iterations if number == 1 else self.method.iterations
        return from_vgg(painter.optimise(self.settings, self.method, frame, painted, x, previous, iterations))

    def _blend(self, frames: Sequence[Frame], index: int, neighbour: int) -> tuple[Tensor, list[Previous]]:
        """The start, and the neighbour's warped picture: eq. 11, as a mean weighted by reliability."""
        x = to_vgg(np.asarray(self._pictures[index], np.float32), self.painter.device)
        if not 0 <= neighbour < len(frames):
            return x, []
        flow = self.painter.flow(frames[index], frames[neighbour])
        reverse = self.painter.flow(frames[neighbour], frames[index])
        reliability = motion.reliability(flow, reverse, motion_boundaries=self.method.motion_boundaries)
        picture = np.asarray(self._pictures[neighbour], np.float32)
        previous = self.painter.previous(motion.warp(picture, flow, kernel=self.method.warp), reliability)
        weight = BLEND * previous.reliability
        return (x + weight * previous.warped) / (1 + weight), [previous]
