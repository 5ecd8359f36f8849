"""L-BFGS without a line search, in batched vector operations that never wait for the host.

Nocedal and Wright, "Numerical Optimization", algorithms 7.4 and 7.5, in the compact form of Byrd, Nocedal and Schnabel
1994, "Representations of quasi-Newton matrices and their use in limited memory methods", section 3: the same steps as
the two loops make, from a few products of matrices and vectors in place of hundreds of single ones. The step rule is
that of Torch's `optim.lbfgs`, which the reference uses: step one, but min(1, 1/‖g‖₁) for the very first.

Where a part of the Hessian's diagonal D is known, the solve is made in x·√D instead ("Numerical Optimization", section
5.1, preconditioning): what is held by much and what is held by little then move at the same pace, and the first step,
a share of D⁻¹g, already leads somewhere, where 1/‖g‖₁ is so little that its change of gradient is mostly rounding.

A solve may end where little more is promised: −½·pᵀg, for a step p = −Hg, is how much lower the minimum of the model
lies that the step comes from.
"""

from collections.abc import Callable

import torch
from torch import Tensor

#: How many iterations lie between two looks at the objective where a solve may stop early.
STOP_INTERVAL = 50

#: A pair of less curvature than this is not remembered, as in `torch.optim.LBFGS`.
_LEAST_CURVATURE = 1e-10

#: The first step with a known curvature, as a share of the one that would minimise what is known; of 0.03, 0.1 and
#: 0.3 the best.
_FIRST_SHARE = 0.1

#: The root mean square that the first step with a known curvature has at most, in levels of 256: where what is not
#: known bends the objective by far more, that share would lead past the valley. Of 1.5, 2, 3, 4, 5 and 8 the best: with
#: 2 a solve that starts far off falls behind, from 4 on one that starts near.
_FIRST_LENGTH = 3.0

#: The devices that compute in float64, which the products of vectors are kept in; the vectors stay as they are.
_WITH_FLOAT64 = ("cpu", "cuda")


def minimise(
    evaluate: Callable[[Tensor], tuple[Tensor, Tensor]],
    start: Tensor,
    iterations: int,
    history: int = 100,
    step: float = 1.0,
    stop: float = 0.0,
    curvature: Tensor | None = None,
    least_gain: float = 0.0,
) -> Tensor:
    """The picture after `iterations` steps of L-BFGS from `start`, one evaluation each.

    evaluate: the objective's value and gradient at a tensor shaped as `start`; history: how many pairs are
    remembered at most; curvature: what is known of the Hessian's diagonal, positive, of a shape that broadcasts to
    `start`'s, which is a picture of 256 levels then.

    Two ways to end before that, which are all that ever waits for the device. stop: where the value fell by less than
    this share of it over 50 iterations (Ruder et al. 2016, section 5.1); least_gain: where two steps in a row promise
    to lower it by less than this share each. One alone may promise little by mistake, as the one after a first that
    led too far.
    """
    if iterations < 1:
        return start
    if curvature is None:
        return _minimise(evaluate, start.detach().clone(), iterations, history, step, stop, least_gain)
    root = curvature.sqrt()

    def scaled(z: Tensor) -> tuple[Tensor, Tensor]:
        value, gradient = evaluate(z / root)
        return value, gradient / root

    def first(gradient: Tensor) -> Tensor:
        return torch.clamp(_FIRST_LENGTH / (gradient / root).square().mean().sqrt(), max=_FIRST_SHARE)

    scaled_start = start.detach() * root
    return _minimise(scaled, scaled_start, iterations, history, step, stop, least_gain, first) / root


def _torch_first(gradient: Tensor) -> Tensor:
    """The first step as a share of the gradient, as Torch has it."""
    return torch.clamp(1 / gradient.abs().sum(), max=1.0)


def _minimise(
    evaluate: Callable[[Tensor], tuple[Tensor, Tensor]],
    x: Tensor,
    iterations: int,
    history: int,
    step: float,
    stop: float,
    least_gain: float,
    first: Callable[[Tensor], Tensor] = _torch_first,
) -> Tensor:
    """As `minimise`; first: the first step, as a share of the gradient that it is given."""
    value, gradient = evaluate(x)
    g = gradient.flatten()
    move = -g * (step * first(gradient))
    looked_at, promised_little = value, False
    memory = _Memory(min(history, iterations), g)
    for count in range(1, iterations + 1):
        x = x + move.view_as(x)
        if count == iterations:
            break
        value, gradient = evaluate(x)
        g = gradient.flatten()
        if stop and count % STOP_INTERVAL == 0:
            if bool((looked_at - value).abs() <= stop * value.abs()):
                break
            looked_at = value
        memory.add(move, g)
        move = memory.step(step)
        if least_gain:
            before, promised_little = promised_little, bool(-0.5 * (move @ g) < least_gain * value.abs())
            if before and promised_little:
                return x + move.view_as(x)
    return x


class _Memory:
    """The last pairs of steps s and changes of gradient y, and the inverse Hessian H that they stand for.

    The rows of `s` and `y` are a ring, in which the newest pair takes the oldest one's place. All that H needs besides
    are the products of these vectors with each other, and with the gradient g, by row:

        along_s, along_y: s·g and y·g;   sy, yy: s·y and y·y of every two rows.

    So each iteration reads all pairs twice: for their products with g, and to put the step together. The products with
    the newest y = g − (the gradient before) are the difference of what the two gradients gave.
    """

    def __init__(self, size: int, gradient: Tensor) -> None:
        """size: how many pairs at most; gradient: the first, (N,)."""
        # Rows are taken up as they are needed: what is never written takes no memory.
        self.s = torch.empty(size, len(gradient), dtype=gradient.dtype, device=gradient.device)
        self.y = torch.empty_like(self.s)
        dtype = torch.float64 if gradient.device.type in _WITH_FLOAT64 else gradient.dtype
        small = torch.zeros(2, size, size, dtype=dtype, device=gradient.device)
        self.sy, self.yy = small[0], small[1]
        self.along_s, self.along_y = torch.zeros_like(small[0, 0]), torch.zeros_like(small[0, 0])
        self.scale = torch.ones((), dtype=dtype, device=gradient.device)
        self.g = gradient
        self.count = 0

    def add(self, s: Tensor, g: Tensor) -> None:
        """Remember the step that was made, and the gradient where it led to.

        A pair without positive curvature becomes a row of zeros that changes nothing: only the device knows it.
        """
        row, size = self.count % len(self.s), len(self.s)
        self.count += 1
        held = min(self.count, size)
        y = g - self.g
        self.g = g
        curvature = y @ s
        good = curvature > _LEAST_CURVATURE
        zero = torch.zeros_like(curvature)
        torch.where(good, s, zero, out=self.s[row])
        torch.where(good, y, zero, out=self.y[row])
        along_s = (self.s[:held] @ g).to(self.sy.dtype)
        along_y = (self.y[:held] @ g).to(self.sy.dtype)
        curvature, length = curvature.to(self.sy.dtype), (y @ y).to(self.sy.dtype)
        with_s = torch.where(good, along_s - self.along_s[:held], 0)
        with_y = torch.where(good, along_y - self.along_y[:held], 0)
        with_s[row] = torch.where(good, curvature, 1)  # 1, so that the triangle can be solved
        with_y[row] = torch.where(good, length, 0)
        self.sy[:held, row] = with_s
        self.yy[:held, row] = with_y
        self.yy[row, :held] = with_y
        self.along_s[:held], self.along_y[:held] = along_s, along_y
        self.scale = torch.where(good, curvature / length, self.scale)

    def step(self, length: float) -> Tensor:
        """−length · H g, with the gradient g that was added last.

        The first of the two loops solves R α = Sᵀg, where R is the upper triangle of SᵀY in the order of time: α is
        what it subtracts of each y. The second adds c of each s: Rᵀ c = D α − scale (Yᵀg − YᵀY α), D the diagonal of R.
        """
        held = min(self.count, len(self.s))
        oldest = self.count % held if self.count > held else 0
        sy, yy = (_turned(matrix[:held, :held], -oldest) for matrix in (self.sy, self.yy))
        along_s, along_y = (_turned(vector[:held], -oldest)[:, None] for vector in (self.along_s, self.along_y))
        alpha = torch.linalg.solve_triangular(sy, along_s, upper=True)
        rest = sy.diagonal()[:, None] * alpha - self.scale * (along_y - yy @ alpha)
        c = torch.linalg.solve_triangular(sy.T, rest, upper=False)
        of_s = _turned((-length * c)[:, 0], oldest).to(self.s.dtype)
        of_y = _turned((length * self.scale * alpha)[:, 0], oldest).to(self.s.dtype)
        move = self.g * (-length * self.scale).to(self.s.dtype)
        return move.addmv_(self.s[:held].T, of_s).addmv_(self.y[:held].T, of_y)


def _turned(ring: Tensor, by: int) -> Tensor:
    """A ring's rows, and a matrix's columns, moved on by some places."""
    return ring.roll((by,) * ring.ndim, tuple(range(ring.ndim))) if by else ring
