"""Styles: what is typed for one, the networks that paint T in it, and the paintings that belong to it."""

from neural_style.styles.ahead import AheadStylist
from neural_style.styles.blends import shares
from neural_style.styles.paintings import painting_digest, paintings
from neural_style.styles.resolve import Style, check, digest, names, resolve
from neural_style.styles.stylist import Stylist

__all__ = [
    "AheadStylist",
    "Style",
    "Stylist",
    "check",
    "digest",
    "names",
    "painting_digest",
    "paintings",
    "resolve",
    "shares",
]
