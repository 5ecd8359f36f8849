"""The native kernels (`native/`), where they were built: warping, reliability, convolutions."""

import importlib
from types import ModuleType

#: The kernels; None where they cannot be loaded.
module: ModuleType | None

#: Why they cannot; empty where they can.
missing: str
try:
    module = importlib.import_module("neural_style._native")
    missing = ""
except ImportError as error:  # not built, or built for a machine with other libraries
    module = None
    missing = str(error)
