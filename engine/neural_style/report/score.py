"""Measures several paintings of one clip, frame by frame side by side, in constant memory."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from neural_style import shots
from neural_style.pixels import Frame
from neural_style.report import measures
from neural_style.report.lossless import Levels, from_levels
from neural_style.report.pairs import Pair, PairSource
from neural_style.report.perceptual import Grams, Judge, Look, carried_distance, content_distance, style_distance

#: How many frames back the long-term measures look.
LONG = 10

#: The perceptual distance over a long term, which costs a run of VGG-16, is taken at every so many frames of a shot.
LONG_EVERY = 5

#: The clip itself, which is measured as if it were a painting.
INPUT = "input"

#: A measure that is taken in a part of the frame, by the number of pixels in it: its mean over a clip weighs frames
#: by that, lest a frame with three such pixels says as much as one with thousands.
WEIGHED = {
    "disoccluded_absolute": "disoccluded_pixels",
    "disoccluded_squares": "disoccluded_pixels",
    f"returned_{LONG}": f"returned_{LONG}_pixels",
    "returned_first": "returned_first_pixels",
}


@dataclass
class Series:
    """The measures of one painting over time: by name a value for each frame, NaN where there is none."""

    values: dict[str, list[float]] = field(default_factory=dict)

    def mean(self, name: str) -> float:
        """The mean over the frames that have the measure, weighed as `WEIGHED` says; NaN where none has."""
        line = np.asarray(self.values.get(name, []), np.float64)
        weight = np.ones_like(line)
        if name in WEIGHED:
            weight = (
                np.nan_to_num(np.asarray(self.values[WEIGHED[name]], np.float64)) if name in self.values else weight
            )
        good = np.isfinite(line) & (weight > 0)
        return float(np.average(line[good], weights=weight[good])) if good.any() else float("nan")

    def drift(self, name: str, fps: float, shots: Sequence[tuple[int, int]]) -> measures.Drift:
        """Of the shots' drifts the one with the greatest change, whichever its sign; NaN where no shot has one."""
        found = [measures.drift(self.values.get(name, [])[start:end], fps) for start, end in shots]
        known = [one for one in found if np.isfinite(one.change)]
        return max(known, key=lambda one: abs(one.change), default=measures.Drift(float("nan"), float("nan")))


@dataclass(frozen=True)
class Scores:
    """What was measured of a clip.

    series: by the painting's name. shots: from the first frame to the one after the last, for each shot.
    """

    series: dict[str, Series]
    shots: list[tuple[int, int]]
    fps: float

    @property
    def frames(self) -> int:
        """How many frames were measured."""
        return self.shots[-1][1] if self.shots else 0

    @property
    def cuts(self) -> list[int]:
        """The first frame of each shot but the first."""
        return [start for start, _ in self.shots[1:]]


class _Moment(NamedTuple):
    place: int
    source: Frame
    pictures: dict[str, Frame | Levels]


class Scorer:
    """Takes a clip's frames in order, each with what all the paintings made of it.

    pairs:    how the motion is known. judge: None leaves out what is measured on VGG's features.
    base:     the name of the painting that the others are held against: T, the transformer network's own pictures.
    painting: the Gram matrices of the painting, where the style has one.

    Of earlier frames only the last `LONG` and the shot's first are kept. No pair reaches across a cut.
    """

    def __init__(
        self,
        pairs: PairSource,
        fps: float,
        judge: Judge | None = None,
        base: str | None = None,
        painting: Grams | None = None,
    ) -> None:
        self.pairs, self.fps, self.judge, self.base, self.painting = pairs, fps, judge, base, painting
        self._series: dict[str, Series] = {}
        self._starts: list[int] = []
        self.count = 0
        self._first: _Moment | None = None
        self._recent: deque[_Moment] = deque(maxlen=LONG)

    def add(self, source: Frame, pictures: Mapping[str, Frame | Levels]) -> None:
        """Measure one frame: the source's (H, W, 3), sRGB in [0, 1], and all paintings', floats or 8-bit levels."""
        now = _Moment(self.count, source, {INPUT: source, **pictures})
        if self._first is None or shots.is_cut(self._recent[-1].source, source):
            self._first = None
            self._recent.clear()
            self._starts.append(now.place)
        pairs = {name: (self._pair(now, then), then) for name, then in self._earlier().items()}
        fresh = ~pairs["1"][0].visible if self.pairs.exact and "1" in pairs else None
        returned = {name: self._returned(now, *pairs[name]) for name in (str(LONG), "first") if name in pairs}
        looks = self._looks(now)
        for name in now.pictures:
            found = self._single(now, name, looks)
            for kind, (pair, then) in pairs.items():
                found |= self._pairwise(now, then, name, kind, pair, looks, returned.get(kind))
            if fresh is not None and self.base is not None:
                apart = measures.distance(_floats(now, name), _floats(now, self.base), fresh)
                found |= {"disoccluded_absolute": apart.absolute, "disoccluded_squares": apart.squares}
                found["disoccluded_pixels"] = apart.pixels
            self._record(name, found)
        self.count += 1
        self._first = self._first or now
        self._recent.append(now)

    def scores(self) -> Scores:
        """What has been measured so far."""
        ends = [*self._starts[1:], self.count]
        return Scores(self._series, list(zip(self._starts, ends, strict=True)), self.fps)

    def _earlier(self) -> dict[str, _Moment]:
        """The frames of this shot that the next one is held against, by the name of the measure."""
        found: dict[str, _Moment] = {}
        if self._first is not None:
            found["1"] = self._recent[-1]
            if len(self._recent) == LONG:
                found[str(LONG)] = self._recent[0]
            found["first"] = self._first
        return found

    def _pair(self, now: _Moment, then: _Moment) -> Pair:
        return self.pairs.pair((now.place, now.source), (then.place, then.source))

    def _returned(self, now: _Moment, pair: Pair, then: _Moment) -> NDArray[np.bool_] | None:
        """What both frames show and one between them does not: covered or gone, and back again."""
        hidden = self.pairs.hidden_between(now.place, then.place)
        return None if hidden is None else pair.visible & hidden

    def _looks(self, now: _Moment) -> dict[str, Look]:
        return {name: self.judge.look(_floats(now, name)) for name in now.pictures} if self.judge else {}

    def _single(self, now: _Moment, name: str, looks: Mapping[str, Look]) -> dict[str, float]:
        picture = _floats(now, name)
        found = {
            "contrast": measures.contrast(picture),
            "brightness": measures.brightness(picture),
            "sharpness": measures.sharpness(picture),
        }
        if self.base is not None:
            apart = measures.distance(picture, _floats(now, self.base))
            found |= {"to_t_absolute": apart.absolute, "to_t_squares": apart.squares}
        if looks:
            found["content"] = content_distance(looks[name], looks[INPUT])
            if self.base is not None:
                found["style_to_t"] = style_distance(looks[name].grams, looks[self.base].grams)
            if self.painting is not None:
                found["style_to_painting"] = style_distance(looks[name].grams, self.painting)
        return found

    def _pairwise(
        self,
        now: _Moment,
        then: _Moment,
        name: str,
        kind: str,
        pair: Pair,
        looks: Mapping[str, Look],
        returned: NDArray[np.bool_] | None,
    ) -> dict[str, float]:
        picture, before = _floats(now, name), _floats(then, name)
        carried = pair.carried(before)
        found = {f"warping_{kind}": measures.distance(picture, carried, pair.visible).squares}
        if kind == "1":
            sharp = pair.carried(before, kernel="lanczos4")
            found["warping_lanczos"] = measures.distance(picture, sharp, pair.visible).squares
        if self.judge is not None and (kind == "1" or (now.place - self._starts[-1]) % LONG_EVERY == 0):
            found[f"perceptual_{kind}"] = carried_distance(self.judge, looks[name], picture, carried, pair.visible)
        if returned is not None:
            apart = measures.distance(picture, carried, returned)
            found |= {f"returned_{kind}": apart.squares, f"returned_{kind}_pixels": apart.pixels}
        return found

    def _record(self, name: str, found: Mapping[str, float]) -> None:
        """Append one frame's values; a measure that is new, or missing this time, is NaN where it has none."""
        values = self._series.setdefault(name, Series()).values
        for key in {*values, *found}:
            line = values.setdefault(key, [float("nan")] * self.count)
            line.append(found.get(key, float("nan")))


def _floats(moment: _Moment, name: str) -> Frame:
    picture = moment.pictures[name]
    return from_levels(np.asarray(picture, np.uint8)) if picture.dtype == np.uint8 else np.asarray(picture, np.float32)
