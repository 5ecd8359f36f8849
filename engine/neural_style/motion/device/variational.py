"""The variational refinement of a flow: one smooth field that explains the colours' and the edges' change.

The energy is Brox et al. 2004's: differences of grey (δ) and of its gradient (γ) along the flow, and the flow's own
gradient (α), each under √(s² + ε²), which lets edges be edges. The data terms are normalised by the picture's own
gradients, lest strong edges count for more than others (Zimmer et al. 2011, section 2.1). One warp for a level: fixed
points give the weights, and between two of them the linear system is relaxed, red pixels and black ones in turns, all
of a colour at once; the two components of a pixel's flow are solved for together.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from neural_style.motion.device.pictures import along, gradient

#: The weights of smoothness, grey and gradient, for pictures in 0 … 255: OpenCV's.
_ALPHA, _DELTA, _GAMMA = 20.0, 5.0, 10.0

#: ε², and ζ², what a gradient's square is at least taken for.
_EPSILON, _ZETA = 1e-6, 1e-2

#: Fixed points, relaxations between two, and how far these go beyond: measured (docs/measurements.md).
_FIXED_POINTS, _RELAXATIONS, _OMEGA = 10, 3, 1.8


def refined(a: Tensor, b: Tensor, flow: Tensor) -> Tensor:
    """The flow from a to b, (B, 2, H, W) in pixels, from one nearby; a, b: greys (B, 1, H, W) in 0 … 255."""
    data, change = _Data(a, along(b, flow)), torch.zeros_like(flow)
    colours = _chessboard(a)
    for _ in range(_FIXED_POINTS):
        links = _Links(flow + change)
        (xx, xy, yy), pull = data.at(change)
        total = links.total
        xx, yy = xx + total, yy + total
        area = 1 / (xx * yy - xy * xy)
        straight, crossed = torch.cat((yy * area, xx * area), dim=1), -xy * area
        pull = pull + links.around(flow) - total * flow
        for _ in range(_RELAXATIONS):
            for colour in colours:
                towards = links.around(change, pull)
                solved = torch.addcmul(straight * towards, crossed, towards.flip(1))
                change = torch.lerp(change, solved, colour)
    return flow + change


class _Data:
    """The data terms, linear in the change of flow: A d = b at every pixel, but for their weights."""

    def __init__(self, a: Tensor, warped: Tensor) -> None:
        x, y = gradient((a + warped) / 2)
        (xx, xy), (_, yy) = gradient(x), gradient(y)
        change = warped - a
        # Each a row (grey, its derivatives to the right and down): what is left, and how a flow changes that.
        self._rest = torch.cat((change, *gradient(change)), dim=1)
        self._by_u, self._by_v = torch.cat((x, xx, xy), dim=1), torch.cat((y, xy, yy), dim=1)
        self._norm = 1 / (self._by_u.square() + self._by_v.square() + _ZETA)

    def at(self, change: Tensor) -> tuple[tuple[Tensor, Tensor, Tensor], Tensor]:
        """A's three values, (B, 1, H, W) each, and b, (B, 2, H, W), with the weights for a change of flow."""
        rest = self._rest + self._by_u * change[:, :1] + self._by_v * change[:, 1:]
        squares = rest.square() * self._norm
        grey = _DELTA * torch.rsqrt(squares[:, :1] + _EPSILON)
        edges = _GAMMA * torch.rsqrt(squares[:, 1:].sum(1, keepdim=True) + _EPSILON)
        weights = torch.cat((grey, edges, edges), dim=1) * self._norm
        by_u, by_v = weights * self._by_u, weights * self._by_v
        u, v, r = self._by_u, self._by_v, self._rest
        xx, xy, yy, x, y = (
            (one * other).sum(1, keepdim=True) for one, other in ((by_u, u), (by_u, v), (by_v, v), (by_u, r), (by_v, r))
        )
        return (xx, xy, yy), torch.cat((-x, -y), dim=1)


class _Links:
    """How strongly each pixel's flow holds to its four neighbours', (B, 1, H, W) each: 0 across the border."""

    def __init__(self, flow: Tensor) -> None:
        across = F.pad(flow[..., 1:] - flow[..., :-1], (0, 1))
        down = F.pad(flow[..., 1:, :] - flow[..., :-1, :], (0, 0, 0, 1))
        strength = _ALPHA * torch.rsqrt((across.square() + down.square()).sum(1, keepdim=True) + _EPSILON)
        self._right, self._below = F.pad(strength[..., :-1], (0, 1)), F.pad(strength[..., :-1, :], (0, 0, 0, 1))
        self._left, self._above = F.pad(strength[..., :-1], (1, 0)), F.pad(strength[..., :-1, :], (0, 0, 1, 0))
        self.total = self._right + self._below + self._left + self._above

    def around(self, field: Tensor, more: Tensor | None = None) -> Tensor:
        """The sum of the neighbours' values by strength, of a field (B, 2, H, W); more: what is added to it."""
        padded = F.pad(field, (1, 1, 1, 1))
        right, left = padded[..., 1:-1, 2:], padded[..., 1:-1, :-2]
        below, above = padded[..., 2:, 1:-1], padded[..., :-2, 1:-1]
        total = self._right * right if more is None else torch.addcmul(more, self._right, right)
        for strength, neighbour in ((self._left, left), (self._below, below), (self._above, above)):
            total = torch.addcmul(total, strength, neighbour)
        return total


def _chessboard(like: Tensor) -> tuple[Tensor, Tensor]:
    """How far relaxation moves the pixels of each colour, (1, 1, H, W): ω of one, 0 of the other."""
    height, width = like.shape[-2:]
    x, y = torch.arange(width, device=like.device), torch.arange(height, device=like.device)
    black = ((x + y[:, None]) % 2).to(like.dtype)[None, None]
    return _OMEGA * (1 - black), _OMEGA * black
