"""A straightforward PyTorch port of the reference's optimisation: float32, NCHW, `torch.optim.LBFGS`, warped start.

It is what anyone would write from the published configuration in an afternoon, and the yardstick for the
engine's speed. It shares nothing with the engine but the weights, the flow and the transformer's pictures.
"""

from collections.abc import Callable, Mapping

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

Picture = NDArray[np.float32]

CONTENT, STYLE = "4_2", ("1_1", "2_1", "3_1", "4_1", "5_1")


class PlainPort:
    """Paints one frame after another with the published weights."""

    def __init__(self, vgg16: Mapping[str, Tensor], device: torch.device | str = "cpu") -> None:
        self.vgg = {name: tensor.float().contiguous().to(device) for name, tensor in vgg16.items()}
        self.means = torch.tensor([103.939, 116.779, 123.68], device=device).view(1, 3, 1, 1)

    def features(self, x: Tensor) -> dict[str, Tensor]:
        """Every layer of VGG-16 up to relu5_1, by `{block}_{convolution}`."""
        found = {}
        for block, count in enumerate((2, 2, 3, 3, 1), start=1):
            if block > 1:
                x = F.max_pool2d(x, 2)
            for n in range(1, count + 1):
                weight, bias = self.vgg[f"conv{block}_{n}.weight"], self.vgg[f"conv{block}_{n}.bias"]
                x = F.relu(F.conv2d(x, weight, bias, padding=1))
                found[f"{block}_{n}"] = x
        return found

    @staticmethod
    def gram(features: Tensor) -> Tensor:
        """The Gram matrix of features (1, C, H, W)."""
        flat = features.view(features.shape[1], -1)
        return flat @ flat.T / features.numel()

    def loss(self, goal: Tensor, before: Tensor, reliability: Picture) -> Callable[[Tensor], Tensor]:
        """The published objective of a frame, without total variation, which only the gradient knows.

        goal, before: T and the warped previous picture, (1, 3, H, W) in VGG space; reliability: (H, W).
        """
        c = torch.from_numpy(reliability).to(goal.device)[None, None]
        with torch.no_grad():
            of_goal = self.features(goal)
            grams = {name: self.gram(of_goal[name]) for name in STYLE}

        def loss(x: Tensor) -> Tensor:
            of_x = self.features(x)
            total = 1.5e-3 * 0.5 * ((x - goal) ** 2).sum()
            total = total + 3e1 * F.mse_loss(of_x[CONTENT], of_goal[CONTENT])
            for name in STYLE:
                total = total + 8e0 * F.mse_loss(self.gram(of_x[name]), grams[name])
            return total + 9e3 * (c * (x - before) ** 2).mean()

        return loss

    def paint(self, painted: Picture, warped: Picture, reliability: Picture, iterations: int = 30) -> Picture:
        """The picture after so many iterations. Pictures (H, W, 3), sRGB in [0, 1]; reliability (H, W)."""
        goal, before = self.to_vgg(painted), self.to_vgg(warped)
        loss = self.loss(goal, before, reliability)
        x = before.clone().requires_grad_(True)
        optimizer = torch.optim.LBFGS(
            [x], max_iter=iterations, max_eval=1000, history_size=100, tolerance_grad=0, tolerance_change=0
        )

        def closure() -> Tensor:
            optimizer.zero_grad()
            value = loss(x)
            value.backward()  # type: ignore[no-untyped-call]
            assert x.grad is not None
            with torch.no_grad():  # total variation: in the gradient only, as in the reference
                across, down = x[..., :-1, :-1] - x[..., :-1, 1:], x[..., :-1, :-1] - x[..., 1:, :-1]
                x.grad[..., :-1, :-1] += 1e-3 * (across + down)
                x.grad[..., :-1, 1:] -= 1e-3 * across
                x.grad[..., 1:, :-1] -= 1e-3 * down
            return value

        optimizer.step(closure)  # type: ignore[no-untyped-call]
        return self.from_vgg(x)

    def to_vgg(self, frame: Picture) -> Tensor:
        """A picture as (1, 3, H, W) in VGG space."""
        x = torch.from_numpy(frame[..., ::-1].copy()).to(self.means.device)
        return x.permute(2, 0, 1)[None].contiguous() * 256 - self.means

    def from_vgg(self, x: Tensor) -> Picture:
        """The picture in a tensor, clipped to [0, 1]."""
        bgr = ((x.detach() + self.means) / 256).clamp(0, 1)[0].permute(1, 2, 0).cpu().numpy()
        return np.ascontiguousarray(bgr[..., ::-1])
