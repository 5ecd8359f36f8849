"""L-BFGS without a line search, in batched vector operations that never wait for the host.

Nocedal and Wright, "Numerical Optimization", algorithm 7.4 (two-loop recursion) and 7.5. The step rule is that
of Torch's `optim.lbfgs`, which the reference uses: step one, but min(1, 1/‖g‖₁) for the very first.
"""

from collections.abc import Callable

import torch
from torch import Tensor


def minimise(
    gradient: Callable[[Tensor], Tensor], start: Tensor, iterations: int, history: int = 100, step: float = 1.0
) -> Tensor:
    """The picture after `iterations` steps of L-BFGS from `start`, one evaluation of `gradient` each.

    gradient: of the objective, at a tensor shaped as `start`; history: how many pairs are remembered at most.
    """
    if iterations < 1:
        return start
    memory = _Memory(min(history, iterations), start)
    x = start.detach().clone()
    g = gradient(x).flatten()
    move = -g * (step * torch.clamp(1 / g.abs().sum(), max=1.0))
    for count in range(iterations):
        x = x + move.view_as(x)
        if count == iterations - 1:
            break
        last, g = g, gradient(x).flatten()
        memory.add(move, g - last)
        move = -step * memory.times(g)
    return x


class _Memory:
    """The last pairs of steps s and changes of gradient y, and the inverse Hessian that they stand for."""

    def __init__(self, size: int, like: Tensor) -> None:
        self.s = torch.zeros(size, like.numel(), dtype=like.dtype, device=like.device)
        self.y = torch.zeros_like(self.s)
        self.rho = torch.zeros(size, dtype=like.dtype, device=like.device)
        self.scale = torch.ones((), dtype=like.dtype, device=like.device)
        self.count = 0

    def add(self, s: Tensor, y: Tensor) -> None:
        """Remember a pair. One without positive curvature stays as a row that changes nothing (ρ = 0)."""
        row = self.count % len(self.s)
        curvature = y @ s
        good = curvature > 1e-10
        self.s[row], self.y[row] = s, y
        self.rho[row] = torch.where(good, 1 / curvature, 0.0)
        self.scale = torch.where(good, curvature / (y @ y), self.scale)
        self.count += 1

    def times(self, g: Tensor) -> Tensor:
        """The product of the inverse Hessian's approximation with g."""
        size = len(self.s)
        rows = [i % size for i in range(max(0, self.count - size), self.count)]
        q = g
        alphas: dict[int, Tensor] = {}
        for row in reversed(rows):
            alphas[row] = self.rho[row] * (self.s[row] @ q)
            q = q - alphas[row] * self.y[row]
        q = q * self.scale
        for row in rows:
            beta = self.rho[row] * (self.y[row] @ q)
            q = q + (alphas[row] - beta) * self.s[row]
        return q
