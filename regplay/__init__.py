"""regplay: a desktop playground in which you see over- and underfitting."""

import os

__version__ = "0.1.0"

# OpenMP threads that wait for each other spin, by default for milliseconds. Where another program,
# or the painting of the window, has one of the cores, each of a step's operations then wastes as
# much, and a step takes a hundred times as long. Some 30 µs are enough when the cores are free.
# It counts only if it is set before torch is loaded.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
