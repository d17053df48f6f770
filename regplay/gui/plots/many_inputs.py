"""The fits of many inputs: predicted against true values, and confusion."""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetricsF, QPainter
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from regplay.core.arrays import Floats, Indices, Integers
from regplay.core.datasets import Dataset, Split
from regplay.core.fit import Fit
from regplay.core.number_text import percent_text
from regplay.gui.plots.canvas import LineLayer
from regplay.gui.plots.fit_panel import ChartPanel, FitPanel, points_text
from regplay.gui.plots.frame import Frame
from regplay.gui.plots.legend import Entry, Legend
from regplay.gui.plots.linear_weights import WeightsView
from regplay.gui.plots.readout import Picture, Readout, ReadoutWidget
from regplay.gui.plots.scale import Range, is_loose, padded
from regplay.gui.plots.shapes import Points, PointsLayer, paint_images, thinned
from regplay.gui.theme import ROLES, Colors, colors_of, hairline, mix, unit_of, zoom_of_text, zoomed
from regplay.gui.widgets import Toggle, fill


class PredictedChart(ChartPanel):
    """A point for each point: its true value across, the predicted one up."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.identity = LineLayer(ROLES.truth, width=1.4)
        self.points = PointsLayer()
        self.chart.canvas.under.append(self.identity)
        self.chart.canvas.live.append(self.points)
        self._targets: Range = (0.0, 1.0)
        self._limits: Range = (0.0, 1.0)

    def set_dataset(self, dataset: Dataset) -> None:
        """Set up axes in the target's units."""
        self.dataset, self.fit = dataset, None
        self.points.groups = ()
        self._targets = low, high = padded(np.concatenate([dataset.train.y, dataset.valid.y]))
        self._limits = (2 * low - high, 2 * high - low)
        # Two points far outside stay on the line whatever is shown.
        ends = (4 * low - 3 * high, 4 * high - 3 * low)
        self.identity.set(ends, ends)
        self.chart.settle("x", (low, high))
        self.chart.settle("y", (low, high))
        self.chart.reset_ranges()
        self.chart.set_labels(f"true {dataset.target_name}", f"predicted {dataset.target_name}")
        self._show_entries()
        self.chart.canvas.rest()

    def _show_points(self) -> None:
        self._show_entries()
        self.set_fit(self.fit)

    def _show_entries(self) -> None:
        if self.dataset is None:
            return
        entries = []
        for one in self._drawn_splits():
            n = len(one.split.y)
            text = points_text(one.name, len(thinned(n)), n)
            entries.append(Entry(one.shape, text, one.color, short=one.name))
        entries.append(Entry("line", "predicted = true", ROLES.truth, short="equal"))
        self.legend.set_entries(entries)

    def set_fit(self, fit: Fit | None) -> None:
        self.fit, groups = fit, []
        if fit is not None and self.dataset is not None:
            self.chart.cover("y", np.clip(np.concatenate([fit.train, fit.valid]), *self._limits))
            for one in self._drawn_splits()[::-1]:
                predicted, color, size = fit.train, one.color, 7
                if one.name == "validation":
                    predicted, size = fit.valid, 5
                    color = mix(color, ROLES.background, 0.45)
                some = thinned(len(one.split.y))
                places = one.split.y[some], predicted[some]
                groups.append(Points(*places, one.shape, (color,), ROLES.background, size))
        self.points.groups = tuple(groups)
        self.chart.refresh()

    def follow_run(self) -> None:
        """Let the range of predictions come back after a run that needed much more of it."""
        predicted = [] if self.fit is None else [self.fit.train, self.fit.valid]
        wanted = np.clip(np.concatenate([self._targets, *predicted]), *self._limits)
        if is_loose(self.chart.auto_range("y"), wanted):
            self.chart.settle("y", wanted)


class PredictedView(FitPanel):
    """`PredictedChart`, and beside it the weights where the model is linear."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart_panel = PredictedChart()
        self.weights = WeightsView()
        self.weights.hide()
        fill(QHBoxLayout(self), (self.chart_panel, 1), (self.weights, 1), spacing=4)

    def set_dataset(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.chart_panel.set_dataset(dataset)
        self.weights.set_dataset(dataset)
        self.weights.hide()

    def set_shows_validation(self, shows: bool) -> None:
        """Show the validation points, or the training points alone."""
        super().set_shows_validation(shows)
        self.chart_panel.set_shows_validation(shows)

    def set_fit(self, fit: Fit | None) -> None:
        """Show the predictions, and the weights if there are any."""
        self.fit = fit
        self.chart_panel.set_fit(fit)
        self.weights.setVisible(fit is not None and fit.weights is not None)
        self.weights.set_fit(fit)

    def follow_run(self) -> None:
        self.chart_panel.follow_run()
        self.weights.follow_run()


_LEVELS = 32  # shades of a cell
_SMALLEST = 9  # px of text that can be read
_IMAGES = 4  # in a row and in a column of those of a cell
_CENTER = Qt.AlignmentFlag.AlignCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def confusion_counts(probabilities: Floats, y: Integers) -> Indices:
    """How many points of each class [row] are assigned each class [column]."""
    classes = probabilities.shape[1]
    flat = y * classes + probabilities.argmax(axis=1)
    return np.bincount(flat, minlength=classes * classes).reshape(classes, classes)


@lru_cache(maxsize=4)
def _shades(colors: Colors, color: str) -> list[tuple[QColor, QColor]]:
    """Ground and text of a cell, from none of a class to all of it."""
    shades = [(QColor(colors.grid), QColor(colors.muted))]
    for level in range(1, _LEVELS + 1):
        ground = QColor(mix(colors.grid, color, 0.08 + 0.92 * level / _LEVELS))
        r, g, b = ground.redF(), ground.greenF(), ground.blueF()
        light = 0.299 * r + 0.587 * g + 0.114 * b > 0.5
        shades.append((ground, QColor("#101214" if light else "#ffffff")))
    return shades


def _cell(first: QRectF, row: int, column: int) -> QRectF:
    """A cell without its seam, given the first one with it."""
    place = first.translated(column * first.width(), row * first.height())
    return place.adjusted(0, 0, -1, -1)


class ConfusionGrid(ReadoutWidget):
    """Counts as shaded cells; drawn again only when one has changed.

    Attributes
    ----------
    names
        The classes.
    counts
        [true class, assigned class]; [0, 0] where there are none.
    reader
        Called with the true and the assigned class of the cell under the mouse; says what the box
        beside it shows.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counts: Indices = np.zeros((0, 0), dtype=np.intp)
        self.names: tuple[str, ...] = ()
        self.reader: Callable[[int, int], Readout] | None = None
        self._color: str = ROLES.train
        self._cell = (0, 0)  # under the mouse, while there is something to read

    def show_counts(self, names: tuple[str, ...], counts: Indices | None, color: str) -> None:
        """Show counts of these classes, or none, with this colour in full cells."""
        counts = np.zeros((0, 0), dtype=np.intp) if counts is None else counts
        looks = names, color
        if looks != (self.names, self._color) or not np.array_equal(counts, self.counts):
            self.names, self._color = looks
            self.counts = counts
            self.refresh()

    def minimumSizeHint(self) -> QSize:
        """Room for a few cells."""
        return QSize(zoomed(120), zoomed(90))

    def cell_at(self, position: QPointF) -> tuple[int, int] | None:
        """The true and the assigned class of the cell at a point, or None."""
        first = self._first(QFontMetricsF(self.font()), self.frame())
        column = math.floor((position.x() - first.left()) / first.width())
        row = math.floor((position.y() - first.top()) / first.height())
        n = len(self.counts)
        return (row, column) if 0 <= row < n and 0 <= column < n else None

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Where a cell is, in pixels."""
        return _cell(self._first(QFontMetricsF(self.font()), self.frame()), row, column)

    def read(self, position: QPointF) -> Readout | None:
        """The points behind a cell."""
        cell = self.cell_at(position)
        if cell is None or self.reader is None:
            return None
        self._cell = cell
        return self.reader(*cell)

    def readout_place(self, mouse: QPointF) -> QPointF:
        """The corner of the cell."""
        return self.cell_rect(*self._cell).topRight()

    def draw_over(self, painter: QPainter) -> None:
        """Draw a frame around the cell under the mouse."""
        if self.readout is not None:
            painter.setPen(hairline(colors_of(self).foreground, 2 * zoom_of_text()))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.cell_rect(*self._cell))

    def _first(self, metrics: QFontMetricsF, frame: Frame) -> QRectF:
        """The upper left cell."""
        n, line, unit = max(len(self.names), 1), metrics.height(), unit_of(metrics)
        widest = max((metrics.horizontalAdvance(name) for name in self.names), default=0)
        left = min(widest, frame.width * 0.25) + 12 + line
        top = 2.0 * line + 8
        width = min((frame.width - left - 8) / n, 110.0 * unit)
        height = min((frame.height - top - 6) / n, 70.0 * unit)
        return QRectF(left, top, max(width, 1.0), max(height, 1.0))

    def draw(self, painter: QPainter, frame: Frame) -> None:
        metrics, colors = QFontMetricsF(painter.font()), frame.colors
        n, line = len(self.names), metrics.height()
        if not n:
            return
        first = self._first(metrics, frame)
        left, top, width, height = first.left(), first.top(), first.width(), first.height()
        painter.setPen(QColor(colors.muted))
        cut = Qt.TextElideMode.ElideRight
        painter.drawText(QRectF(left, 2, width * n, line), _CENTER, "assigned class")
        painter.save()
        painter.translate(2, top + height * n)
        painter.rotate(-90)
        name = metrics.elidedText("true class", cut, height * n)
        painter.drawText(QRectF(0, 0, height * n, line), _CENTER, name)
        painter.restore()
        painter.setPen(QColor(colors.foreground))
        # In low rows the text is small, and gives way where it would be too small to read.
        font, has_room = QFont(painter.font()), height >= _SMALLEST + 1
        font.setPixelSize(max(min(QFontInfo(font).pixelSize(), int(height) - 1), 1))
        for index, name in enumerate(self.names):
            across = metrics.elidedText(name, cut, width - 2)
            painter.drawText(QRectF(left + index * width, line + 4, width, line), _CENTER, across)
        painter.setFont(font)
        for index, name in enumerate(self.names if has_room else ()):
            down = painter.fontMetrics().elidedText(name, cut, int(left - line - 10))
            place = QRectF(line, top + index * height, left - line - 6, height)
            painter.drawText(place, _RIGHT, down)
        widest = painter.fontMetrics().horizontalAdvance(str(int(self.counts.max(initial=0))))
        has_room = has_room and widest <= width
        totals = np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        levels = np.ceil(self.counts / totals * _LEVELS).astype(int).tolist()
        shades = _shades(colors, colors.of(self._color))
        for row, counts in enumerate(self.counts.tolist()):
            for column, count in enumerate(counts):
                ground, text = shades[levels[row][column]]
                cell = _cell(first, row, column)
                painter.fillRect(cell, ground)
                if has_room:
                    painter.setPen(text)
                    painter.drawText(cell, _CENTER, str(count))


class ConfusionView(FitPanel):
    """The confusion matrix of the training or the validation points."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.legend = Legend()
        self.grid = ConfusionGrid()
        self.grid.reader = self._read
        self.train_button, self.valid_button = Toggle("training"), Toggle("validation")
        group = QButtonGroup(self)
        buttons = (self.train_button, self.valid_button)
        for button in buttons:
            group.addButton(button)
        row = QHBoxLayout()
        fill(row, *buttons, (self.legend, 1), margins=(2, 2, 2, 2), spacing=-1)
        self.valid_button.setChecked(True)
        group.buttonToggled.connect(self._show)
        fill(QVBoxLayout(self), row, (self.grid, 1))

    def set_dataset(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.set_fit(None)

    def set_fit(self, fit: Fit | None) -> None:
        self.fit = fit
        self._show()

    def _show(self, *_: object) -> None:
        dataset, fit, train = self.dataset, self.fit, self.train_button.isChecked()
        color = ROLES.train if train else ROLES.valid
        if dataset is None or fit is None:
            self.grid.show_counts(() if dataset is None else dataset.class_names, None, color)
            self.legend.set_entries(())
            return
        split, predicted = self._shown(dataset, fit)
        counts = confusion_counts(predicted, split.y)
        self.grid.show_counts(dataset.class_names, counts, color)
        right, n = int(np.trace(counts)), len(split.y)
        name = "training" if train else "validation"
        text = f"{name}: {right:,} of {n:,} right ({percent_text(right / max(n, 1), 1)})"
        self.legend.set_entries((Entry("square", text, color),))

    def _shown(self, dataset: Dataset, fit: Fit) -> tuple[Split, Floats]:
        """The points that are counted, and what is predicted of them."""
        if self.train_button.isChecked():
            return dataset.train, fit.train
        return dataset.valid, fit.valid

    def _read(self, true: int, assigned: int) -> Readout:
        """How many points are in a cell, and the first of them where they are pictures."""
        dataset, fit = self.dataset, self.fit
        assert dataset is not None
        assert fit is not None
        split, predicted = self._shown(dataset, fit)
        found = np.flatnonzero((split.y == true) & (predicted.argmax(axis=1) == assigned))
        name, other = dataset.class_names[true], dataset.class_names[assigned]
        n, total = len(found), int(np.count_nonzero(split.y == true))
        title = f"{name}, right" if true == assigned else f"{name}, taken for {other}"
        title += f": {n:,} of {total:,}"
        if not (dataset.is_image and n):
            return Readout(title)
        images = split.x[found[: _IMAGES**2]]
        columns = min(_IMAGES, math.ceil(math.sqrt(len(images))))

        def paint(painter: QPainter, area: QRectF) -> None:
            paint_images(painter, area, images, columns, colors_of(self))

        caption = f"the first {len(images)}" if len(images) < n else ""
        return Readout(title, (), Picture(paint, caption))
