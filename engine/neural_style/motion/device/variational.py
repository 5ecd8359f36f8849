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

#: Relaxations between two fixed points, and how far they go beyond: measured (docs/measurements.md).
_RELAXATIONS, _OMEGA = 3, 1.8


def refined(a: Tensor, b: Tensor, flow: Tensor, fixed_points: int) -> Tensor:
    """The flow from a to b, (B, 2, H, W) in pixels, from one nearby; a, b: greys (B, 1, H, W) in 0 … 255."""
    data = _Data(a, along(b, flow))
    # With room for neighbours beyond the border, which weigh nothing: so nothing has to be padded on the way.
    roomy = F.pad(torch.zeros_like(flow), (1, 1, 1, 1))
    change, start = roomy[..., 1:-1, 1:-1], F.pad(flow, (1, 1, 1, 1))
    colours = _chessboard(a)
    for _ in range(fixed_points):
        links = _Links(flow + change)
        xx, xy, yy, pull = data.at(change)
        xx, yy = xx + links.total, yy + links.total
        area = 1 / torch.addcmul(xx * yy, xy, xy, value=-1)
        straight, crossed = torch.cat((yy, xx), dim=1) * area, -xy * area
        pull = torch.addcmul(links.around(start, pull), links.total, flow, value=-1)
        for _ in range(_RELAXATIONS):
            for colour in colours:
                towards = links.around(roomy, pull)
                change.lerp_(torch.addcmul(straight * towards, crossed, towards.flip(1)), colour)
    return flow + change


class _Data:
    """The data terms, linear in the change of flow: A d = b at every pixel, but for their weights."""

    def __init__(self, a: Tensor, warped: Tensor) -> None:
        x, y = gradient((a + warped) / 2)
        (xx, xy), (_, yy) = gradient(x), gradient(y)
        change = warped - a
        # Rows of grey and of its derivatives to the right and down, (B, 3, H, W): what a flow's u changes, what its v
        # does, and what is left without.
        self._rows = torch.stack(
            (
                torch.cat((x, xx, xy), dim=1),
                torch.cat((y, xy, yy), dim=1),
                torch.cat((change, *gradient(change)), dim=1),
            ),
            dim=1,
        )
        self._norm = 1 / (self._rows[:, :2].square().sum(1) + _ZETA)
        self._strength = torch.cat((_DELTA * self._norm[:, :1], _GAMMA * self._norm[:, 1:]), dim=1)

    def at(self, change: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """A's three values, (B, 1, H, W) each, and b, (B, 2, H, W), with the weights for a change of flow."""
        by_u, by_v, left = self._rows.unbind(1)
        rest = torch.addcmul(torch.addcmul(left, by_u, change[:, :1]), by_v, change[:, 1:])
        squares = rest.square() * self._norm
        grey, edges = squares[:, :1], squares[:, 1:].sum(1, keepdim=True)
        weights = torch.rsqrt(torch.cat((grey, edges, edges), dim=1) + _EPSILON) * self._strength
        weighted = self._rows[:, :2] * weights[:, None]
        # (B, 2, 3, H, W): of u and of v, with u, v and what is left.
        products = (weighted[:, :, None] * self._rows[:, None]).sum(3)
        return products[:, 0, :1], products[:, 0, 1:2], products[:, 1, 1:2], -products[:, :, 2]


class _Links:
    """How strongly each pixel's flow holds to its four neighbours': 0 across the border."""

    def __init__(self, flow: Tensor) -> None:
        across = (flow[..., 1:] - flow[..., :-1]).square().sum(1, keepdim=True)
        down = (flow[..., 1:, :] - flow[..., :-1, :]).square().sum(1, keepdim=True)
        squares = F.pad(across, (0, 1)) + F.pad(down, (0, 0, 0, 1))
        strength = _ALPHA * torch.rsqrt(squares + _EPSILON)
        beside, below = F.pad(strength[..., :-1], (1, 1)), F.pad(strength[..., :-1, :], (0, 0, 1, 1))
        #: Of the left, right, upper and lower neighbour, (B, 1, H, W) each; and of all together.
        self._each = beside[..., :-1], beside[..., 1:], below[..., :-1, :], below[..., 1:, :]
        self.total = torch.stack(self._each).sum(0)

    def around(self, roomy: Tensor, more: Tensor) -> Tensor:
        """The sum of the neighbours' values by strength, and more, (B, 2, H, W); roomy: one pixel larger all round."""
        left, right = roomy[..., 1:-1, :-2], roomy[..., 1:-1, 2:]
        above, below = roomy[..., :-2, 1:-1], roomy[..., 2:, 1:-1]
        for strength, neighbour in zip(self._each, (left, right, above, below), strict=True):
            more = torch.addcmul(more, strength, neighbour)
        return more


def _chessboard(like: Tensor) -> tuple[Tensor, Tensor]:
    """How far relaxation moves the pixels of each colour, (1, 1, H, W): ω of one, 0 of the other."""
    height, width = like.shape[-2:]
    x, y = torch.arange(width, device=like.device), torch.arange(height, device=like.device)
    black = ((x + y[:, None]) % 2).to(like.dtype)[None, None]
    return _OMEGA * (1 - black), _OMEGA * black
