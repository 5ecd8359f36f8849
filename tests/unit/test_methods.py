"""The rows of the table against the papers: targets, weights, start and schedule of each."""

from dataclasses import replace

import pytest

from neural_style.door import catalogue
from neural_style.door.errors import NeuralStyleError
from neural_style.methods import METHODS, Method, method

PAINTING = {"content_from": "frame", "style_from": "painting", "content": 5.0, "style": 1e2, "total_variation": 1e-3}
RUDER = {**PAINTING, "start": "warped", "first_start": "noise", "temporal": 1e3, "pixel": 0.0}
FAST = {
    "content_from": "transformer",
    "style_from": "transformer",
    "start": "warped",
    "first_start": "transformer",
    "iterations": 30,
    "first_iterations": 0,
    "content": 3e1,
    "total_variation": 1e-3,
    "pixel_is_sum": True,
    "warp": "bilinear",
    "motion_boundaries": True,
    "photometric": None,
    "distances": (1,),
    "bfloat16": True,
}
ROWS = {
    # "Fast Artistic Videos": the first published set, the second, and the one without the pixel loss.
    "fast": {**FAST, "pixel": 1.5e-3, "style": 8.0, "temporal": 9e3},
    "fast-stable": {**FAST, "pixel": 9e-5, "style": 8.0, "temporal": 8e3},
    "fast-free": {**FAST, "pixel": 0.0, "style": 8.0, "temporal": 9e3},
    # Ruder et al. 2016: the basic algorithm, the timed one, sections 4.3 and 4.4.
    "ruder": {**RUDER, "iterations": 1000, "first_iterations": 2000, "stop": 1e-4, "distances": (1,), "passes": 1},
    "ruder-30": {**RUDER, "iterations": 30, "first_iterations": 2000},
    "ruder-long-term": {**RUDER, "iterations": 1000, "first_iterations": 2000, "distances": (1, 10, 20, 40)},
    "ruder-multipass": {**RUDER, "temporal": 5e2, "iterations": 100, "passes": 15, "temporal_from_pass": 8},
    # Gatys et al. 2016.
    "gatys": {**PAINTING, "first_start": "frame", "first_iterations": 500, "temporal": 0.0, "pixel": 0.0},
    "gatys-noise": {**PAINTING, "first_start": "noise", "first_iterations": 500, "temporal": 0.0, "pixel": 0.0},
    "johnson": {"first_start": "transformer", "first_iterations": 0, "temporal": 0.0},
}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_the_papers(name):
    row = METHODS[name]
    assert {key: getattr(row, key) for key in ROWS[name]} == ROWS[name]


def test_painterly_is_steady_with_the_painting_as_style():
    steady, painterly = METHODS["steady"], METHODS["painterly"]
    assert (painterly.content_from, painterly.style_from) == ("frame", "painting")
    assert painterly.start == "closed form"
    for name in ("temporal", "distances", "warp", "motion_boundaries", "photometric"):
        assert getattr(painterly, name) == getattr(steady, name)


def test_long_term_is_steady_that_looks_further_back():
    steady, row = METHODS["steady"], METHODS["steady-long-term"]
    assert (steady.distances, row.distances) == ((1,), (1, 2, 4, 8, 16, 32))
    assert replace(row, name=steady.name, distances=steady.distances) == steady


def test_what_artists_choose_from_is_what_there_is():
    """All but those that paint a whole shot at once, in an order of its own that files depend on."""
    names = {name for name, row in METHODS.items() if row.passes == 1}
    assert {entry.name for entry in catalogue.METHODS} == names
    assert {name for name in names if METHODS[name].uses_painting} == catalogue.METHODS_WITH_PAINTING


def test_who_needs_the_transformer_network():
    needed = {name for name, row in METHODS.items() if row.uses_transformer}
    assert {"steady", "painterly", "fast", "fast-free", "blend", "johnson"} <= needed
    assert not needed & {"ruder", "ruder-multipass", "gatys", "gatys-noise"}


def test_adjusting():
    row = METHODS["ruder"].adjusted(temporal=2.0, iterations=7)
    assert (row.temporal, row.iterations, row.first_iterations) == (2e3, 7, 7)
    assert METHODS["steady"].adjusted(iterations=7).first_iterations == METHODS["steady"].first_iterations == 0
    assert METHODS["blend"].adjusted(iterations=7).iterations == 0


def test_a_row_that_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="closed form"):
        Method("x", start="closed form", iterations=1, temporal=1.0)
    with pytest.raises(ValueError, match="distances"):
        Method("x", start="warped", iterations=1, distances=(2, 10))
    with pytest.raises(NeuralStyleError, match="choose from"):
        method("magic")
