"""L-BFGS: the same steps as PyTorch's own, which follows the reference's Torch."""

import os

import pytest
import torch

from frames import texture
from neural_style import weights
from neural_style.bench.machine import peak_memory
from neural_style.methods import METHODS
from neural_style.networks.vgg import VGG
from neural_style.objective import Objective, Previous, Targets
from neural_style.pixels import to_vgg
from neural_style.solver import minimise


def valley(x: torch.Tensor) -> torch.Tensor:
    """A curved valley in which steps without a line search stay calm: a quartic with neighbours coupled."""
    flat = x.flatten()
    return (0.1 * (flat - 0.3) ** 4 + torch.linspace(0.1, 2, len(flat)) * flat**2).sum() + (
        0.5 * (flat[1:] - flat[:-1] - 0.2).square().sum()
    )


def evaluate(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    x = x.detach().requires_grad_(True)
    value = valley(x)
    return value.detach(), torch.autograd.grad(value, x)[0]


@pytest.mark.parametrize(("iterations", "history"), [(1, 100), (2, 100), (12, 100), (15, 100), (15, 5), (15, 1)])
def test_steps_are_those_of_torch(iterations, history):
    start = torch.linspace(-0.5, 0.5, 24, dtype=torch.float64).view(1, 3, 2, 4)
    theirs = start.clone().requires_grad_(True)
    optimizer = torch.optim.LBFGS(
        [theirs], max_iter=iterations, max_eval=10**6, history_size=history, tolerance_grad=0, tolerance_change=0
    )

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        value = valley(theirs)
        value.backward()
        return value

    optimizer.step(closure)
    ours = minimise(evaluate, start, iterations, history)
    assert torch.allclose(ours, theirs.detach(), rtol=1e-8, atol=1e-10)
    assert valley(ours) < valley(start)


def test_with_a_known_curvature_the_first_step_is_a_tenth_of_what_would_minimise_it():
    start = torch.linspace(-0.5, 0.5, 24, dtype=torch.float64).view(1, 3, 2, 4)
    curvature = torch.linspace(1, 30, 8, dtype=torch.float64).view(1, 1, 2, 4)
    first = minimise(evaluate, start, 1, curvature=curvature)
    assert torch.allclose(first, start - 0.1 * evaluate(start)[1] / curvature)


@pytest.mark.parametrize("curvature", [torch.full((), 0.5), torch.linspace(0.1, 2, 8).view(1, 1, 2, 4)])
def test_such_a_first_step_goes_no_farther_than_three_levels(curvature):
    """A pull that is far stronger than what is known of the curvature, as a painting's on a network's picture."""
    curvature, start = curvature.double(), torch.zeros(1, 3, 2, 4, dtype=torch.float64)
    pull = torch.linspace(-900, 700, 24, dtype=torch.float64).view_as(start)
    moved = minimise(lambda x: ((x * pull).sum(), pull), start, 1, curvature=curvature)
    assert float(moved.square().mean().sqrt()) == pytest.approx(3, rel=1e-12)
    assert torch.allclose(moved / moved[0, 0, 0, 0], (pull / curvature) / (pull / curvature)[0, 0, 0, 0])
    at_rest = minimise(lambda x: (x.sum(), torch.zeros_like(x)), start, 2, curvature=curvature)
    assert torch.equal(at_rest, start)


def test_a_known_curvature_saves_iterations():
    """A bowl whose sides are a hundred times as steep in one half as in the other, and coupled a little."""
    steep = torch.cat([torch.full((200,), 100.0), torch.ones(200)]).double()
    goal = torch.linspace(-1, 1, 400).double() * torch.arange(400).remainder(3).sub(1)

    def bowl(x):
        x = x.detach().requires_grad_(True)
        value = (steep * (x - goal).square()).sum() + 0.3 * (x[1:] - x[:-1]).square().sum()
        return value.detach(), torch.autograd.grad(value, x)[0]

    start = torch.zeros(400).double()
    values = {name: bowl(minimise(bowl, start, 8, curvature=known))[0] for name, known in ((0, None), (1, steep))}
    least = bowl(minimise(bowl, start, 400))[0]
    assert values[1] - least < 0.05 * (values[0] - least)


def test_one_evaluation_an_iteration():
    calls = []
    start = torch.zeros(6, dtype=torch.float64)
    minimise(lambda x: calls.append(1) or evaluate(x), start, 7)
    assert len(calls) == 7


def test_no_iterations_leave_the_start_alone():
    start = torch.ones(3)
    assert minimise(evaluate, start, 0) is start


def test_a_flat_place_is_no_fault():
    start = torch.ones(4)
    assert torch.equal(minimise(lambda x: (x.sum(), torch.zeros_like(x)), start, 5), start)


@pytest.mark.parametrize(("stop", "evaluations"), [(0.0, 400), (1e-4, 101), (1e-30, 400)])
def test_a_solve_that_gains_no_more_stops(stop, evaluations):
    """A bowl with a floor of 1, which is reached in a few steps: the first look, at 50, sees the fall, the next none.

    The floor sinks by 1e-9 with every call, which the strictest tolerance still takes for a gain.
    """
    calls = []
    start, scale = torch.linspace(1, 2, 5, dtype=torch.float64), torch.linspace(1, 3, 5, dtype=torch.float64)

    def bowl(x):
        calls.append(1)
        return 1 + (scale * x.square()).sum() - 1e-9 * len(calls), 2 * scale * x

    minimise(bowl, start, 400, stop=stop)
    assert len(calls) == evaluations


@pytest.mark.parametrize(("least_gain", "within"), [(1e-2, 3e-2), (1e-4, 1e-3), (1e-6, 1e-5)])
def test_a_solve_that_promises_no_more_ends(least_gain, within):
    """The less must be promised, the more iterations are made, and the nearer the end is to what can be had."""
    start = torch.linspace(-0.5, 0.5, 400, dtype=torch.float64)
    least = valley(minimise(evaluate, start, 400))
    calls = []
    ended = minimise(lambda x: calls.append(1) or evaluate(x), start, 400, least_gain=least_gain)
    assert least < valley(ended) < (1 + within) * least
    assert valley(minimise(evaluate, start, len(calls))) == valley(ended)  # each step that was made up is taken
    assert len(calls) < 100


def test_one_step_that_promises_little_is_not_the_end():
    """After a first step far across the valley the model is a steep one, and its next step a short one."""
    curvature = torch.full((), 1e-3, dtype=torch.float64)
    start = torch.linspace(-0.5, 0.5, 24, dtype=torch.float64) * 40
    calls = []
    ended = minimise(lambda x: calls.append(1) or evaluate(x), start, 60, curvature=curvature, least_gain=1e-3)
    assert valley(ended) < 1.01 * valley(minimise(evaluate, start, 400))
    assert len(calls) < 60


def wave(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Hills and valleys: some steps meet negative curvature."""
    x = x.detach().requires_grad_(True)
    value = (torch.cos(3 * x) + 0.3 * x.square()).sum() + 0.1 * (x[1:] * x[:-1]).sum()
    return value.detach(), torch.autograd.grad(value, x)[0]


def test_pairs_of_negative_curvature_are_left_out_as_torch_does():
    start = torch.linspace(-0.2, 0.3, 7, dtype=torch.float64)
    theirs = start.clone().requires_grad_(True)
    optimizer = torch.optim.LBFGS([theirs], max_iter=12, max_eval=10**6, tolerance_grad=0, tolerance_change=0)
    gradients, places = [], []

    def closure() -> torch.Tensor:
        value, theirs.grad = wave(theirs)
        gradients.append(theirs.grad.clone())
        places.append(theirs.detach().clone())
        return value

    optimizer.step(closure)
    curvatures = [
        float((gradients[i + 1] - gradients[i]) @ (places[i + 1] - places[i])) for i in range(len(places) - 1)
    ]
    assert min(curvatures) < 0 < max(curvatures)
    assert torch.allclose(minimise(wave, start, 12), theirs.detach(), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(("dtype", "iterations", "levels"), [(torch.float64, 10, 1e-4), (torch.float32, 5, 0.1)])
def test_the_same_pictures_as_torch_paints(dtype, iterations, levels):
    """The published objective itself. In float32 roundings grow from step to step: ten steps on, they can be seen."""
    vgg = VGG(weights.tensors("vgg16"), dtype)
    goal, before = (to_vgg(texture(32, 32, seed)).to(dtype) for seed in (1, 2))
    previous = Previous(before, torch.ones(1, 1, 32, 32, dtype=dtype))
    objective = Objective(METHODS["fast"], vgg, Targets(goal, goal, goal), [previous])
    theirs = before.clone().requires_grad_(True)
    optimizer = torch.optim.LBFGS([theirs], max_iter=iterations, max_eval=100, tolerance_grad=0, tolerance_change=0)

    def closure() -> torch.Tensor:
        value, theirs.grad = objective.evaluate(theirs)
        return value

    optimizer.step(closure)
    ours = minimise(objective.evaluate, before, iterations)
    assert (ours - before).abs().max() > 10
    assert (ours - theirs.detach()).abs().max() < levels


def test_the_host_never_looks_into_a_tensor():
    """Tensors of the meta device have shapes and no values: whoever asks for one fails."""
    vgg = VGG(weights.tensors("vgg16")).to("meta")
    x = torch.zeros(1, 3, 32, 32, device="meta")
    previous = Previous(x, x[:, :1])
    for name in ("fast", "steady"):
        objective = Objective(METHODS[name], vgg, Targets(x, x, x), [previous])
        picture = minimise(objective.evaluate, x, 5, history=3)
        assert picture.shape == x.shape and picture.device.type == "meta"
    with pytest.raises(RuntimeError):
        minimise(lambda x: (x.sum(), x), x, 60, stop=1e-4)  # the one look that is allowed


@pytest.mark.skipif(not peak_memory(os.getpid()), reason="this system does not tell how much memory is held")
def test_memory_does_not_grow_from_frame_to_frame():
    start, scale = torch.zeros(500_000), torch.linspace(0.1, 2, 500_000)
    held = []
    for _ in range(6):
        minimise(lambda x: (x.sum(), scale * (x - 1)), start, 8)
        held.append(peak_memory(os.getpid())["now"])
    assert max(held[2:]) - held[1] < 20  # MB, of about 40 that a solve takes
