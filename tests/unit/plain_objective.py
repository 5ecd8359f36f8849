"""The reference's objective in plain NumPy, float64: the yardstick for the engine's own. Slow on purpose."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PIXEL, CONTENT, STYLE, TEMPORAL = 1.5e-3, 3e1, 8e0, 9e3
STYLE_LAYERS = ("1_1", "2_1", "3_1", "4_1", "5_1")
CONTENT_LAYER = "4_2"


def plain_terms(x: Array, goal: Array, warped: Array, reliability: Array, vgg: dict[str, Array]) -> dict[str, float]:
    """Each term of the published objective at x; all pictures (3, H, W) in VGG space, reliability (H, W)."""
    of_x, of_goal = features(x, vgg), features(goal, vgg)
    return {
        "pixel": PIXEL * 0.5 * float(((x - goal) ** 2).sum()),
        "content": CONTENT * float(((of_x[CONTENT_LAYER] - of_goal[CONTENT_LAYER]) ** 2).mean()),
        "style": STYLE * sum(float(((gram(of_x[n]) - gram(of_goal[n])) ** 2).mean()) for n in STYLE_LAYERS),
        "temporal": TEMPORAL / x.size * float((reliability[None] * (x - warped) ** 2).sum()),
    }


def gram(f: Array) -> Array:
    channels = len(f)
    return np.einsum("ihw,jhw->ij", f, f) / (channels * f.shape[1] * f.shape[2])


def features(x: Array, vgg: dict[str, Array]) -> dict[str, Array]:
    """VGG-16 up to relu5_1, every layer after its ReLU, by `{block}_{convolution}`."""
    found = {}
    for block, count in enumerate((2, 2, 3, 3, 1), start=1):
        if block > 1:
            height, width = x.shape[1] // 2 * 2, x.shape[2] // 2 * 2
            x = x[:, :height, :width].reshape(len(x), height // 2, 2, width // 2, 2).max(axis=(2, 4))
        for n in range(1, count + 1):
            x = np.maximum(convolve(x, vgg[f"conv{block}_{n}.weight"], vgg[f"conv{block}_{n}.bias"]), 0)
            found[f"{block}_{n}"] = x
    return found


def convolve(x: Array, weight: Array, bias: Array) -> Array:
    """3×3, zeros around."""
    _, height, width = x.shape
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    out = np.repeat(np.repeat(bias[:, None, None], height, 1), width, 2)
    for dy in range(3):
        for dx in range(3):
            out = out + np.tensordot(weight[:, :, dy, dx], padded[:, dy : dy + height, dx : dx + width], axes=1)
    return out
