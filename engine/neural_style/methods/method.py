"""What a method is: the choices that the objective, the solver and the session leave open."""

from dataclasses import dataclass, replace
from typing import Literal

#: Where the content and the style are looked at: Gatys et al. 2016, section 2; the reference's layers.
CONTENT_LAYER = "relu4_2"
STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")

#: A picture to start from: T, the frame, noise, the previous picture along the flow, or the minimum of the pixel
#: and temporal terms alone.
Start = Literal["transformer", "frame", "noise", "warped", "closed form"]


@dataclass(frozen=True)
class Photometric:
    """How much the source may differ from its warped predecessor before what is carried along is trusted less.

    Deviations of normal curves, in sRGB. lightness: of all channels by one factor, as where a shadow passes. colour:
    of what no such factor explains, as where another thing is seen.
    """

    lightness: float
    colour: float


@dataclass(frozen=True)
class Method:
    """Targets, weights, start and iterations.

    T is the transformer network's picture of the frame; the pixel term always holds to it.

    start:             of a frame that has a previous picture; without one "closed form" is T.
    iterations:        of L-BFGS from there; 0 leaves the start as it is.
    first_start, first_iterations: the same for a frame that has none: the first of a shot, or every frame of a
                       method without a temporal term.
    stop:              end before that where the objective fell by less than this share over 50 iterations; 0 never.
    least_gain:        end before that where two steps in a row promise to lower the objective by less than this share
                       each; 0 never.
    content_from:      what the content term holds to: T or the frame itself.
    style_from:        what the style term holds to: T or the painting.
    pixel:             weight of half the *sum* of (x − T)² if `pixel_is_sum`, else of its *mean*.
    content, style:    weights of the means over features and Gram matrices.
    temporal:          weight of the mean of c·(x − warped earlier picture)².
    total_variation:   weight of the total variation's gradient.
    distances:         which earlier frames the temporal term looks at, in frames back, the nearest first.
    passes:            how often a shot is gone through, in alternating directions; see `multipass`.
    temporal_from_pass: the first pass, counted from 1, that has a temporal term.
    warp:              interpolation kernel that earlier pictures are warped with.
    flow_to_edges:     whether the flow is moved to the edges that the frames show; see `motion.to_edges`.
    motion_boundaries: whether motion boundaries count as unreliable.
    photometric:       how much the source's colours may change along the flow; None leaves that out.
    preconditioned:    whether the solver is told the curvature of the pixel and temporal terms, and takes its first
                       step by it.
    bfloat16:          whether features are computed in bfloat16 where the device is fast at it.
    """

    name: str
    start: Start
    iterations: int
    first_start: Start = "transformer"
    first_iterations: int = 0
    stop: float = 0.0
    least_gain: float = 0.0
    content_from: Literal["transformer", "frame"] = "transformer"
    style_from: Literal["transformer", "painting"] = "transformer"
    pixel: float = 0.0
    pixel_is_sum: bool = False
    content: float = 0.0
    style: float = 0.0
    temporal: float = 0.0
    total_variation: float = 0.0
    distances: tuple[int, ...] = (1,)
    passes: int = 1
    temporal_from_pass: int = 1
    warp: Literal["bilinear", "lanczos4"] = "bilinear"
    flow_to_edges: bool = False
    motion_boundaries: bool = True
    photometric: Photometric | None = None
    preconditioned: bool = False
    bfloat16: bool = False

    def __post_init__(self) -> None:
        if self.temporal and self.start == "closed form" and not self.pixel:
            raise ValueError(f"{self.name}: the closed form needs a pixel term where nothing is reliable")
        if self.distances[0] != 1 or list(self.distances) != sorted(set(self.distances)):
            raise ValueError(f"{self.name}: distances must rise from 1")

    @property
    def follows_time(self) -> bool:
        """Whether a frame depends on the ones before it."""
        return self.temporal > 0

    @property
    def uses_transformer(self) -> bool:
        """Whether T is needed at all."""
        starts = {self.start, self.first_start} & {"transformer", "closed form"}
        return bool(starts or self.pixel or self.content_from == "transformer" or self.style_from == "transformer")

    @property
    def uses_painting(self) -> bool:
        """Whether the style term holds to a painting."""
        return self.style_from == "painting"

    def pixel_weight(self, count: int) -> float:
        """The weight w of w/2 · Σ (x − T)² for a picture of `count` values (height × width × 3)."""
        return self.pixel if self.pixel_is_sum else 2 * self.pixel / count

    def adjusted(self, temporal: float = 1.0, iterations: int = 0) -> "Method":
        """This method with its temporal hold multiplied, and other iterations where it iterates at all."""
        return replace(
            self,
            temporal=self.temporal * temporal,
            iterations=iterations if iterations and self.iterations else self.iterations,
            first_iterations=iterations if iterations and self.first_iterations else self.first_iterations,
        )
