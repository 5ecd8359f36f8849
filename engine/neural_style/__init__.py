"""Neural Style: the engine that turns footage into a moving painting. It knows nothing of Blender."""

import os

__version__ = "0.1.0"

# Read by OpenMP when torch is loaded. Its threads would spin while they wait, and take the cores from whatever
# else is at work (Blender, another render): with two such processes on two cores, everything took ten times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
