"""A plot as one description, and how all of it is drawn into a rectangle of any size.

The chart on screen draws its axes and its layers by the same code, each where they rest.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF, QPainter

from regplay.gui.plots.axes import Axes
from regplay.gui.plots.canvas import Frame, Layer
from regplay.gui.plots.color_bar import Bar
from regplay.gui.plots.legend import Entry, paint_legend
from regplay.gui.theme import Colors

_NAME = 16.0  # pixels over a bar, for its name


@dataclass(frozen=True, eq=False)
class Plot:
    """What a plot shows, without its size.

    Attributes
    ----------
    axes
        What stands along both sides.
    layers
        What is drawn inside, from bottom to top.
    entries
        Its legend.
    bar
        The scale of its colours, or None.
    """

    axes: Axes
    layers: Sequence[Layer]
    entries: Sequence[Entry] = ()
    bar: Bar | None = None

    def paint(self, painter: QPainter, area: QRectF, colors: Colors) -> QRectF:
        """Draw the legend over the axes, and the layers inside them; where these are."""
        metrics = QFontMetricsF(painter.font())
        area = area.adjusted(0, paint_legend(painter, self.entries, area, colors), 0, 0)
        width = 0.0
        if self.bar is not None:
            width = self.bar.width(metrics)
            area = area.adjusted(0, _NAME, -width, 0)
        inside = self.axes.inside(area, metrics)
        ratio = max(painter.device().devicePixelRatioF(), 1.0)
        scales = self.axes.x.scale, self.axes.y.scale
        frame = Frame(inside.width(), inside.height(), *scales, ratio, colors, is_figure=True)
        for layer in self.layers:
            painter.save()
            painter.setClipRect(inside)
            painter.translate(inside.topLeft())
            # A copy: what a layer remembers of its last frame belongs to the screen.
            copy.copy(layer).paint(painter, frame)
            painter.restore()
        self.axes.paint(painter, inside, colors)
        if self.bar is not None:
            place = QRectF(area.right(), inside.top(), width, inside.height())
            self.bar.paint(painter, place, colors)
        return inside
