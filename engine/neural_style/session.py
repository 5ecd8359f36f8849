"""One stream of frames in time: each is painted from the one before, back to the cut."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np

from neural_style import shots, styles, upscale
from neural_style.beside import Beside, seen
from neural_style.cache import FrameCache, State, derived_key, frame_key
from neural_style.door.errors import NeuralStyleError
from neural_style.door.messages import Settings
from neural_style.foresight import Foresight
from neural_style.halves import as_kept
from neural_style.methods import METHODS, Method
from neural_style.methods import method as find_method
from neural_style.painter import Painter
from neural_style.pixels import Frame, from_working, to_working, working_size
from neural_style.temporal import Carried

#: As far as any method looks back, in frames.
FARTHEST = max(max(method.distances) for method in METHODS.values())

#: Pixels alone.
_NOTHING = Beside()

#: The most that a style's share of a blend may change from one frame to the next without a cut.
FARTHEST_SHARE = 0.25


@dataclass(frozen=True)
class Result:
    """A finished frame: the picture at the size that was asked for, and what `Painted` tells about it.

    planes: those of `door.planes.OUTPUTS` that were asked for, of the source's size.
    """

    picture: Frame
    key: str
    cut: bool
    cached: bool
    seconds: dict[str, float]
    note: str = ""
    planes: Mapping[str, Frame] = field(default_factory=dict)


@dataclass(frozen=True)
class InHand:
    """A frame that is painted, or was painted last: what the next one is expected by.

    frame: at the working size; line: the keys of the frames before it in its shot, the nearest first.
    """

    frame: Frame
    settings: Settings
    method: Method
    line: tuple[str, ...]


def check(settings: Settings) -> None:
    """Raise NeuralStyleError where a setting makes no sense; loads and fetches nothing."""
    method = find_method(settings.method)
    styles.check(settings.style, settings.painting)
    if method.uses_painting:
        styles.painting_digest(settings.style, settings.painting)
    for name, low, high in (
        ("style_weight", 0, 1),
        ("temporal", 0, 4),
        ("iterations", 0, 10000),
        ("seed", 0, 2**31 - 1),
    ):
        value = getattr(settings, name)
        if not low <= value <= high:
            raise NeuralStyleError(
                f"{name.replace('_', ' ')} must be between {low} and {high}", f"{value}", "choose a value in between"
            )
    if settings.upscale not in upscale.FACTORS:
        raise NeuralStyleError("a picture cannot be enlarged that many times", f"{settings.upscale}", "use 1, 2 or 4")
    if settings.working_width < 0:
        raise NeuralStyleError("the working width is negative", f"{settings.working_width}", "use 0 for the full width")


def look(settings: Settings, method: Method) -> str:
    """Names the style, the painting and the variant: frames of another look do not follow each other."""
    name = f"{styles.digest(settings.style)} {settings.seed}"
    if method.uses_painting:
        name += f" {styles.painting_digest(settings.style, settings.painting)}"
    return name


def parts(settings: Settings, method: Method) -> dict[str, float]:
    """What a look consists of, by share: the seed, and the parts of the style and of the painting."""
    found = {f"seed {settings.seed}": 1.0}
    for style, share in styles.resolve(settings.style):
        found[style.network.digest] = found.get(style.network.digest, 0.0) + share
    if method.uses_painting:
        # Its own parts where it is given; else they are the style's, and move with its shares.
        given = styles.painting_digest(settings.style, settings.painting) if settings.painting else ""
        found[f"painting {given}"] = 1.0
    return found


def near(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Whether a frame of one look may follow a frame of the other: a blend that turns slowly is no cut.

    Where a share moves by more than `FARTHEST_SHARE` from a frame to the next, a new style begins on that very frame.
    """
    moved = (abs(one.get(part, 0.0) - other.get(part, 0.0)) for part in {*one, *other})
    return bool(one) and max(moved) <= FARTHEST_SHARE


class Session:
    """Paints the frames of one stream, in any order, each after the predecessor that it is told of.

    The state of the frame painted last stays in memory, all states in the cache: a session that is made anew
    goes on where another ended, and gives the same pictures.
    """

    def __init__(self, painter: Painter, cache: FrameCache, is_cut: Callable[[Frame, Frame], bool] = shots.is_cut):
        self.painter = painter
        self.cache = cache
        self.is_cut = is_cut
        self._last: tuple[str, State] | None = None
        #: None where it was found in the cache, as the next one will be.
        self._in_hand: InHand | None = None

    def paint(
        self,
        source: Frame,
        settings: Settings,
        previous: str | None = None,
        enlarged: bool = False,
        beside: Beside = _NOTHING,
        outputs: Sequence[str] = (),
    ) -> Result:
        """Paint one frame.

        source: (H, W, 3) float32, sRGB, unclipped; previous: the key of the frame before, None at a shot's start;
        enlarged: whether the picture comes back `settings.upscale` times as large as the source, not in its size;
        beside: what came along with the source; outputs: the planes that are wanted beside the picture.
        """
        check(settings)
        start = perf_counter()
        method = find_method(settings.method).adjusted(settings.temporal, settings.iterations)
        if method.passes > 1:
            raise NeuralStyleError(
                "this method paints whole shots, not single frames", settings.method, "use `neural-style paint`"
            )
        frame = to_working(source, settings.working_width)
        before, note = self._state(previous) if previous and method.follows_time else (None, "")
        if before is not None and before.source.shape != frame.shape:
            before, note = None, "the size changed, so a new shot starts here"
        own_look = look(settings, method)
        own_parts = parts(settings, method)
        if before is not None and before.look != own_look and not near(before.parts, own_parts):
            before = None  # another style begins on this very frame, not some frames later
        cut = before is not None and self.is_cut(before.source, frame)
        if cut:
            before = None
        line = (previous, *before.line)[:FARTHEST] if previous and before is not None else ()
        earlier = self._earlier(method, line, before)
        rendered = beside.rendered(settings.working_width) if method.follows_time else None
        exact = () if rendered is None else (rendered.digest(),)
        key = frame_key(frame, list(earlier), own_look, self.painter.describe(method), *exact)
        prepared = perf_counter() - start

        state = self._kept(key)
        cached = state is not None
        seconds: dict[str, float] = {}
        carried: Sequence[Carried] = ()
        self._in_hand = None if cached else InHand(frame, settings, method, line)
        if state is None:
            painted = self.painter.paint(frame, settings, method, list(earlier.values()), rendered)
            state, seconds, carried = painted.state, painted.seconds, painted.carried
            state = replace(state, look=own_look, line=line, parts=own_parts).rounded()
        start = perf_counter()
        if not cached:
            self.cache.put(key, state)
        self._last = key, state
        picture = self.finished(source, settings, state.picture, seconds, None if enlarged else key, beside.mask)
        planes: dict[str, Frame] = {}
        if outputs:
            if cached:
                carried = self.painter.carried(frame, method, list(earlier.values())[:1], rendered)
            planes = _seen(outputs, source, settings, carried)
        seconds["transport"] = prepared + perf_counter() - start - seconds.get("upscale", 0.0)
        return Result(picture, key, cut, cached, seconds, note, planes)

    def expect(self, source: Frame, foresight: Foresight, beside: Beside = _NOTHING) -> None:
        """Begin with what the frame after the one in hand will ask for; from another thread than paints.

        source, beside: as `paint` will be given them; the settings are taken to be those of the frame in hand.
        """
        hand = self._in_hand
        if hand is None:
            return
        frame, before = to_working(source, hand.settings.working_width), as_kept(hand.frame)
        earlier: list[Frame] = []
        if hand.method.follows_time and frame.shape == before.shape and not self.is_cut(before, frame):
            for distance in hand.method.distances:
                if distance == 1 and beside.vectors is None:
                    earlier.append(before)
                elif 1 < distance <= len(hand.line) + 1 and (state := self.cache.get(hand.line[distance - 2])):
                    earlier.append(state.source)
        foresight.expect(frame, earlier, hand.method, hand.settings.style, hand.settings.seed)

    def finished(
        self,
        source: Frame,
        settings: Settings,
        picture: Frame,
        seconds: dict[str, float],
        key: str | None = None,
        mask: Frame | None = None,
    ) -> Frame:
        """What is shown of a picture that was painted of a source. Adds what super-resolution takes to `seconds`.

        picture: at the working size; key: of the frame, where what is shown has the source's size, and is kept to be
        asked for again; without one it is `settings.upscale` times as large as the source. mask: of `Beside`.
        """
        height, width = source.shape[:2]
        times = settings.upscale if key is None else 1
        size = times * height, times * width
        factor = upscale.needed(settings.upscale, working_size(height, width, settings.working_width)[1], size[1])

        def enlarge(picture: Frame) -> Frame:
            start = perf_counter()
            # The pictures of a film are written once, and at 4K a hundred of them would fill the cache.
            picture = self.painter.upscaler(picture, factor) if key is None else self._enlarged(key, picture, factor)
            seconds["upscale"] = perf_counter() - start
            return picture

        return from_working(
            picture,
            source,
            settings.working_width,
            settings.style_weight,
            settings.original_colours,
            size,
            enlarge if factor > 1 else None,
            mask,
        )

    def _enlarged(self, key: str, picture: Frame, factor: int) -> Frame:
        """The picture of the frame with this key by super-resolution, made or kept from before."""
        upscaler = self.painter.upscaler
        name = derived_key(key, upscaler.name, str(factor), str(picture.shape))
        kept = self.cache.get_picture(name)
        if kept is None:
            # As it comes back from the disk, so that it is the same the next time.
            kept = as_kept(upscaler(picture, factor))
            self.cache.put_picture(name, kept)
        return kept

    def _earlier(self, method: Method, line: Sequence[str], before: State | None) -> dict[str, State]:
        """The frames that the method looks back to, as far as they are still kept, by key, the nearest first."""
        found: dict[str, State] = {}
        for distance in method.distances:
            if before is not None and distance <= len(line):
                state = before if distance == 1 else self.cache.get(line[distance - 1])
                if state is not None:
                    found[line[distance - 1]] = state
        return found

    def _kept(self, key: str) -> State | None:
        if self._last is not None and self._last[0] == key:
            return self._last[1]
        return self.cache.get(key)

    def _state(self, key: str) -> tuple[State | None, str]:
        """The state under a key, and a note where it is lost."""
        state = self._kept(key)
        return state, "" if state is not None else "the frame before is no longer kept, so a new shot starts here"


def _seen(names: Sequence[str], source: Frame, settings: Settings, carried: Sequence[Carried]) -> dict[str, Frame]:
    """The planes of these names, of the source's size, of what the frame before said."""
    height, width = source.shape[:2]
    tall, wide = working_size(height, width, settings.working_width)
    first = carried[0] if carried else None
    flow = np.zeros((tall, wide, 2), np.float32) if first is None else first.flow[:tall, :wide]
    reliability = np.zeros((tall, wide), np.float32) if first is None else first.reliability[:tall, :wide]
    return seen(names, flow, reliability, (height, width))
