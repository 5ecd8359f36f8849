"""L-BFGS: the same steps as PyTorch's own, which follows the reference's Torch."""

import pytest
import torch

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


@pytest.mark.parametrize(("iterations", "history"), [(1, 100), (2, 100), (12, 100), (15, 100), (15, 5)])
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
