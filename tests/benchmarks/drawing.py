"""What a frame of a plot costs: the layers of the canvas against pyqtgraph's own items.

Both draw the same content into charts of one size, whose ranges rest: a fit that moves over 30 and
over 2,000 points, and two losses over epochs with the space between them filled. A frame is new
data and the painting of all that changed, measured in time of the CPU.
"""

import time
from collections.abc import Callable
from statistics import median

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QWidget

from regplay.core.arrays import Floats
from regplay.gui.plots.canvas import LineLayer
from regplay.gui.plots.chart import Chart
from regplay.gui.plots.history_layers import GAP, CurvesLayer, curves
from regplay.gui.plots.shapes import Points, PointsLayer
from regplay.gui.theme import LIGHT
from tests.benchmarks.report import Row

_SIZE = 620, 380  # pixels
_ROUNDS, _FRAMES = 5, 60
_GRID = 256  # points of a fit
_RECORDS = 1000
Floats = Floats
Show = Callable[[int], None]  # the data of a frame


def drawing() -> list[Row]:
    """A row for each content."""
    app = QApplication.instance() or QApplication([])
    contents = {
        "a frame of a fit over 30 points": (_fit_of_items(30), _fit_of_layers(30)),
        "a frame of a fit over 2,000 points": (_fit_of_items(2000), _fit_of_layers(2000)),
        "a frame of two losses, with the gap": (_losses_of_items(), _losses_of_layers()),
    }
    rows = []
    for name, (items, layers) in contents.items():
        pairs = [(_milliseconds(app, *items), _milliseconds(app, *layers)) for _ in range(_ROUNDS)]
        theirs, ours = (median(side) for side in zip(*pairs, strict=True))
        ratio = median(theirs / ours for theirs, ours in pairs)
        rows.append(Row(name, "pyqtgraph's items", theirs, ours, "ms", ratio, 1.0))
    return rows


def _milliseconds(app: object, widget: QWidget, show: Show) -> float:
    """CPU time of a frame."""
    widget.show()
    for frame in range(10):
        show(frame)
        QApplication.processEvents()
    start = time.process_time()
    for frame in range(_FRAMES):
        show(frame)
        QApplication.processEvents()
    spent = time.process_time() - start
    widget.hide()
    return 1000 * spent / _FRAMES


def _fit(frame: int) -> tuple[Floats, Floats]:
    x = np.linspace(0, 1, _GRID)
    return x, np.sin((6 + frame / 20) * x) * (0.6 + 0.3 * np.sin(frame / 7))


def _points(count: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 1, count)
    return x, np.sin(6 * x) + 0.2 * rng.normal(size=count)


def _losses(frame: int) -> tuple[Floats, Floats, Floats]:
    """The first `_RECORDS` epochs of a run, and `frame` more."""
    epochs = np.arange(_RECORDS + frame, dtype=float)
    noise = 0.02 * np.sin(epochs * 1.7)
    return epochs, np.exp(-epochs / 300) + noise, 0.3 + 0.8 * np.exp(-epochs / 200) + noise


def _ranges() -> tuple[tuple[float, float], tuple[float, float]]:
    return (0.0, 1200.0), (-0.1, 1.3)


def _fit_of_layers(count: int) -> tuple[QWidget, Show]:
    chart, line, points = Chart(), LineLayer(LIGHT.fit, 2.0), PointsLayer()
    chart.resize(*_SIZE)
    x, y = _points(count)
    points.groups = (Points(x, y, "circle", (LIGHT.train,), LIGHT.background, 8.0),)
    chart.canvas.live += [line, points]  # the points over the fit, as pyqtgraph's lie
    chart.fix("x", 0.0, 1.0)
    chart.fix("y", -1.6, 1.6)

    def show(frame: int) -> None:
        line.set(*_fit(frame))
        chart.refresh()

    return chart, show


def _losses_of_layers() -> tuple[QWidget, Show]:
    chart, layer = Chart(), CurvesLayer(curves("loss"), gap=True)
    chart.resize(*_SIZE)
    for curve in layer.curves:
        curve.dashed = False  # pyqtgraph's dashes take ten times as long
    chart.canvas.live.append(layer)
    (x, y) = _ranges()
    chart.fix("x", *x)
    chart.fix("y", *y)

    def show(frame: int) -> None:
        layer.epochs, layer.curves[0].values, layer.curves[1].values = _losses(frame)
        chart.refresh()

    return chart, show


def _plot(x: tuple[float, float], y: tuple[float, float]) -> pg.PlotWidget:
    plot = pg.PlotWidget(background=LIGHT.background)
    plot.setAntialiasing(True)
    plot.resize(*_SIZE)
    plot.getPlotItem().hideButtons()
    plot.getPlotItem().disableAutoRange()
    plot.setXRange(*x, padding=0)
    plot.setYRange(*y, padding=0)
    return plot


def _pen(color: str, width: float) -> object:
    pen = pg.mkPen(QColor(color), width=width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def _fit_of_items(count: int) -> tuple[QWidget, Show]:
    plot, line = _plot((0.0, 1.0), (-1.6, 1.6)), pg.PlotCurveItem(pen=_pen(LIGHT.fit, 2.0))
    line.setSegmentedLineMode("on")  # the quicker one for lines wider than a pixel
    x, y = _points(count)
    ring = pg.mkPen(LIGHT.background, width=1.3)
    points = pg.ScatterPlotItem(x, y, size=8.0, pen=ring, brush=LIGHT.train)
    plot.addItem(line)
    plot.addItem(points)
    return plot, lambda frame: line.setData(*_fit(frame))


def _losses_of_items() -> tuple[QWidget, Show]:
    plot = _plot(*_ranges())
    lines = [pg.PlotCurveItem(pen=_pen(color, 1.8)) for color in (LIGHT.train, LIGHT.valid)]
    for line in lines:
        line.setSegmentedLineMode("on")
    gap = pg.FillBetweenItem(*lines, brush=QColor(LIGHT.of(GAP)))
    for item in (gap, *lines):
        plot.addItem(item)

    def show(frame: int) -> None:
        epochs, train, valid = _losses(frame)
        lines[0].blockSignals(True)  # the space between is made anew once, not twice
        lines[0].setData(epochs, train)
        lines[0].blockSignals(False)
        lines[1].setData(epochs, valid)

    return plot, show
