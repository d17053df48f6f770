"""The kinds of numpy arrays; their shapes stand where they are used."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Integers = NDArray[np.int64]
Labels = Integers  # classes, from 0
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]
Pixels = Floats  # positions on the screen or a page
