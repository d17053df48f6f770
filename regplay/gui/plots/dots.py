"""Dots over a surface: the larger, the further networks thinned by dropout scatter there."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Grid
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.cells import Cells
from regplay.gui.plots.figure_painter import FigurePainter

_APART = 14  # pixels from dot to dot
_SIZES = 16  # that there are, from none to one that touches its neighbours
_DARK, _LIGHT = "#101820", "#ffffff"  # whichever parts from the ground


class DotsLayer:
    """A lattice of dots that stays while their sizes change.

    Attributes
    ----------
    sizes
        [rows, columns] at the grid points: 0 is no dot, 1 one that touches its neighbours; None
        draws nothing.
    on_dark
        [rows, columns]: where the surface is dark; None draws nothing either.
    """

    def __init__(self) -> None:
        self.grid: Grid | None = None
        self.sizes: Floats | None = None
        self.on_dark: NDArray[np.bool_] | None = None
        self._cells = Cells()
        self._atlas: QPixmap | None = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the dots."""
        if self.sizes is None or self.on_dark is None or self.grid is None:
            return
        x, y = np.meshgrid(
            np.arange(_APART / 2, frame.width, _APART), np.arange(_APART / 2, frame.height, _APART)
        )
        row, column = self._points(frame, x, y)
        size = np.nan_to_num(self.sizes[row, column], nan=1.0).clip(0, 1)
        which = np.rint(size * _SIZES).astype(np.intp)
        shown = which > 0
        if isinstance(painter, FigurePainter):
            on_dark = self.on_dark[row, column]
            _draw_each(painter, x[shown], y[shown], which[shown], on_dark[shown])
            return
        ratio, cell = frame.ratio, int(np.ceil((_APART + 2) * frame.ratio))
        atlas = self._drawn(ratio, cell)
        light = self.on_dark[row, column][shown].astype(np.intp)
        self._cells.draw(painter, atlas, cell, ratio, x[shown], y[shown], which[shown], light)

    def _points(
        self, frame: Frame, x: Floats, y: Floats
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Row and column of the grid points nearest to places in pixels."""
        assert self.grid is not None
        low, high, (rows, columns) = self.grid.low, self.grid.high, self.grid.shape
        left, right = frame.x([low[0], high[0]])
        bottom, top = frame.y([low[1], high[1]])
        column = ((x - left) / (right - left)).clip(0, 1) * (columns - 1)
        row = ((y - bottom) / (top - bottom)).clip(0, 1) * (rows - 1)
        return np.rint(row).astype(np.intp), np.rint(column).astype(np.intp)

    def _drawn(self, ratio: float, cell: int) -> QPixmap:
        """One picture of all sizes: dark ones, and below them light ones."""
        if self._atlas is not None and self._atlas.height() == 2 * cell:
            return self._atlas
        self._atlas = QPixmap(cell * (_SIZES + 1), 2 * cell)
        self._atlas.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._atlas)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        for line, color in enumerate((_DARK, _LIGHT)):
            painter.setBrush(_translucent(color))
            for size in range(1, _SIZES + 1):
                radius = _radius(size) * ratio
                centre = QPointF((size + 0.5) * cell, (line + 0.5) * cell)
                painter.drawEllipse(centre, radius, radius)
        painter.end()
        return self._atlas


def _radius(size: int) -> float:
    """In pixels."""
    return _APART / 2 * size / _SIZES


def _translucent(color: str) -> QColor:
    fill = QColor(color)
    fill.setAlpha(150)
    return fill


def _draw_each(
    painter: FigurePainter,
    x: Floats,
    y: Floats,
    sizes: NDArray[np.intp],
    on_dark: NDArray[np.bool_],
) -> None:
    """Draw dots [n] at pixels as shapes."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    inks = _translucent(_DARK), _translucent(_LIGHT)
    for at_x, at_y, size, is_dark in zip(
        x.tolist(), y.tolist(), sizes.tolist(), on_dark.tolist(), strict=True
    ):
        painter.setBrush(inks[is_dark])
        painter.drawEllipse(QPointF(at_x, at_y), _radius(size), _radius(size))
