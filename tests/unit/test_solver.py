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


def gradient(x: torch.Tensor) -> torch.Tensor:
    x = x.detach().requires_grad_(True)
    return torch.autograd.grad(valley(x), x)[0]


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
    ours = minimise(gradient, start, iterations, history)
    assert torch.allclose(ours, theirs.detach(), rtol=1e-8, atol=1e-10)
    assert valley(ours) < valley(start)


def test_one_evaluation_an_iteration():
    calls = []
    start = torch.zeros(6, dtype=torch.float64)
    minimise(lambda x: calls.append(1) or gradient(x), start, 7)
    assert len(calls) == 7


def test_no_iterations_leave_the_start_alone():
    start = torch.ones(3)
    assert minimise(gradient, start, 0) is start


def test_a_flat_place_is_no_fault():
    start = torch.ones(4)
    assert torch.equal(minimise(torch.zeros_like, start, 5), start)
