"""Motion: optical flow between frames, where it can be trusted, and pictures moved along it.

Flow is float32 (H, W, 2) in pixels, (right, down), from the frame it is named after to the other.
"""

from neural_style.motion.estimate import EstimatedMotion, Motion, MotionEstimator, estimator
from neural_style.motion.flow import FLOWS, DISFlow, FarnebackFlow, FlowEstimator, in_levels, preferred
from neural_style.motion.photometric import photometric_reliability
from neural_style.motion.refine import EdgeFlow, to_edges
from neural_style.motion.rendered import Rendered, way_back
from neural_style.motion.warp import (
    BACKEND_VARIABLE,
    Kernel,
    backend,
    reliability,
    warp,
    without_opencl,
)

__all__ = [
    "BACKEND_VARIABLE",
    "FLOWS",
    "DISFlow",
    "EdgeFlow",
    "EstimatedMotion",
    "FarnebackFlow",
    "FlowEstimator",
    "Kernel",
    "Motion",
    "MotionEstimator",
    "Rendered",
    "backend",
    "estimator",
    "in_levels",
    "photometric_reliability",
    "preferred",
    "reliability",
    "to_edges",
    "warp",
    "way_back",
    "without_opencl",
]
