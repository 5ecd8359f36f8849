"""Weights and clips: where each comes from, its hash and licence, and where it is kept."""

from neural_style.weights.sources import SOURCES, Source
from neural_style.weights.store import data_folder, kept, locate, tensors

__all__ = ["SOURCES", "Source", "data_folder", "kept", "locate", "tensors"]
