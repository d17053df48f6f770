"""Arrays as text: little-endian numbers, compressed by zlib, as base64."""

import base64
import binascii
import math
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regplay.core.errors import UserError

Layout = tuple[str, tuple[int, ...]]  # numpy's name of the type, and the shape
_LEVEL = 1  # weights hardly get smaller by more work


class DocumentError(UserError):
    """A session can't be read or written; the message says what, where and what to do."""


def encoded(array: NDArray[Any]) -> str:
    """An array as text; its type and shape are not in it."""
    little = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)
    return base64.b64encode(zlib.compress(little.tobytes(), _LEVEL)).decode("ascii")


class ArrayReader:
    """Takes arrays out of the texts of a file, and no more memory than it was given.

    Parameters
    ----------
    texts
        By the names of the arrays.
    most
        Bytes that all arrays together may take.
    """

    def __init__(self, texts: Mapping[str, str], most: int) -> None:
        self._texts = texts
        self._left = most

    def read(self, name: str, layout: Layout) -> NDArray[Any]:
        """An array of this type and shape, which may be written to.

        Raises
        ------
        DocumentError
            If it is not there, or is not exactly of this size. Nothing is unpacked beyond it.
        """
        type_, shape = layout
        if name not in self._texts:
            raise DocumentError(f"arrays.{name} is missing; the file is not complete")
        size = self._taken(layout)
        try:
            packed = binascii.a2b_base64(self._texts[name].encode("ascii"), strict_mode=True)
            unpacker = zlib.decompressobj()
            # One more than there should be: 0 would mean that there is no limit.
            data = unpacker.decompress(packed, size + 1)
        except (ValueError, zlib.error):
            raise DocumentError(f"arrays.{name} is damaged") from None
        if len(data) != size or not unpacker.eof or unpacker.unused_data:
            wanted = " × ".join(str(length) for length in shape)
            raise DocumentError(f"arrays.{name} is damaged: it does not hold {wanted} numbers")
        return np.frombuffer(bytearray(data), dtype=type_).reshape(shape)

    def zeros(self, layout: Layout) -> NDArray[Any]:
        """An array of this type and shape that no text holds.

        Raises
        ------
        DocumentError
            If there is no memory left for it.
        """
        self._taken(layout)
        return np.zeros(layout[1], dtype=layout[0])

    def _taken(self, layout: Layout) -> int:
        """Bytes for an array, no longer left for others."""
        type_, shape = layout
        size = math.prod(shape) * np.dtype(type_).itemsize
        self._left -= size
        if self._left < 0:
            raise DocumentError("its arrays would take more memory than a session may")
        return size
