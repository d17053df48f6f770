"""Bands around curves, filled."""

import numpy as np
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from regplay.core.datasets.dataset import Floats
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.figure_painter import FigurePainter
from regplay.gui.plots.panel import Band
from regplay.gui.theme import Colors, mix

_ONE, _TWO = 0.26, 0.12  # shares of a curve's colour in the bands of one deviation and of two
FEW = 4  # curves that have both bands


def band_colors(colors: Colors, curve: str) -> tuple[str, str]:
    """Of two standard deviations around a curve of this colour, and of one."""
    return mix(colors.background, curve, _TWO), mix(colors.background, curve, _ONE)


def band_polygon(frame: Frame, x: Floats, low: Floats, high: Floats) -> QPolygonF:
    """The space between two curves `low` and `high` [points] at rising `x` [points], in pixels.

    What has no place on the axes is left out.
    """
    across, bottom, top = frame.x(x), frame.y(low), frame.y(high)
    placed = np.isfinite(bottom) & np.isfinite(top)
    if not placed.any():
        return QPolygonF()
    across, bottom, top = across[placed], bottom[placed], top[placed]
    polygon: QPolygonF = arrayToQPolygonF(
        np.concatenate([across, across[::-1]]), np.concatenate([bottom, top[::-1]])
    )
    return polygon


class BandLayer:
    """One and two standard deviations around each of some curves, as two shades.

    Where bands of several curves overlap, both show; around more than `FEW` curves there is only
    the band of one deviation, for the others would cover the plot.

    Attributes
    ----------
    band
        What to draw, or None.
    x
        Where its points lie, [grid points].
    curves
        The colour of each curve, as many as the band has classes; of a regression, one.
    limits
        Lowest and highest value that a band can reach, or None.
    """

    def __init__(self) -> None:
        self.band: Band | None = None
        self.x: Floats = np.zeros(0)
        self.curves: tuple[str, ...] = ()
        self.limits: tuple[float, float] | None = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Fill the bands, the wide ones first.

        Without antialiasing, which takes three times as long where bands blend.
        """
        band = self.band
        if band is None:
            return
        points = len(self.x)
        mean, std = band.mean.reshape(points, -1).T, band.std.reshape(points, -1).T
        mode = QPainter.CompositionMode
        is_dark = frame.colors.dark
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        is_figure = isinstance(painter, FigurePainter)
        if is_figure:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if len(mean) > 1 and not is_figure:
            blends = mode.CompositionMode_Lighten if is_dark else mode.CompositionMode_Darken
            painter.setCompositionMode(blends)
        for place, deviations in enumerate((2, 1)):
            if deviations == 2 and len(mean) > FEW:
                continue
            for curve, around, away in zip(self.curves, mean, std, strict=True):
                with np.errstate(all="ignore"):  # diverged networks
                    low, high = around - deviations * away, around + deviations * away
                if self.limits is not None:
                    low, high = np.clip(low, *self.limits), np.clip(high, *self.limits)
                shade = QColor(band_colors(frame.colors, curve)[place])
                if len(mean) > 1 and is_figure:  # vectors have no modes of composition
                    shade = QColor(curve)
                    shade.setAlphaF((_TWO, _ONE)[place])
                painter.setBrush(shade)
                painter.drawPolygon(band_polygon(frame, self.x, low, high))
        painter.restore()
