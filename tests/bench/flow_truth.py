"""Scores the optical flows and the masks of reliability against truth clips: end-point error, precision and recall.

`.envs/engine/bin/python tests/bench/flow_truth.py CLIP ...`, on folders that tests/truth/render.py made. Prints three
tables, one row for each clip and flow. The flow is the one that frames are carried along: from each frame to the one
before. Its end-point error is taken where the point is visible in both; a pixel is *bad* where it is over 1 px. A mask
tells where not to trust the flow (reliability under 0.5). It is held against the pixels that are not visible in the
frame before, and then against those that had better not be carried along: not visible, or bad.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tabulate import tabulate
from tqdm import tqdm

from neural_style import motion
from neural_style.methods import METHODS
from neural_style.pixels import Frame
from neural_style.truth import TruthClip

#: The masks, by name: the two of the published methods, and the default method's.
MASKS = ("consistency", "+ boundaries", "+ colours")


#: The flows: those of the engine, and those of the default method, which are moved to the edges that the frames show.
EDGES = " to edges"
KINDS = (*motion.FLOWS, f"dis{EDGES}", f"dis-torch{EDGES}")

#: The end-point error, in pixels, over which a pixel is bad.
BAD = 1.0


@dataclass
class Mask:
    """Counts of pixels: those rightly masked, wrongly masked, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, said: np.ndarray, true: np.ndarray) -> None:
        self.right += int((said & true).sum())
        self.wrong += int((said & ~true).sum())
        self.missed += int((~said & true).sum())

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)

    def __str__(self) -> str:
        return f"{self.precision:.2f} / {self.recall:.2f} / {self.f1:.2f}"


@dataclass
class Score:
    """A flow on a clip.

    errors:  end-point errors in pixels, of all visible pixels of all pairs.
    trusted: the same, of those that the mask of consistency lets through, visible or not.
    hidden:  the share of pixels that are not visible in the frame before.
    masks:   held against those; faults: against those and the bad ones.
    """

    clip: str
    flow: str
    errors: np.ndarray = field(default_factory=lambda: np.zeros(0))
    trusted: np.ndarray = field(default_factory=lambda: np.zeros(0))
    hidden: float = 0.0
    masks: dict[str, Mask] = field(default_factory=lambda: {mask: Mask() for mask in MASKS})
    faults: dict[str, Mask] = field(default_factory=lambda: {mask: Mask() for mask in MASKS})

    @property
    def bad(self) -> float:
        return float((self.errors > BAD).mean())


def reliabilities(there: Frame, back: Frame, here: Frame, before: Frame) -> Iterator[tuple[str, Frame]]:
    """Each mask's reliability of a flow from a frame to the one before, given the reverse flow."""
    plain = motion.reliability(there, back, motion_boundaries=False)
    allowed = METHODS["steady"].photometric
    colours = motion.photometric_reliability(here, before, there, allowed) if allowed else 1
    yield from zip(MASKS, (plain, motion.reliability(there, back), plain * colours), strict=True)


def estimator(name: str) -> Callable[[Frame, Frame], Frame]:
    """What estimates a flow, by its name in `KINDS`."""
    flow = motion.FLOWS[name.removesuffix(EDGES)]()
    if not name.endswith(EDGES):
        return flow
    return lambda a, b: motion.to_edges(flow(a, b), a, b)


def score(clip: TruthClip, name: str) -> Score:
    """Score a flow, of `KINDS`, on every pair of frames that follow each other."""
    estimate = estimator(name)
    result = Score(clip.name, name)
    errors, trusted, hidden = [], [], []
    before = clip.frame(0)
    for index in tqdm(range(1, clip.count), f"{clip.name}, {name}", leave=False):
        here = clip.frame(index)
        true = clip.motion(index, index - 1)
        there, back = estimate(here, before), estimate(before, here)
        error = np.linalg.norm(there - true.flow, axis=-1)
        for mask, reliability in reliabilities(there, back, here, before):
            said = reliability < 0.5
            result.masks[mask].add(said, ~true.visible)
            result.faults[mask].add(said, ~true.visible | (error > BAD))
            if mask == MASKS[0]:
                trusted.append(error[~said])
        errors.append(error[true.visible])
        hidden.append(1 - true.visible.mean())
        before = here
    result.errors, result.trusted = np.concatenate(errors), np.concatenate(trusted)
    result.hidden = float(np.mean(hidden))
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="+", type=Path, metavar="CLIP", help="folders of truth clips")
    parser.add_argument("--flow", nargs="+", choices=KINDS, default=KINDS)
    given = parser.parse_args()
    scores = [score(TruthClip.open(folder), name) for folder in given.clips for name in given.flow]
    rows = [
        (s.clip, s.flow, s.errors.mean(), np.median(s.errors), 100 * s.bad, s.trusted.mean(), 100 * s.hidden)
        for s in scores
    ]  # fmt: skip
    head = ("clip", "flow", "mean error, px", "median", "bad, %", "mean where trusted", "not visible, %")
    print(tabulate(rows, head, tablefmt="pipe", floatfmt=("", "", ".2f", ".2f", ".1f", ".2f", ".1f")))
    for title, kind in (("Not visible in the frame before", "masks"), ("Not visible, or bad", "faults")):
        counted = [(s.clip, s.flow, *map(str, getattr(s, kind).values())) for s in scores]
        table = tabulate(counted, ("clip", "flow", *MASKS), tablefmt="pipe", disable_numparse=True)
        print(f"\n{title}: precision / recall / F1\n\n{table}")


if __name__ == "__main__":
    main()
