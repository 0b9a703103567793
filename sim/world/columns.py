"""Short names of the array kinds that kernels of the world read and write."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Weights = NDArray[np.uint16]
Keys = NDArray[np.uint32]
Rows = NDArray[np.int32]
Labels = NDArray[np.int32]
Starts = NDArray[np.int64]
Wide = NDArray[np.int64]
Reals = NDArray[np.float64]
