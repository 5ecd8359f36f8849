"""The photos that a network is trained on, as crops: which and where follows from the seed and the iteration alone."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from neural_style.door.errors import NeuralStyleError
from neural_style.pixels import Frame
from neural_style.training.movement import grid_of, move, random_flow
from neural_style.training.recipe import Recipe

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}

#: Deviation, in sRGB, of the noise that lies over a moved crop: as video noise does, it is not to be painted.
NOISE = 0.02

# What the random numbers of one crop are for; part of their seed, so that one use does not disturb another.
_ORDER, _CROP, _MOVE = range(3)


@dataclass(frozen=True)
class Batch:
    """crops: (N, 3, S, S), sRGB in [0, 1]. Where stability is trained also the crops as moved, and where every
    pixel of those came from: (N, S, S, 2), for `grid_sample`."""

    crops: Tensor
    moved: Tensor | None = None
    grid: Tensor | None = None

    def to(self, device: torch.device) -> "Batch":
        """The batch on a device, without waiting for it where its memory is pinned."""
        return self._each(lambda tensor: tensor.to(device, non_blocking=True))

    def pinned(self) -> "Batch":
        """The batch in memory that a GPU can fetch from by itself."""
        return self._each(lambda tensor: tensor.pin_memory())

    def _each(self, change: Callable[[Tensor], Tensor]) -> "Batch":
        moved, grid = (None if tensor is None else change(tensor) for tensor in (self.moved, self.grid))
        return Batch(change(self.crops), moved, grid)


class Photos:
    """The photos of a folder, and everything below it."""

    def __init__(self, folder: Path) -> None:
        """Raises NeuralStyleError where there is no photo."""
        self.files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
        if not self.files:
            raise NeuralStyleError(
                "the folder holds no photos" if folder.is_dir() else "the folder of photos does not exist",
                str(folder),
                "give a folder with photos of all kinds of things, .jpg or .png, the more the better",
            )

    def crop(self, number: int, size: int, seed: int) -> Frame:
        """Crop number `number` of all that a training takes: (size, size, 3), sRGB in [0, 1].

        Every photo comes once before any comes again. The crop is square, anywhere in the photo, from `size`
        pixels to the whole photo's shorter side, and mirrored half the time.
        """
        turn, place = divmod(number, len(self.files))
        order = np.random.default_rng([seed, _ORDER, turn]).permutation(len(self.files))
        photo = _read(self.files[order[place]])
        random = np.random.default_rng([seed, _CROP, number])
        height, width = photo.shape[:2]
        most = min(height, width)
        least = min(size, most)
        side = round(least * (most / least) ** random.random())
        top, left = random.integers(height - side + 1), random.integers(width - side + 1)
        crop = resized(photo[top : top + side, left : left + side], size, size)
        return np.ascontiguousarray(crop[:, ::-1]) if random.random() < 0.5 else crop

    def batch(self, iteration: int, recipe: Recipe) -> Batch:
        """The crops of one iteration, counted from 0."""
        numbers = range(iteration * recipe.batch, (iteration + 1) * recipe.batch)
        crops = [self.crop(number, recipe.size, recipe.seed) for number in numbers]
        if not recipe.stability:
            return Batch(_stacked(crops))
        moved, grids = [], []
        for number, crop in zip(numbers, crops, strict=True):
            random = np.random.default_rng([recipe.seed, _MOVE, number])
            flow = random_flow(recipe.size, random)
            noise = NOISE * random.standard_normal(crop.shape, dtype=np.float32)
            moved.append(np.clip(move(crop, flow) + noise, 0, 1))
            grids.append(torch.from_numpy(grid_of(flow)))
        return Batch(_stacked(crops), _stacked(moved), torch.stack(grids))

    def batches(self, recipe: Recipe, start: int, workers: int, pinned: bool) -> Iterator[Batch]:
        """The batches from iteration `start` to the last, read ahead by `workers` threads."""

        def load(iteration: int) -> Batch:
            batch = self.batch(iteration, recipe)
            return batch.pinned() if pinned else batch

        ahead: deque[Future[Batch]] = deque()
        with ThreadPoolExecutor(workers, thread_name_prefix="crops") as pool:
            try:
                for iteration in range(start, recipe.iterations):
                    ahead.append(pool.submit(load, iteration))
                    if len(ahead) > 2 * workers:
                        yield ahead.popleft().result()
                while ahead:
                    yield ahead.popleft().result()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)


def _read(path: Path) -> Frame:
    """A photo as (H, W, 3), sRGB in [0, 1]; not kept, since there may be a hundred thousand of them."""
    try:
        photo = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error):
        photo = None
    if photo is None:
        raise NeuralStyleError("the photo cannot be read", str(path), "mend it or take it out of the folder")
    return np.asarray(photo[..., ::-1], np.float32) / np.float32(255)


def resized(picture: Frame, height: int, width: int) -> Frame:
    """The picture at another size, without aliasing, in [0, 1]."""
    if picture.shape[:2] == (height, width):
        return np.ascontiguousarray(picture)
    smaller = height < picture.shape[0]
    result = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)
    clipped: Frame = np.clip(result, 0, 1).astype(np.float32)
    return clipped


def _stacked(crops: list[Frame]) -> Tensor:
    return torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).contiguous()
