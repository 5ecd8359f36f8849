"""The table of methods: one row each."""

from dataclasses import replace

from neural_style.door.errors import NeuralStyleError
from neural_style.methods.method import Method, Photometric

# Independent of the resolution: the pixel weight is a mean, three times what the reference's sum comes to at 480×270,
# so that what was carried along wrongly is gone a few frames later. Starting at the closed form needs a third of the
# iterations and leaves no ghosts where something is uncovered, as far as that is known: so the flow ends where the
# frames do, and is not trusted where the colours say otherwise. Lanczos keeps the sharpness that bilinear warping
# loses a little of in every frame, and the Gram matrices, weighed more, bring back the rest. The content, which is as
# unsteady as T, is weighed little: the pixels hold to T already.
_STEADY = Method(
    name="steady",
    start="closed form",
    iterations=6,
    pixel=1100.0,
    content=2.0,
    style=40.0,
    temporal=9e3,
    warp="lanczos4",
    flow_to_edges=True,
    motion_boundaries=False,
    photometric=Photometric(lightness=0.2, colour=0.03),
    preconditioned=True,
    bfloat16=True,
)

# The published configuration ("Fast Artistic Videos"), term by term. Features in bfloat16, where that is fast, come to
# the same objective (tests/bench/formats.py).
_FAST = Method(
    name="fast",
    start="warped",
    iterations=30,
    pixel=1.5e-3,
    pixel_is_sum=True,
    content=3e1,
    style=8.0,
    temporal=9e3,
    total_variation=1e-3,
    bfloat16=True,
)

# Gatys et al. 2016, sections 2 and 3: the frame's content, the painting's style, no time. The weights are Ruder's.
_GATYS = Method(
    name="gatys",
    start="frame",
    iterations=500,
    first_start="frame",
    first_iterations=500,
    content_from="frame",
    style_from="painting",
    content=5.0,
    style=1e2,
    total_variation=1e-3,
)

# Ruder et al. 2016, sections 3 and 5: the first frame from noise, the others from the warped previous one.
_RUDER = replace(
    _GATYS,
    name="ruder",
    start="warped",
    iterations=1000,
    first_start="noise",
    first_iterations=2000,
    stop=1e-4,
    temporal=1e3,
)

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        _STEADY,
        _FAST,
        Method(name="blend", start="closed form", iterations=0, pixel=691.0, temporal=9e3),
        Method(name="johnson", start="transformer", iterations=0),
        # What was covered, or left the frame, and comes back is painted as it was: some earlier frame shows it.
        replace(_STEADY, name="steady-long-term", distances=(1, 2, 4, 8, 16, 32)),
        # From T's picture towards the painting itself: its brushwork, which the transformer network only hints at. A
        # first frame needs all of its iterations, the others, which the one before holds, mostly less than half.
        replace(
            _STEADY,
            name="painterly",
            iterations=30,
            first_iterations=30,
            least_gain=1e-3,
            content_from="frame",
            style_from="painting",
            content=5.0,
            style=1e2,
        ),
        # The second published set of weights, "more stable".
        replace(_FAST, name="fast-stable", pixel=9e-5, temporal=8e3),
        replace(_FAST, name="fast-free", pixel=0.0),
        _RUDER,
        # As the reference was timed against it. The first frame needs its many iterations even so: from noise the
        # first hundred hardly move.
        replace(_RUDER, name="ruder-30", iterations=30),
        # Section 4.3, long-term consistency, with the distances of their experiments.
        replace(_RUDER, name="ruder-long-term", distances=(1, 10, 20, 40)),
        _GATYS,
        replace(_GATYS, name="gatys-noise", start="noise", first_start="noise"),
        # Section 4.4, the multi-pass algorithm.
        replace(
            _RUDER,
            name="ruder-multipass",
            iterations=100,
            first_iterations=100,
            stop=0.0,
            temporal=5e2,
            passes=15,
            temporal_from_pass=8,
        ),
    )
}


def method(name: str) -> Method:
    """The method of that name. Raises NeuralStyleError where there is none."""
    try:
        return METHODS[name]
    except KeyError:
        raise NeuralStyleError("unknown method", name, f"choose from {', '.join(METHODS)}") from None
