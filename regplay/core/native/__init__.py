"""The native kernel: C11 in this folder, built when the package is installed, called by ctypes.

`load` gives the kernels that this processor can run, or says why there are none.
"""

from regplay.core.native.binding import (
    Kernel,
    Kernels,
    Missing,
    Network,
    PredictionCall,
    TrainingCall,
    address,
    integer,
    load,
)
