"""Weights and clips: where each comes from, its hash and licence, and where it is kept."""

from .sources import SOURCES, Source
from .store import data_folder, kept, locate, tensors

__all__ = ["SOURCES", "Source", "data_folder", "kept", "locate", "tensors"]
