"""The training itself: Adam over batches of crops, with checkpoints that a killed run goes on from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from neural_style import device as devices
from neural_style import styles, weights
from neural_style.networks.johnson import JohnsonNetwork
from neural_style.networks.vgg import VGG
from neural_style.pixels import Frame
from neural_style.styles.files import read_picture
from neural_style.training.checkpoint import Checkpoint
from neural_style.training.losses import SCALE, PerceptualLoss
from neural_style.training.photos import Batch, Photos, resized
from neural_style.training.recipe import Recipe

#: The losses are fetched, and shown, every so many iterations: a GPU waits for the host only then.
REPORT_EVERY = 20
#: Seconds between checkpoints, at the least: what a kill may cost.
CHECKPOINT_SECONDS = 60.0
#: What torch's first weights of the last layer are multiplied by: their picture has a deviation of about 20 levels.
FIRST_SCALE = 50.0
#: The longer side of a preview, in pixels.
PREVIEW_SIDE = 512


@dataclass(frozen=True)
class Run:
    """One training.

    painting:      the style's picture; photos: the folder that crops are taken from.
    folder:        where its checkpoint and previews are kept.
    recipe:        the hyper-parameters.
    start:         tensors of a trained network of the same width to begin with, instead of random ones.
    preview:       the photo that previews are painted from; without one, the first of the photos.
    preview_every: iterations between previews; 0 makes none.
    workers:       threads that read photos ahead.
    """

    painting: Path
    photos: Path
    folder: Path
    recipe: Recipe
    start: Mapping[str, Tensor] | None = None
    preview: Path | None = None
    preview_every: int = 500
    workers: int = 2


@dataclass(frozen=True)
class Trained:
    """A finished training: the network, the losses on the way (means since the last report), and its seconds."""

    network: JohnsonNetwork
    losses: dict[int, dict[str, float]]
    seconds: float


def train(run: Run, device: torch.device, restart: bool = False, quiet: bool = False) -> Trained:
    """Train a network, or go on where the last run of the same training was stopped.

    restart: begin anew, whatever is in the folder. quiet: no progress bar.
    Raises NeuralStyleError where a picture cannot be read or the folder holds another training.
    """
    return _Training(run, device, restart).finish(quiet)


class _Training:
    """The network, its optimiser and its losses, between two iterations."""

    def __init__(self, run: Run, device: torch.device, restart: bool) -> None:
        self.run, self.recipe, self.device = run, run.recipe, device
        self.photos = Photos(run.photos)
        painting = read_picture(run.painting)
        self.identity = self.recipe.as_dict() | {
            "painting": hashlib.sha256(run.painting.read_bytes()).hexdigest()[:12],
            "photos": _digest(path.name.encode() for path in self.photos.files),
            "teacher": _digest([styles.digest(self.recipe.imitate).encode()]) if self.recipe.imitate else "",
            "start": _digest(t.numpy().tobytes() for t in run.start.values()) if run.start else "",
        }
        run.folder.mkdir(parents=True, exist_ok=True)
        self.path = run.folder / "checkpoint.pt"
        if restart:
            self.path.unlink(missing_ok=True)
        kept = Checkpoint.load(self.path, self.identity, "start anew with --restart")

        self.bfloat16 = devices.bfloat16_is_fast(device)
        vgg = VGG(weights.tensors("vgg16"), torch.bfloat16 if self.bfloat16 else torch.float32).to(device)
        size = _fitted(painting, self.recipe.style_size)
        self.loss = PerceptualLoss(self.recipe, vgg, _tensor(resized(painting, *size)).to(device))

        network = first_network(self.recipe, painting, run.start)
        self.iteration, self.losses, self.seconds = 0, dict[int, dict[str, float]](), 0.0
        self.network = network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.teacher = styles.Stylist(device)
        self.optimiser = self.fresh_optimiser()
        if kept:
            self.network.load_state_dict(kept.network)
            self.optimiser.load_state_dict(kept.optimiser)
            self.iteration, self.losses, self.seconds = kept.iteration, kept.losses, kept.seconds
        photo = read_picture(run.preview or self.photos.files[0])
        self.preview_photo = resized(photo, *_fitted(photo, min(PREVIEW_SIDE, max(photo.shape[:2])), 4))

    def finish(self, quiet: bool) -> Trained:
        """All iterations that are left."""
        recipe, run = self.recipe, self.run
        batches = self.photos.batches(recipe, self.iteration, run.workers, pinned=self.device.type == "cuda")
        sums: dict[str, Tensor] = {}
        since, saved, reported = perf_counter(), perf_counter(), self.iteration
        with tqdm(total=recipe.iterations, initial=self.iteration, disable=quiet, unit="it", smoothing=0.05) as bar:
            for batch in batches:
                for name, value in self.step(batch.to(self.device)).items():
                    sums[name] = sums[name] + value if name in sums else value
                self.iteration += 1
                bar.update()
                last = self.iteration == recipe.iterations
                if self.iteration % REPORT_EVERY == 0 or last:
                    count = self.iteration - reported
                    means = {name: float(value) / count for name, value in sums.items()}
                    self.losses[self.iteration], sums, reported = means, {}, self.iteration
                    bar.set_postfix({name: f"{value:.0f}" for name, value in means.items()})
                    if last or perf_counter() - saved > CHECKPOINT_SECONDS:
                        self.seconds, since = self.seconds + perf_counter() - since, perf_counter()
                        self.save()
                        saved = perf_counter()
                if run.preview_every and (self.iteration % run.preview_every == 0 or last):
                    self.preview()
        return Trained(self.network.eval().cpu(), self.losses, self.seconds)

    def step(self, batch: Batch) -> dict[str, Tensor]:
        """One iteration; the weighted terms that it descended on, on the device."""
        if self.iteration == self.recipe.imitation:
            self.optimiser = self.fresh_optimiser()  # gradients are of another size from here on
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.rate(self.iteration)
        self.optimiser.zero_grad(set_to_none=True)
        painted = self.paint(batch.crops)
        if self.recipe.imitates(self.iteration):
            terms = {"imitation": (SCALE * (painted - self.taught(batch.crops))).square().mean()}
        else:
            terms = self.loss.terms(batch, painted, None if batch.moved is None else self.paint(batch.moved))
        torch.stack(list(terms.values())).sum().backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        return {name: value.detach() for name, value in terms.items()}

    def paint(self, crops: Tensor) -> Tensor:
        """What the network makes of crops (N, 3, S, S), not clamped, float32."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16):
            painted: Tensor = self.network.unclamped(crops.contiguous(memory_format=torch.channels_last))
        return painted.float()

    def taught(self, crops: Tensor) -> Tensor:
        """What the style that is imitated makes of crops (N, 3, S, S)."""
        pictures = [self.teacher.paint(_frame(crop), self.recipe.imitate) for crop in crops]
        return torch.cat([_tensor(picture) for picture in pictures]).to(self.device)

    def fresh_optimiser(self) -> torch.optim.Adam:
        """Adam without memory."""
        return torch.optim.Adam(self.network.parameters(), self.recipe.learning_rate)

    def save(self) -> None:
        """Write the checkpoint."""
        Checkpoint(
            self.iteration,
            self.identity,
            self.network.state_dict(),
            self.optimiser.state_dict(),
            self.losses,
            self.seconds,
        ).save(self.path)

    def preview(self) -> None:
        """Write the preview photo and, beside it, what the network now makes of it."""
        with torch.inference_mode():
            painted = _frame(self.network(_tensor(self.preview_photo).to(self.device))[0])
        both = np.concatenate((self.preview_photo, painted), axis=1)
        path = self.run.folder / f"preview-{self.iteration:06}.png"
        part = path.with_suffix(".part.png")
        cv2.imwrite(str(part), np.rint(both[..., ::-1] * 255).astype(np.uint8))
        part.replace(path)


def first_network(recipe: Recipe, painting: Frame, start: Mapping[str, Tensor] | None = None) -> JohnsonNetwork:
    """The network before its first iteration.

    Random weights as torch draws them, but for the last layer's: the first picture has the painting's mean colour
    and contrast, which else take hundreds of iterations to be found.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        network = JohnsonNetwork(recipe.width)
    if start is not None:
        network.load_state_dict(start)
        return network
    with torch.no_grad():
        last = network.deconv3.conv2d
        last.weight *= FIRST_SCALE
        last.bias = nn.Parameter(torch.from_numpy(painting.mean((0, 1)) * SCALE))
    return network


def _tensor(picture: Frame) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None]


def _frame(x: Tensor) -> Frame:
    return np.ascontiguousarray(x.permute(1, 2, 0).cpu().numpy())


def _fitted(picture: Frame, longer: int, multiple: int = 1) -> tuple[int, int]:
    """The picture's (height, width) with its longer side scaled to `longer`, both multiples of `multiple`."""
    factor = longer / max(picture.shape[:2])
    height, width = (max(multiple, round(side * factor / multiple) * multiple) for side in picture.shape[:2])
    return height, width


def _digest(parts: Any) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part + b"\0")
    return digest.hexdigest()[:12]
