"""What is drawn inside a plot's axes: its layers, by one graphics item, and what hovers over them.

A graphics item for each curve pays for bounding rectangles, transforms and a stroke that Qt
computes with joins, on every frame. This one maps data to pixels with numpy, and keeps pictures of
what rests under the curves and over them: a new frame costs only the curves that moved. Of a frame
that is painted again there is a picture too: a hover line that moves costs one copy of it.

Measured with the same content in charts of 620 × 380 pixels whose ranges rest, CPU time of a frame
(`python -m tests.benchmarks drawing`): a fit over 30 points 0.36 ms, where pyqtgraph's
`PlotCurveItem` and `ScatterPlotItem` take 0.66 ms; over 2,000 points 0.64 against 0.94 ms; two
losses of 1,000 records with the space between them 0.87 ms, where `PlotCurveItem` and
`FillBetweenItem` take 6.3 ms. So lines, markers and fills are drawn by our own layers, which also
figures are painted by; the scene, its box and what the mouse does to both are pyqtgraph's.
"""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsObject, QGraphicsWidget

from regplay.core.arrays import Floats
from regplay.gui.plots.frame import Frame
from regplay.gui.plots.readout import Readout, ReadoutRow, fitted, paint_readout, readout_size
from regplay.gui.plots.shapes import WIDTH, in_dashes, pen, through
from regplay.gui.theme import Colors, hairline, sized


class Layer(Protocol):
    """Something that draws itself into a frame."""

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw; the painter is in pixels, its settings are whatever the last layer left."""


class LineLayer:
    """One line through data points; those without a place on the axes are left out.

    Attributes
    ----------
    x, y
        The points [n], in data units.
    color
        As `#rrggbb`.
    """

    def __init__(self, color: str = "#000000", width: float = WIDTH, dashed: bool = False) -> None:
        self.x: Floats = np.zeros(0)
        self.y: Floats = np.zeros(0)
        self.color = color
        self._width = width
        self._dashed = dashed

    def set(self, x: ArrayLike, y: ArrayLike) -> None:
        self.x, self.y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)

    def clear(self) -> None:
        self.set((), ())

    def paint(self, painter: QPainter, frame: Frame) -> None:
        if not self.x.size:
            return
        x, y = frame.x(self.x), frame.y(self.y)
        placed = np.isfinite(x) & np.isfinite(y)
        if not placed.all():
            x, y = x[placed], y[placed]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(pen(frame.colors.of(self.color), self._width * frame.zoom))
        keep = None
        if self._dashed and len(x) > 1:
            across, keep = in_dashes(x, frame)
            x, y = across, np.interp(across, x, y)
        frame.device.draw_lines(painter, through(x, y, keep))


class CanvasHost(Protocol):
    """What an item of a chart asks its chart for; `Chart` says more about each."""

    reader: "Callable[[float, float], Reading | None] | None"

    @property
    def colors(self) -> Colors:
        """What everything is drawn in."""

    def frame(self) -> Frame:
        """Its place and scales at this moment."""

    def font(self) -> QFont:
        """Of its texts."""

    def width(self) -> int:
        """In pixels, axes and all."""

    def height(self) -> int:
        """In pixels, axes and all."""


class BoxItem(QGraphicsObject):
    """Something as large as a box, the inside of a chart's axes; it leaves the mouse to that.

    Attributes
    ----------
    is_cut
        Whether nothing is seen of it outside of the box, by which all that is in there is cut off.
    """

    is_cut = True

    def __init__(self, chart: CanvasHost, box: QGraphicsWidget) -> None:
        super().__init__(box if self.is_cut else box.parentItem())
        self._chart, self._box = chart, box
        self._rect = QRectF()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        """The inside of the axes."""
        return self._rect

    def fit_box(self) -> None:
        """Take the size of the view box."""
        self.prepareGeometryChange()
        self._rect = QRectF(self._box.rect())
        if not self.is_cut:
            self.setPos(self._box.pos())


class Canvas(BoxItem):
    """The layers of a chart.

    Attributes
    ----------
    under, live, over
        Layers from bottom to top. `under` and `over` are drawn once and kept until `rest` says
        that they changed; `live` ones on every `update_live`.
    frames
        How often the live layers were drawn.
    """

    def __init__(self, chart: CanvasHost, box: QGraphicsWidget) -> None:
        super().__init__(chart, box)
        self.under: list[Layer] = []
        self.live: list[Layer] = []
        self.over: list[Layer] = []
        self.frames = 0
        self._under: QPixmap | None = None
        self._over: QPixmap | None = None
        self._frame: QPixmap | None = None
        self._is_kept = False  # whether that is the present frame
        self._stale = True

    def rest(self) -> None:
        """Layers that rest, the ranges or the colours changed: draw everything anew."""
        self._under = self._over = self._frame = None
        self.update_live()

    def update_live(self) -> None:
        """The live layers changed."""
        self._stale = True
        self.update()

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Draw a new frame; of one that is painted again, copy a picture."""
        if self._rect.isEmpty():
            return
        frame = self._chart.frame()
        if self._under is None or self._under.devicePixelRatio() != frame.ratio:
            self._under = self._drawn(self.under, frame, QColor(frame.colors.background))
            self._over, self._frame, self._stale = None, None, True
        is_new, self._stale = self._stale, False
        self._is_kept &= not is_new
        if is_new and _is_on_pixels(painter):  # most frames are painted once
            painter.save()
            painter.setFont(sized(self._chart.font()))
            painter.setClipRect(self._rect)
            self._compose(painter, frame, self._under)
            painter.restore()
            return
        if self._frame is None or not self._is_kept:
            self._is_kept = True
            self._frame = self._frame or QPixmap(self._under.size())
            self._frame.setDevicePixelRatio(frame.ratio)
            inner = QPainter(self._frame)
            inner.setFont(sized(self._chart.font()))
            self._compose(inner, frame, self._under)
            inner.end()
        painter.drawPixmap(0, 0, self._frame)

    def _compose(self, painter: QPainter, frame: Frame, under: QPixmap) -> None:
        self.frames += 1
        painter.drawPixmap(0, 0, under)
        _paint(self.live, painter, frame)
        if self.over:
            if self._over is None:
                self._over = self._drawn(self.over, frame, QColor(0, 0, 0, 0))
            painter.drawPixmap(0, 0, self._over)

    def _drawn(self, layers: list[Layer], frame: Frame, background: QColor) -> QPixmap:
        size = (self._rect.size() * frame.ratio).toSize()
        picture = QPixmap(size)
        picture.setDevicePixelRatio(frame.ratio)
        picture.fill(background)
        painter = QPainter(picture)
        painter.setFont(sized(self._chart.font()))
        _paint(layers, painter, frame)
        painter.end()
        return picture


def _is_on_pixels(painter: QPainter) -> bool:
    """Whether the item begins at a whole pixel of the screen, as a picture of it always does."""
    origin = painter.deviceTransform().map(QPointF(0, 0))
    return origin.x().is_integer() and origin.y().is_integer()


def _paint(layers: list[Layer], painter: QPainter, frame: Frame) -> None:
    """Draw layers; one that fails is reported and skipped.

    An exception that leaves `QGraphicsWidget.paint` ends the process with a segmentation fault.
    """
    for layer in layers:
        try:
            layer.paint(painter, frame)
        except Exception:
            sys.excepthook(*sys.exc_info())


_TOP = 8.0  # pixels at 100 % of the box from the top
_ARM = 9.0  # of a cross from its middle


@dataclass(frozen=True)
class Reading:
    """What the hover line shows: where it stands, a heading, and values.

    With a height it is a cross at a point of the plane.
    """

    x: float  # pixels from the left
    title: str
    rows: tuple[ReadoutRow, ...] = ()
    y: float | None = None  # pixels from the top


class HoverItem(BoxItem):
    """Drawn over the canvas, whose finished frame it leaves as it is.

    Attributes
    ----------
    reading
        What is shown, or None while the mouse is elsewhere.
    """

    is_cut = False  # it lies over names that reach out of the box

    def __init__(self, chart: CanvasHost, box: QGraphicsWidget) -> None:
        super().__init__(chart, box)
        self.reading: Reading | None = None
        self._mouse: tuple[float, float] | None = None
        self.setZValue(10)

    def boundingRect(self) -> QRectF:
        """As large as the chart: a box that is larger than the axes' inside reaches over them."""
        width, height = self._chart.width() - 4, self._chart.height() - 4
        return QRectF(2 - self.x(), 2 - self.y(), width, height)

    def move(self, x: float, y: float) -> None:
        """The mouse is here, in pixels."""
        self._mouse = (x, y)
        self.read_again()

    def leave(self) -> None:
        """The mouse is elsewhere."""
        self._mouse = None
        self._set(None)

    def read_again(self) -> None:
        """Read the values under a mouse that may not have moved."""
        if self._mouse is not None and self._chart.reader is not None:
            x, y = self._mouse
            reading = self._chart.reader(self._chart.frame().x_value(x), y)
            # Epoch 0, alone on a logarithmic axis, has no place there.
            has_place = reading is not None and math.isfinite(reading.x)
            self._set(reading if has_place else None)

    def _set(self, reading: Reading | None) -> None:
        if reading != self.reading:
            self.reading = reading
            self.update()

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Draw the line, the dots and the box."""
        reading = self.reading
        if reading is None:
            return
        colors = self._chart.colors
        zoom = self._chart.frame().zoom
        painter.setFont(sized(self._chart.font()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        x = round(reading.x) + 0.5
        if reading.y is None:
            painter.setPen(hairline(colors.muted, zoom))
            painter.drawLine(QPointF(x, 0), QPointF(x, self._rect.height()))
        else:
            at, arm = QPointF(x, round(reading.y) + 0.5), _ARM * zoom
            for color, width in ((colors.background, 3), (colors.foreground, 1)):  # on any surface
                painter.setPen(hairline(color, width * zoom))
                painter.drawLine(at - QPointF(arm, 0), at + QPointF(arm, 0))
                painter.drawLine(at - QPointF(0, arm), at + QPointF(0, arm))
        for row in reading.rows:
            if row.y is not None and row.color is not None:
                painter.setPen(QPen(QColor(colors.background), 1.5 * zoom))
                painter.setBrush(QColor(colors.of(row.color)))
                painter.drawEllipse(QPointF(reading.x, row.y), 4 * zoom, 4 * zoom)
        self._paint_box(painter, reading)

    def _paint_box(self, painter: QPainter, reading: Reading) -> None:
        place = QPointF(reading.x, _TOP * self._chart.frame().zoom)
        readout = Readout(reading.title, reading.rows)
        metrics = QFontMetricsF(painter.font())
        room, whole = QRectF(self._rect), self.boundingRect()
        size = readout_size(metrics, readout)
        columns = fitted(metrics, readout, whole.size()).columns
        if size.width() > room.width() or columns > 1:
            room.setLeft(whole.left())
            room.setRight(whole.right())
        if size.height() > room.height():
            room.setTop(whole.top())
            room.setBottom(whole.bottom())
        paint_readout(painter, room, place, readout, self._chart.colors)
