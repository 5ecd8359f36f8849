"""Types of the native kernels, which `native/module.cpp` binds."""

import numpy as np
from numpy.typing import NDArray

def warp(
    image: NDArray[np.float32], flow: NDArray[np.float32], kernel: str = "bilinear", threads: int = 0
) -> NDArray[np.float32]: ...
def reliability(
    flow: NDArray[np.float32], reverse: NDArray[np.float32], motion_boundaries: bool = True, threads: int = 0
) -> NDArray[np.float32]: ...
