"""Memory that is free goes back to the system."""

import ctypes
import sys


def release_free_memory() -> None:
    """Give back what the C library keeps of freed memory, which may be hundreds of megabytes.

    glibc keeps what lies between blocks that are in use, in an arena for each thread, and of large
    populations much is freed there. It takes some hundredths of a second. Elsewhere than on Linux
    nothing is done.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's, but not musl's
        if trim is not None:
            trim(0)
