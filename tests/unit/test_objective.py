"""The objective: held term by term to an independent float64 computation, and to finite differences."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from frames import texture
from neural_style import losses, weights
from neural_style.losses import total_variation
from neural_style.methods import METHODS
from neural_style.objective import Objective, Previous, Targets, closed_form, gram_matrices, known_curvature
from neural_style.pixels import from_vgg, to_vgg
from plain_objective import plain_terms

SIDE = 32


def tensor(seed: int) -> torch.Tensor:
    return to_vgg(texture(SIDE, SIDE, seed)).double()


@pytest.fixture(scope="module")
def problem(vgg64):
    """x, T and a previous picture with its reliability, and the reference's objective over them."""
    reliability = torch.from_numpy(texture(SIDE, SIDE, 9)[..., 0].astype(np.float64))[None, None]
    previous = Previous(tensor(2), reliability)
    goal = tensor(1)
    return tensor(0), goal, previous, Objective(METHODS["fast"], vgg64, Targets(goal, goal, goal), [previous])


def test_the_reference_is_exact_term_by_term(problem):
    x, goal, previous, objective = problem
    found = {name: float(value) for name, value in objective.terms(x).items()}
    expected = plain_terms(
        *(t[0].numpy() for t in (x, goal, previous.warped)),
        previous.reliability[0, 0].numpy(),
        {name: t.double().numpy() for name, t in weights.tensors("vgg16").items()},
    )
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-9), name
    assert objective.value(x) == pytest.approx(sum(expected.values()), rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_gradient_is_that_of_finite_differences(problem, seed):
    x, _, _, objective = problem
    direction = torch.from_numpy(np.random.default_rng(seed).standard_normal(x.shape))
    direction /= direction.norm()
    step = 1e-4

    def along(t: float) -> float:
        moved = x + t * direction
        return objective.value(moved) + objective.method.total_variation * float(total_variation(moved))

    slope = (along(step) - along(-step)) / (2 * step)
    assert float((objective.evaluate(x)[1] * direction).sum()) == pytest.approx(slope, rel=1e-5)


def test_total_variation_by_hand():
    x = torch.tensor([[[[1.0, 4.0, 0.0], [3.0, 7.0, 0.0], [0.0, 0.0, 0.0]]]], requires_grad=True)
    # The last row and column take part only as neighbours: (1−4)², (1−3)², (4−0)², (4−7)², (3−7)², (3−0)², 7², 7².
    assert total_variation(x).item() == 0.5 * (9 + 4 + 16 + 9 + 16 + 9 + 49 + 49)
    (gradient,) = torch.autograd.grad(total_variation(x), x)
    assert gradient[0, 0, 0, 0].item() == (1 - 4) + (1 - 3)


def test_the_first_frame_has_no_temporal_term(vgg64, problem):
    x, goal, _, _ = problem
    assert "temporal" not in Objective(METHODS["fast"], vgg64, Targets(goal, goal, goal)).terms(x)


def test_at_the_target_only_the_temporal_term_is_left(problem):
    _, goal, _, objective = problem
    terms = {name: float(value) for name, value in objective.terms(goal).items()}
    assert terms.pop("temporal") > 1
    assert max(terms.values()) == pytest.approx(0, abs=1e-9)


def test_a_style_target_of_its_own_serves_the_gram_matrices_only(vgg64):
    goal, style = tensor(1), tensor(5)
    objective = Objective(METHODS["fast"], vgg64, Targets(goal, goal, style))
    assert float(objective.terms(goal)["style"]) > 0
    assert float(objective.terms(goal)["content"]) == 0
    assert float(objective.terms(style)["style"]) == pytest.approx(0, abs=1e-9)


def test_gram_matrices_ready_made_are_those_of_the_picture(vgg64):
    goal, style = tensor(1), tensor(5)
    ready = Objective(METHODS["fast"], vgg64, Targets(goal, goal, gram_matrices(vgg64, style)))
    assert ready.value(tensor(0)) == Objective(METHODS["fast"], vgg64, Targets(goal, goal, style)).value(tensor(0))


def test_content_has_a_target_of_its_own(vgg64):
    goal, frame = tensor(1), tensor(5)
    objective = Objective(METHODS["painterly"], vgg64, Targets(goal, frame, goal))
    assert float(objective.terms(frame)["content"]) == 0
    assert float(objective.terms(frame)["pixel"]) > 0
    assert float(objective.terms(goal)["pixel"]) == 0


def test_a_term_without_weight_is_not_there(vgg64, problem):
    x, goal, previous, _ = problem
    assert "pixel" not in Objective(METHODS["ruder"], vgg64, Targets(goal, goal, goal), [previous]).terms(x)
    assert "temporal" not in Objective(METHODS["gatys"], vgg64, Targets(goal, goal, goal), [previous]).terms(x)


def test_every_earlier_frame_adds_its_temporal_term(vgg64, problem):
    x, goal, previous, objective = problem
    other = Previous(tensor(7), 1 - previous.reliability)
    both = Objective(METHODS["fast"], vgg64, Targets(goal, goal, goal), [previous, other])
    alone = Objective(METHODS["fast"], vgg64, Targets(goal, goal, goal), [other])
    expected = objective.terms(x)["temporal"] + alone.terms(x)["temporal"]
    assert float(both.terms(x)["temporal"]) == pytest.approx(float(expected), rel=1e-12)


def test_the_known_curvature_is_that_of_its_two_terms(problem):
    """By differences of their gradient, and what is put on for the others: 0.3 of the temporal term's."""
    _, goal, previous, _ = problem
    method = METHODS["steady"]

    def gradient(x: torch.Tensor) -> torch.Tensor:
        x = x.detach().requires_grad_(True)
        value = method.pixel_weight(x.numel()) * 0.5 * (x - goal).square().sum()
        for _ in range(2):
            value = value + method.temporal * losses.temporal_loss(x, previous.warped, previous.reliability)
        return torch.autograd.grad(value, x)[0]

    known = known_curvature(method, goal.numel(), [previous, previous])
    guess = 0.3 * 2 * method.temporal / goal.numel()
    assert torch.allclose(known.expand_as(goal), gradient(goal + 1) - gradient(goal) + guess, rtol=1e-6)
    alone = method.pixel_weight(goal.numel()) + guess
    assert float(known_curvature(method, goal.numel(), [])) == pytest.approx(alone, rel=1e-12)
    assert known_curvature(METHODS["fast"], goal.numel(), [previous]) is None


@pytest.mark.parametrize("name", ["fast", "steady", "blend"])
def test_the_closed_form_is_the_minimum_of_its_two_terms(problem, name):
    _, goal, previous, _ = problem
    method = replace(METHODS[name], content=0.0, style=0.0)
    x = closed_form(method, goal, [previous]).requires_grad_(True)
    value = method.pixel_weight(x.numel()) * 0.5 * (x - goal).square().sum()
    value = value + method.temporal * (previous.reliability * (x - previous.warped).square()).mean()
    (gradient,) = torch.autograd.grad(value, x)
    assert gradient.abs().max() < 1e-12
    assert torch.equal(closed_form(method, goal, []), goal)


def test_what_was_covered_starts_at_the_target(problem):
    _, goal, previous, _ = problem
    nothing = Previous(previous.warped, torch.zeros_like(previous.reliability))
    assert torch.allclose(closed_form(METHODS["steady"], goal, [nothing]), goal, atol=1e-12)


def test_steady_weighs_alike_at_every_size():
    steady, fast = METHODS["steady"], METHODS["fast"]
    small, large = 3 * 320 * 240, 3 * 1920 * 1080
    # The share of T in a reliable pixel: w / (w + 2t/N).
    shares = {
        (method.name, n): method.pixel_weight(n) / (method.pixel_weight(n) + 2 * method.temporal / n)
        for method in (steady, fast)
        for n in (small, large)
    }
    assert shares["steady", small] == pytest.approx(shares["steady", large])
    assert shares["fast", large] == pytest.approx(0.34, abs=0.01)  # the reference's own dependence on size


def test_vgg_space_round_trip():
    frame = texture(20, 24)
    x = to_vgg(frame)
    assert x.shape == (1, 3, 20, 24)
    assert x[0, 0, 3, 5].item() == pytest.approx(frame[3, 5, 2] * 256 - 103.939, abs=1e-3)  # blue comes first
    assert np.abs(from_vgg(x) - frame).max() < 1e-6


def test_a_gram_matrix_and_its_gradient():
    """Against the plain product, whose gradient autograd puts together from two."""
    torch.manual_seed(0)
    features = torch.randn(1, 5, 4, 6, dtype=torch.float64).contiguous(memory_format=torch.channels_last)
    features.requires_grad_(True)
    flat, asymmetric = features.flatten(2)[0], torch.randn(5, 5, dtype=torch.float64)
    plain = flat @ flat.T / flat.numel()
    assert torch.allclose(losses.gram_matrix(features), plain, rtol=1e-12)
    ours, theirs = (
        torch.autograd.grad((asymmetric * gram.square()).sum(), features)[0]
        for gram in (losses.gram_matrix(features), plain)
    )
    assert torch.allclose(ours, theirs, rtol=1e-12)


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_a_gram_matrix_of_bfloat16_features_is_added_up_in_float32(device):
    """Its values are those of the rounded features; its gradient is right to what bfloat16 can hold."""
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("products of bfloat16 with a float32 result are CUDA's")
    generator = torch.Generator().manual_seed(0)
    rounded = torch.rand(1, 8, 60, 70, generator=generator).to(device, torch.bfloat16).requires_grad_(True)
    exact = rounded.detach().double().requires_grad_(True)
    found, expected = losses.gram_matrix(rounded), losses.gram_matrix(exact)
    assert found.dtype == torch.float32
    assert torch.allclose(found.double(), expected, rtol=1e-5)
    target = torch.rand(8, 8, generator=generator).to(device)
    gradients = [
        torch.autograd.grad(losses.style_loss(g, target.to(g)), x)[0] for g, x in ((found, rounded), (expected, exact))
    ]
    assert gradients[0].dtype == torch.bfloat16
    off = (gradients[0].double() - gradients[1]).norm() / gradients[1].norm()
    assert off < 0.01


def test_the_style_losses_of_all_layers_at_once():
    torch.manual_seed(0)
    ours, theirs = ([torch.randn(n, n, dtype=torch.float64) for n in (3, 7, 2)] for _ in range(2))
    apart = sum(losses.style_loss(a, b) for a, b in zip(ours, theirs, strict=True))
    assert torch.allclose(losses.style_losses(ours, losses.StyleTargets(theirs)), apart, rtol=1e-12)
