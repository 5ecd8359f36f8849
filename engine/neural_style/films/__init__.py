"""Whole films: found shots, painted one by one into segments, and joined."""

from neural_style.films.account import Account
from neural_style.films.film import paint_clip

__all__ = ["Account", "paint_clip"]
