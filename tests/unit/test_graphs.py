"""Solves as graphs: they ask nothing of the device on the way, and a recorded one does the same with other values.

Recorded by torch's tracer, which works on any machine; on a GPU by CUDA, too.
"""

from dataclasses import replace

import pytest
import torch
from torch.fx.experimental.proxy_tensor import make_fx

from frames import texture
from neural_style import weights
from neural_style.graphs import Graphs
from neural_style.methods import METHODS
from neural_style.networks.vgg import VGG
from neural_style.objective import Previous, Targets, closed_form
from neural_style.pixels import to_vgg
from neural_style.solve import solve
from operations import Operations, Taken

HEIGHT, WIDTH = 48, 64


@pytest.fixture(scope="module")
def vgg():
    return VGG(weights.tensors("vgg16"))


def picture(seed):
    return to_vgg(texture(HEIGHT, WIDTH, seed))


def given(method, seed):
    """Targets and an earlier picture of a frame, and where its solve starts."""
    goal = picture(seed)
    reliability = torch.rand(1, 1, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(seed))
    previous = [Previous(picture(seed + 1), reliability)]
    return Targets(goal, goal, goal), previous, closed_form(method, goal, previous)


def taken(vgg, method, seed, rows=None):
    graphs = Taken()
    targets, previous, start = given(method, seed)
    result = solve(graphs, vgg, method, targets, previous, start, 4, rows)
    return graphs, result


@pytest.mark.parametrize("name", ["steady", "fast", "gatys"])
@pytest.mark.parametrize("rows", [None, 16])
def test_a_solve_never_waits_for_the_device(vgg, name, rows):
    method = replace(METHODS[name], style_from="transformer")
    graphs, _ = taken(vgg, method, 1, rows)
    with Operations() as operations:
        graphs.function(*graphs.tensors)
    assert "convolution" in operations.names
    assert not operations.waiting
    with Operations() as asked:
        float(graphs.tensors[0].sum())
    assert asked.waiting  # that a question would be seen


@pytest.mark.parametrize("rows", [None, 16])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_all_of_a_solve_is_on_the_device(rows, dtype):
    """On one without values: what was made on the host does not go together with its tensors, and nothing is read."""
    there = torch.device("meta")
    for name in ("steady", "fast"):
        targets, previous, start = given(METHODS[name], 1)
        goal, warped, reliability = (t.to(there) for t in (targets.pixel, previous[0].warped, previous[0].reliability))
        network = VGG(weights.tensors("vgg16"), dtype).to(there)
        targets = Targets(goal, goal, goal)
        found = solve(
            Graphs(), network, METHODS[name], targets, [Previous(warped, reliability)], start.to(there), 4, rows
        )
        assert found.device == there and found.shape == start.shape


@pytest.mark.parametrize("name", ["steady", "fast"])
def test_a_solve_that_was_recorded_paints_other_frames(vgg, name):
    method = METHODS[name]
    first, _ = taken(vgg, method, 1)
    recorded = make_fx(first.function)(*first.tensors)
    second, expected = taken(vgg, method, 5)
    assert second.key == first.key
    (found,) = recorded(*second.tensors)
    assert torch.equal(found, expected)
    assert not torch.allclose(found, first.function(*first.tensors)[0], atol=1)


def test_a_tensor_that_is_several_targets_is_handed_over_once(vgg):
    method = METHODS["steady"]
    graphs, _ = taken(vgg, method, 1)
    assert len(graphs.tensors) == 4  # T, the earlier picture, its reliability, the start
    targets, previous, start = given(method, 1)
    apart = Taken()
    solve(apart, vgg, method, replace(targets, content=picture(9)), previous, start, 2)
    assert len(apart.tensors) == 5
    assert apart.key != graphs.key


@pytest.mark.parametrize(("ends", "iterations"), [({"stop": 0.5}, 51), ({"least_gain": 0.5}, 3)])
def test_a_solve_that_looks_at_the_objective_is_no_graph(vgg, ends, iterations):
    graphs = Taken()
    targets, previous, start = given(METHODS["steady"], 1)
    solve(graphs, vgg, replace(METHODS["steady"], **ends), targets, previous, start, iterations)
    assert not hasattr(graphs, "key")


def test_a_solve_ends_where_its_method_says_so(vgg):
    """Where hardly any gain is enough, after the second step that promises one, which is taken: the third of all."""
    method = METHODS["steady"]
    targets, previous, start = given(method, 1)
    ended = solve(Graphs(), vgg, replace(method, least_gain=1e6), targets, previous, start, 30)
    assert torch.equal(ended, solve(Graphs(), vgg, method, targets, previous, start, 3))


def test_what_depends_on_something_else_has_another_key(vgg):
    def key(method, iterations=2, rows=None):
        graphs = Taken()
        targets, previous, start = given(method, 1)
        solve(graphs, vgg, method, targets, previous, start, iterations, rows)
        return graphs.key

    steady = METHODS["steady"]
    keys = {key(steady), key(steady, 3), key(steady, rows=16), key(replace(steady, pixel=2 * steady.pixel))}
    assert len(keys) == 4


@pytest.mark.skipif(not torch.cuda.is_available(), reason="graphs are CUDA's")
class TestCuda:
    """The same on a GPU, recorded for good."""

    def test_a_graph_gives_what_its_operations_give(self, vgg):
        method, there = METHODS["steady"], torch.device("cuda")
        vgg, graphs, plain = vgg.to(there), Graphs(), Taken()
        for seed in (1, 5, 9):
            targets, previous, start = given(method, seed)
            on = [tensor.to(there) for tensor in (targets.pixel, previous[0].warped, previous[0].reliability, start)]
            targets, previous, start = Targets(on[0], on[0], on[0]), [Previous(on[1], on[2])], on[3]
            found = solve(graphs, vgg, method, targets, previous, start, 6)
            solve(plain, vgg, method, targets, previous, start, 6)
            (expected,) = plain.function(*plain.tensors)
            assert torch.allclose(found, expected, atol=1e-2)
        assert len(graphs._graphs) == 1
        vgg.to("cpu")

    def test_the_longest_unused_goes(self):
        graphs = Graphs(most=2)
        x = torch.arange(4.0, device="cuda")
        for factor in (1, 2, 1, 3, 1):
            (found,) = graphs.run(factor, lambda x, factor=factor: (factor * x,), [x])
            assert torch.equal(found, factor * x)
        assert {key[0] for key in graphs._graphs} == {1, 3}
