"""The methods, as data: each is a choice of weights, start and iterations of the one objective."""

from dataclasses import dataclass, replace
from typing import Literal

from neural_style.door.catalogue import METHODS as CATALOGUE
from neural_style.door.errors import NeuralStyleError

#: Where the content and the style are looked at: Gatys et al. 2016, section 2; the reference's layers.
CONTENT_LAYER = "relu4_2"
STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")


@dataclass(frozen=True)
class Method:
    """Weights, start and iterations.

    T is the transformer network's picture of the frame. All targets are T's.

    start:             "transformer" (T itself), "warped" (the previous picture along the flow) or
                       "closed form" (the minimum of the pixel and temporal terms alone).
    iterations:        of L-BFGS; 0 leaves the start as it is.
    pixel:             weight of half the *sum* of (x − T)² if `pixel_is_sum`, else of its *mean*.
    content, style:    weights of the means over features and Gram matrices.
    temporal:          weight of the mean of c·(x − warped previous)².
    total_variation:   weight of the total variation's gradient.
    warp:              interpolation kernel that the previous picture is warped with.
    motion_boundaries: whether motion boundaries count as unreliable.
    photometric:       how much, in sRGB, the source may differ from its warped predecessor before what is carried
                       along is trusted less there; 0 leaves that out.
    steadying:         how much of the pixel and content terms' target is carried along the flow from the
                       frame before: 0 is T alone.
    bfloat16:          whether features are computed in bfloat16 where the device is fast at it.
    """

    name: str
    start: Literal["transformer", "warped", "closed form"]
    iterations: int
    pixel: float = 0.0
    pixel_is_sum: bool = False
    content: float = 0.0
    style: float = 0.0
    temporal: float = 0.0
    total_variation: float = 0.0
    warp: Literal["bilinear", "lanczos4"] = "bilinear"
    motion_boundaries: bool = True
    photometric: float = 0.0
    steadying: float = 0.0
    bfloat16: bool = False

    @property
    def follows_time(self) -> bool:
        """Whether a frame depends on the one before it."""
        return self.temporal > 0

    def pixel_weight(self, count: int) -> float:
        """The weight w of w/2 · Σ (x − T)² for a picture of `count` values (height × width × 3)."""
        return self.pixel if self.pixel_is_sum else 2 * self.pixel / count

    def adjusted(self, temporal: float = 1.0, iterations: int = 0) -> "Method":
        """This method with its temporal hold multiplied, and other iterations where it iterates at all."""
        return replace(
            self,
            temporal=self.temporal * temporal,
            steadying=self.steadying * min(1.0, temporal),  # fades out with it, lest it ends all at once
            iterations=iterations if iterations and self.iterations else self.iterations,
        )


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        # Independent of the resolution: the pixel weight is a mean. Starting at the closed form needs a third
        # of the iterations and leaves no ghosts where something is uncovered; Lanczos keeps the sharpness that
        # bilinear warping loses a little of in every frame. Pixels and content hold to a T that is steadied
        # along the flow, which flickers less; the Gram matrices, weighed more, hold to the raw T, which is sharper.
        Method(
            name="steady",
            start="closed form",
            iterations=10,
            pixel=292.0,  # what the reference's sum comes to at 480×270, where it was tuned
            content=3e1,
            style=32.0,
            temporal=9e3,
            warp="lanczos4",
            motion_boundaries=False,
            photometric=0.04,
            steadying=0.7,
            bfloat16=True,
        ),
        # The published configuration ("Fast Artistic Videos"), term by term.
        Method(
            name="fast",
            start="warped",
            iterations=30,
            pixel=1.5e-3,
            pixel_is_sum=True,
            content=3e1,
            style=8.0,
            temporal=9e3,
            total_variation=1e-3,
        ),
        Method(name="blend", start="closed form", iterations=0, pixel=691.0, temporal=9e3),
        Method(name="johnson", start="transformer", iterations=0),
    )
}

assert tuple(METHODS) == tuple(entry.name for entry in CATALOGUE)  # what artists choose from is what there is


def method(name: str) -> Method:
    """The method of that name. Raises NeuralStyleError where there is none."""
    try:
        return METHODS[name]
    except KeyError:
        raise NeuralStyleError("unknown method", name, f"choose from {', '.join(METHODS)}") from None
