"""L-BFGS without a line search, in batched vector operations that never wait for the host.

Nocedal and Wright, "Numerical Optimization", algorithm 7.4 (two-loop recursion) and 7.5. The step rule is that
of Torch's `optim.lbfgs`, which the reference uses: step one, but min(1, 1/‖g‖₁) for the very first.
"""

from collections.abc import Callable

import torch
from torch import Tensor

#: How many iterations lie between two looks at the objective where a solve may stop early.
STOP_INTERVAL = 50


def minimise(
    evaluate: Callable[[Tensor], tuple[Tensor, Tensor]],
    start: Tensor,
    iterations: int,
    history: int = 100,
    step: float = 1.0,
    stop: float = 0.0,
) -> Tensor:
    """The picture after `iterations` steps of L-BFGS from `start`, one evaluation each.

    evaluate: the objective's value and gradient at a tensor shaped as `start`; history: how many pairs are
    remembered at most; stop: end where the value fell by less than this share of it over 50 iterations
    (Ruder et al. 2016, section 5.1), the only thing that ever waits for the device.
    """
    if iterations < 1:
        return start
    memory = _Memory(min(history, iterations), start)
    x = start.detach().clone()
    value, g = evaluate(x)
    g = g.flatten()
    move = -g * (step * torch.clamp(1 / g.abs().sum(), max=1.0))
    looked_at = value
    for count in range(1, iterations + 1):
        x = x + move.view_as(x)
        if count == iterations:
            break
        last = g
        value, g = evaluate(x)
        g = g.flatten()
        if stop and count % STOP_INTERVAL == 0:
            if bool((looked_at - value).abs() <= stop * value.abs()):
                break
            looked_at = value
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
