"""The methods, as data: each is a choice of targets, weights, start and iterations of the one objective."""

from neural_style.methods.method import CONTENT_LAYER, STYLE_LAYERS, Method, Photometric, Start
from neural_style.methods.table import METHODS, method

__all__ = ["CONTENT_LAYER", "METHODS", "STYLE_LAYERS", "Method", "Photometric", "Start", "method"]
