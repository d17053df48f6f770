"""Square cells of one picture, drawn at many places in one call."""

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtGui import QPainter, QPixmap

from regplay.gui.plots.canvas import Pixels


class Cells:
    """Draws cells centred at places; the buffer for them is kept."""

    def __init__(self) -> None:
        self._buffer = PrimitiveArray(QPainter.PixmapFragment, 10)

    def draw(
        self,
        painter: QPainter,
        atlas: QPixmap,
        size: int,
        ratio: float,
        x: Pixels,
        y: Pixels,
        column: NDArray[np.intp] | int = 0,
        row: NDArray[np.intp] | int = 0,
    ) -> None:
        """Draw a cell at each place.

        Parameters
        ----------
        size
            Of a cell, in the atlas' own pixels.
        ratio
            How many of them go on a pixel of the plot.
        x, y
            [places].
        column, row
            Which cell, at each place or at all.
        """
        self._buffer.resize(len(x))
        # x, y, left, top, width, height, scale x, scale y, rotation, opacity
        fragments = self._buffer.ndarray()
        fragments[:] = (0, 0, 0, 0, size, size, 1 / ratio, 1 / ratio, 0, 1)
        fragments[:, 0], fragments[:, 1] = x, y
        fragments[:, 2], fragments[:, 3] = size * column, size * row
        painter.drawPixmapFragments(*self._buffer.drawargs(), atlas)  # type: ignore[call-arg]
