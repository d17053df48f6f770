"""The library as Python sees it: what kernel.h declares, and nothing passed on unchecked."""

import ctypes
import os
import struct
import sys
from collections.abc import Sequence
from ctypes import POINTER, Structure, byref, c_char_p, c_double, c_int32, c_int64, c_void_p
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from regplay.core.layers import MOST_LAYERS
from regplay.core.native import build

_LIBRARY = "REGPLAY_NATIVE_LIBRARY"  # another library than the package's; `none` for no library
_VARIANT = "REGPLAY_NATIVE_VARIANT"  # one of the instruction sets, where the processor has it
_NAMES = {"avx512": "AVX-512", "avx2": "AVX2", "sse2": "SSE2", "neon": "NEON"}


def _all(kind: Any, names: str) -> list[tuple[str, Any]]:
    """Fields of one type."""
    return [(name, kind) for name in names.split()]


class Network(Structure):
    """`struct network`."""

    _fields_ = (
        *_all(c_int32, "layers activation loss members"),
        ("sizes", c_int32 * (MOST_LAYERS + 1)),
    )


class TrainingCall(Structure):
    """`struct training`."""

    _fields_ = (
        ("network", Network),
        *_all(c_int32, "optimizer decays_biases"),
        ("momentum", c_double),
        *_all(c_int64, "train_points valid_points batch_size x_stride y_stride"),
        *_all(c_void_p, "x y parameters first second progress rates orders"),
        *_all(c_int64, "first_epoch epochs goal records"),
        *_all(c_void_p, "record_steps values kept kept_first kept_second stop next looks"),
    )


class PredictionCall(Structure):
    """`struct prediction`."""

    _fields_ = (
        ("network", Network),
        *_all(c_int64, "points x_stride"),
        *_all(c_void_p, "x parameters outputs next"),
    )


class _KernelTable(Structure):
    """`struct kernel`."""

    _fields_ = _all(c_void_p, "workspace_bytes train settle predict multiply activate draw normal")


class Kernel:
    """One variant in one precision. Calls release the interpreter's lock."""

    def __init__(self, table: _KernelTable) -> None:
        def function(name: str, result: Any, *arguments: Any) -> Any:
            return ctypes.CFUNCTYPE(result, *arguments)(getattr(table, name))

        pointer = c_void_p
        self._workspace_bytes = function("workspace_bytes", c_int64, POINTER(Network))
        self.train = function("train", None, POINTER(TrainingCall), pointer, pointer)
        self.settle = function("settle", None, POINTER(TrainingCall), pointer, c_int32)
        self.predict = function("predict", None, POINTER(PredictionCall), pointer)
        counts = c_int64, c_int64, c_int64
        self.multiply = function("multiply", None, pointer, pointer, pointer, *counts, pointer)
        self.activate = function("activate", None, c_int32, pointer, pointer, pointer, c_int64)
        self.draw = function("draw", None, pointer, pointer, pointer)
        self.normal = function("normal", None, pointer, pointer, c_int64)

    def workspace_bytes(self, network: Network) -> int:
        """Bytes that each thread needs for itself."""
        return int(self._workspace_bytes(byref(network)))


class Kernels:
    """The kernels of one variant.

    Attributes
    ----------
    variant
        `avx512`, `avx2`, `sse2` or `neon`.
    variants
        All that this processor can run, the best first.
    """

    def __init__(self, library: ctypes.CDLL, variant: str, variants: Sequence[str]) -> None:
        self.variant, self.variants = variant, tuple(variants)
        library.regplay_kernel.restype = POINTER(_KernelTable)
        library.regplay_kernel.argtypes = [c_char_p, c_int32]
        self._kernels = {
            dtype: Kernel(library.regplay_kernel(variant.encode(), is_double).contents)
            for is_double, dtype in enumerate((torch.float32, torch.float64))
        }

    @property
    def name(self) -> str:
        """The instruction set, for people."""
        return _NAMES[self.variant]

    def of(self, dtype: torch.dtype) -> Kernel:
        """The kernel of a precision: float32 or float64."""
        return self._kernels[dtype]


@dataclass(frozen=True)
class Missing:
    """There are no kernels, and why, in words for people."""

    reason: str


def load(path: Path | None = None, variant: str | None = None) -> Kernels | Missing:
    """The kernels of a library, or why they can't be had.

    Parameters
    ----------
    path
        None is what the environment names, or else the library beside this file.
    variant
        None is what the environment names, or else the best that the processor can run.
    """
    wanted = os.environ.get(_LIBRARY)
    if path is None and wanted == "none":
        return Missing(f"{_LIBRARY} says so")
    own = build.LIBRARY_NAMES.get(sys.platform, "library for this system")
    path = path or Path(wanted or Path(__file__).with_name(own))
    if not path.is_file():
        return Missing(f"there is no {path.name}; {_why_not_built(path)}")
    try:
        if not _is_whole(path):
            return Missing(f"{path.name} is cut short; install regplay again")
        library = ctypes.CDLL(str(path.resolve()))  # without a folder, the system's are searched
        library.regplay_version.restype = c_int64
        version = library.regplay_version()
        library.regplay_variant.restype = c_char_p
        library.regplay_variant.argtypes = [c_int32]
    except (OSError, AttributeError) as error:
        # Linux says of a file for another processor that there is none.
        why = "it may be of another system; install regplay again"
        return Missing(f"{path.name} can't be loaded, {why}: {str(error)[:150]}")
    if version != build.version():
        return Missing(f"{path.name} was built from other sources; install regplay again")
    variants: list[str] = []
    while (name := library.regplay_variant(len(variants))) is not None:
        variants.append(name.decode())
    named = os.environ.get(_VARIANT)
    chosen = variant or named or variants[0]
    if chosen not in variants:
        whose = "the variant" if variant else _VARIANT
        known = f"this processor runs {', '.join(variants)}"
        return Missing(f"{whose} is {chosen!r}, but {known}")
    return Kernels(library, chosen, variants)


def _why_not_built(path: Path) -> str:
    """Why a library was not built, as far as the install has left word of it."""
    note = path.with_name(build.NOT_BUILT)
    if not note.is_file():
        return "it was not built when regplay was installed"
    first = note.read_text(encoding="utf-8").partition("\n")[0]
    return f"it could not be built when regplay was installed: {first[:200]}"


def _is_whole(path: Path) -> bool:
    """Whether a file is not an ELF that was cut short, with which Linux would end the process.

    Its table of sections comes last: "Executable and Linkable Format", version 1.2, part 1. Other
    systems look by themselves.
    """
    with path.open("rb") as file:
        head = file.read(64)
    if not head.startswith(b"\x7fELF"):
        return True
    if len(head) < 64:
        return False
    start, size, count = struct.unpack_from("<40xQ10xHH", head)
    return int(start) + int(size) * int(count) <= path.stat().st_size


def address(array: Tensor | NDArray[Any] | None, kind: object, *shape: int) -> int | None:
    """Where an array begins, if it is what the kernel takes it for; None of None.

    Raises
    ------
    ValueError
        If its shape or type is another, or it is not contiguous, or not in the CPU's memory.
    """
    if array is None:
        return None
    if isinstance(array, Tensor):
        is_right = array.device.type == "cpu" and array.is_contiguous()
        where = array.data_ptr()
    else:
        is_right = array.flags.c_contiguous
        where = array.ctypes.data
    if tuple(array.shape) != shape or array.dtype != kind or not is_right:
        raise ValueError(f"{tuple(array.shape)} of {array.dtype} is not {shape} of {kind}")
    return where


def integer(start: int = 0) -> NDArray[np.int32]:
    """A number that threads share."""
    return np.array([start], dtype=np.int32)
