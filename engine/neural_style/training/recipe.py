"""What a training depends on besides its pictures: the hyper-parameters, as data."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

from neural_style.door.errors import NeuralStyleError

#: Where the style is looked at: Johnson et al. 2016, section 4.1 (VGG-16, after each block's last but block 5's).
STYLE_LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3")


#: Where the content may be looked at; the paper's is relu3_3, that of PyTorch's example relu2_2.
CONTENT_LAYERS = STYLE_LAYERS

#: While it imitates, a network bears, and needs, a learning rate this many times as high.
IMITATION_RATE = 4.0


@dataclass(frozen=True)
class Recipe:
    """The hyper-parameters of a training; the defaults are Johnson et al.'s (section 4.1 and their published code).

    iterations:    steps of Adam, each on `batch` square crops of `size` pixels (a multiple of 4, at least 32).
    width:         factor on the network's numbers of channels.
    content:       weight of the mean squared difference of the features of `content_layer`.
    style:         weight of the mean squared differences of the Gram matrices of `STYLE_LAYERS`.
    tv:            weight of the total variation, which is a sum over a crop's pixels.
    stability:     weight of the mean squared difference, in grey levels, between the painting of a crop that was
                   moved and the painting of the crop, moved the same way; 0 leaves that out.
    style_size:    the painting's longer side, in pixels, when its Gram matrices are taken: sets the strokes' size.
    learning_rate: Adam's; `decay` says whether it stays or falls to nought along half a cosine.
    imitate:       a style whose pictures the network learns to paint, pixel by pixel, in its first `imitation`
                   iterations: a start that needs no VGG, and so is cheap, where there is no GPU.
    seed:          of the first weights, of which crops are taken, and of how they are moved.
    """

    iterations: int = 40_000
    batch: int = 4
    size: int = 256
    width: float = 1.0
    content: float = 1.0
    content_layer: str = "relu3_3"
    style: float = 5.0
    tv: float = 1e-6
    stability: float = 0.0
    style_size: int = 512
    learning_rate: float = 1e-3
    decay: Literal["none", "cosine"] = "none"
    imitate: str = ""
    imitation: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.size < 32 or self.size % 4:
            raise NeuralStyleError(
                "the crops' side must be a multiple of 4, from 32 on", str(self.size), "give --size 256"
            )
        if round(32 * self.width) < 4:
            raise NeuralStyleError("the network would be too narrow", str(self.width), "give a --width from 0.125 on")
        if self.style_size < 32:
            raise NeuralStyleError("the painting would be too small", str(self.style_size), "give --style-size 512")
        for name in ("content", "style", "tv", "stability"):
            if not 0 <= getattr(self, name) < math.inf:
                raise NeuralStyleError("a weight must be a number from 0 on", name, "leave it out for the default")
        if bool(self.imitate) != bool(self.imitation) or not 0 <= self.imitation <= self.iterations:
            raise NeuralStyleError(
                "imitating takes a style and a number of iterations, among all iterations",
                f"{self.imitate or 'no style'}, {self.imitation} of {self.iterations}",
                "give --imitate STYLE and --imitation N",
            )
        if not 0 < self.learning_rate < math.inf:
            raise NeuralStyleError("the learning rate must be positive", str(self.learning_rate), "give 0.001")

    def imitates(self, iteration: int) -> bool:
        """Whether an iteration, counted from 0, is one of those that imitate."""
        return iteration < self.imitation

    def rate(self, iteration: int) -> float:
        """The learning rate of an iteration, counted from 0; it falls anew when imitating is over."""
        if self.imitates(iteration):
            peak, done, total = IMITATION_RATE * self.learning_rate, iteration, self.imitation
        else:
            peak, done, total = self.learning_rate, iteration - self.imitation, self.iterations - self.imitation
        return peak if self.decay == "none" else peak * 0.5 * (1 + math.cos(math.pi * done / total))

    def as_dict(self) -> dict[str, Any]:
        """The hyper-parameters by name, as plain values."""
        return asdict(self)
