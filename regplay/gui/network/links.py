"""The links of a drawn network: one a weight, as wide as it is large."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen

from regplay.core.inside import NEAR_ZERO
from regplay.gui.network.scales import sign_color
from regplay.gui.plots.lines import Segments
from regplay.gui.theme import LIGHT, Colors, mix

Pixels = NDArray[np.float64]
_LEVELS = 12  # widths that there are: a weight that moves a little leaves its link as it is
_THIN, _THICK = 0.7, 6.0  # pixels
_FEW = 200  # links that may all have smooth curves
_JOINED = 2.5  # pixels from which gaps between the pieces of a curve would show


class Links:
    """Widths, colours and painting.

    Attributes
    ----------
    weights
        [links]
    widths
        [links], in pixels.
    """

    def __init__(self) -> None:
        self.weights: NDArray[np.float32] = np.zeros(0, dtype=np.float32)
        self.widths: Pixels = np.zeros(0)
        self._levels: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self._segments = Segments()
        self._pens: list[list[QPen]] = []
        self._faint = QPen()
        self.setColors(LIGHT)

    def setWeights(self, weights: NDArray[np.float32], largest: float) -> None:
        """Show these; `largest` is the absolute value that has the full width."""
        self.weights = np.nan_to_num(weights)
        share = (np.abs(self.weights) / largest).clip(0, 1)
        self._levels = np.rint(share * _LEVELS).astype(np.intp)
        self.widths = _width(self._levels)

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self._faint = QPen(QColor(mix(colors.background, colors.muted, 0.3)), 1)
        self._pens = [
            [_pen(sign, level, colors) for level in range(_LEVELS + 1)] for sign in (1, -1)
        ]

    def paint(self, painter: QPainter, curves: Pixels) -> None:
        """Draw links along curves [links, points, 2], the widest on top."""
        fine, coarse = _pieces(curves), _pieces(curves[:, ::2])
        is_sparse = len(curves) <= _FEW
        is_faint = np.abs(self.weights) < NEAR_ZERO
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(self._faint)
        self._segments.draw(painter, coarse[is_faint].reshape(-1, 4))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for level in range(_LEVELS + 1):
            # Painting takes as long as there are pieces, and corners show on wide links first.
            pieces = fine if is_sparse or _width(level) > _JOINED else coarse
            for is_negative in (False, True):
                chosen = (self._levels == level) & ((self.weights < 0) == is_negative) & ~is_faint
                if chosen.any():
                    painter.setPen(self._pens[is_negative][level])
                    self._segments.draw(painter, pieces[chosen].reshape(-1, 4))

    def paint_one(self, painter: QPainter, curve: Pixels, link: int, colors: Colors) -> None:
        """Draw one link over the others, between seams."""
        pieces = _pieces(curve[None])[0]
        width = float(self.widths[link])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        color = sign_color(float(self.weights[link]), colors)
        for shade, wide in ((colors.foreground, width + 3), (color, max(width, 1.5))):
            drawn = QPen(QColor(shade), wide)
            drawn.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(drawn)
            self._segments.draw(painter, pieces)


def _pieces(curves: Pixels) -> Pixels:
    """The straight pieces [links, pieces, 4] of curves."""
    return np.concatenate([curves[:, :-1], curves[:, 1:]], axis=2)


def _width(level: float | NDArray[np.intp]) -> Any:
    """Pixels across a link of a level."""
    return _THIN + (_THICK - _THIN) * level / _LEVELS


def _pen(sign: int, level: int, colors: Colors) -> QPen:
    """Small weights are pale, so that hundreds of them don't hide the large ones."""
    share = level / _LEVELS
    width = _width(level)
    color = mix(colors.background, sign_color(sign, colors), 0.15 + 0.85 * share**0.8)
    drawn = QPen(QColor(color), width)
    joined = width > _JOINED
    drawn.setCapStyle(Qt.PenCapStyle.SquareCap if joined else Qt.PenCapStyle.FlatCap)
    return drawn
