"""What a unit computes, as a small picture: colours over two inputs, a curve over one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from regplay.gui.network.scales import signed_levels, signed_table
from regplay.gui.plots.lines import Segments, pen
from regplay.gui.theme import LIGHT, Colors

_HEADROOM = 1.12  # so that a curve at its largest value stays off the frame


class Thumbnails:
    """Draws units; it keeps the colours that numbers have."""

    def __init__(self) -> None:
        self._colors = LIGHT
        self._table = signed_table(LIGHT)
        self._segments = Segments()

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self._colors, self._table = colors, signed_table(colors)

    def paint(
        self,
        painter: QPainter,
        rects: Sequence[QRectF],
        values: NDArray[np.float32],
        largest: float,
    ) -> None:
        """Draw units into squares, each with a frame around it.

        Parameters
        ----------
        values
            [units, rows, columns], the first row at the bottom, or [units, points]; or [units], one
            number each, which fills the square.
        largest
            The absolute value that has the full colour or the full height.
        """
        if values.ndim == 2:
            for rect, heights in zip(rects, values, strict=True):
                self._paint_curve(painter, rect, heights, largest)
        else:
            levels = signed_levels(
                values.reshape(len(values), *(values.shape[1:] or (1, 1))), largest
            )
            for rect, pixels in zip(rects, self._table[levels[:, ::-1]], strict=True):
                _paint_map(painter, rect, pixels)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(self._colors.muted), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRects([rect.adjusted(0, 0, -1, -1) for rect in rects])

    def _paint_curve(
        self, painter: QPainter, rect: QRectF, values: NDArray[np.float32], largest: float
    ) -> None:
        painter.fillRect(rect, QColor(self._colors.background))
        middle, half = rect.center().y(), rect.height() / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(self._colors.grid), 1))
        painter.drawLine(QPointF(rect.left(), middle), QPointF(rect.right() - 1, middle))
        with np.errstate(all="ignore"):
            heights = np.nan_to_num(values / (_HEADROOM * largest)).clip(-1, 1)
        x = np.linspace(rect.left() + 1, rect.right() - 1, len(values))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(pen(self._colors.fit, 1.4 if rect.width() < 60 else 2.0))
        self._segments.draw_through(painter, x, middle - half * heights.astype(float))


def _paint_map(painter: QPainter, rect: QRectF, pixels: NDArray[np.uint32]) -> None:
    """Draw colours [rows, columns] from the top, smooth in between."""
    rows, columns = pixels.shape
    image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    painter.drawImage(rect, image)  # before `pixels`, which the image looks into, are gone
