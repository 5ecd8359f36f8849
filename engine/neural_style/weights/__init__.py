"""Weights and clips: where each comes from, its hash and licence, and where it is kept."""

from .sources import SOURCES, Source
from .store import data_folder, locate, tensors

__all__ = ["SOURCES", "Source", "data_folder", "locate", "tensors"]
