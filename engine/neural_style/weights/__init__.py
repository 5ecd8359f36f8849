"""Weights and clips: where each comes from, its hash and licence, and where it is kept."""

from neural_style.door.folders import data_folder
from neural_style.weights.sources import SOURCES, Source
from neural_style.weights.store import kept, locate, tensors

__all__ = ["SOURCES", "Source", "data_folder", "kept", "locate", "tensors"]
