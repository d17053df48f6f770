"""The points of a dataset as they lie on a chart, and marks of what the mouse is about to do."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import floor, log10
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsObject

from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.gui.plots.chart import Chart
from regplay.gui.plots.curve import class_at, class_heights
from regplay.gui.plots.scale import Range
from regplay.gui.plots.shapes import marker_scale
from regplay.session.drawing import Drawing


@dataclass(frozen=True)
class Plane:
    """The plane of one way to plot a dataset.

    Attributes
    ----------
    places
        Points [n, d + 1] -> where they lie [n, 2], in the units of the axes.
    point
        A place, and the target of the point so far -> the point [d + 1] there.
    """

    places: Callable[[Floats], Floats]
    point: Callable[[float, float, float], Floats]


def plane_of(dataset: Dataset) -> Plane:
    """The plane of a dataset with one or two inputs."""
    if dataset.n_inputs == 2:
        return Plane(lambda points: points[:, :2], lambda x, y, target: np.array([x, y, target]))
    if dataset.task == "regression":
        return Plane(lambda points: points[:, :2], lambda x, y, _: np.array([x, y]))
    classes = dataset.n_outputs

    def rows(points: Floats) -> Floats:
        return np.column_stack([points[:, 0], class_heights(points[:, 1])])

    def on_row(x: float, y: float, target: float) -> Floats:
        # Among the curves, above 0, a height is a probability and says nothing of the class.
        return np.array([x, class_at(y, classes) if y < 0 else target])

    return Plane(rows, on_row)


def rounded(value: float, span: Range) -> float:
    """A place on an axis of this range, to about a thousandth of it: less than a pixel, but short.

    Texts of points stay readable, and a point that is put down twice is the same.
    """
    width = span[1] - span[0]
    return round(value, 3 - floor(log10(width))) if width > 0 else value


_NEAR = 10.0  # pixels from a point within which the mouse is on it


@dataclass(frozen=True, eq=False)
class ChartPoints:
    """What is edited, and where: places are in pixels from the upper left inside the axes."""

    chart: Chart
    dataset: Dataset
    drawing: Drawing

    @cached_property
    def plane(self) -> Plane:
        """What a place means."""
        return plane_of(self.dataset)

    @property
    def has_classes(self) -> bool:
        """Whether a target is a class."""
        return self.drawing.task == "classification"

    def pixels(self) -> Floats:
        """Where the points lie, [n, 2]."""
        places, frame = self.plane.places(self.drawing.points), self.chart.frame()
        return np.column_stack([frame.x(places[:, 0]), frame.y(places[:, 1])])

    def hovered(self, place: QPointF) -> int | None:
        """The point that the mouse is on: the nearest, of several there the topmost."""
        distance = self._distances(place)
        nearest = len(distance) - 1 - int(distance[::-1].argmin())
        return nearest if distance[nearest] <= _NEAR else None

    def point_at(self, place: QPointF, target: float) -> Floats:
        """The point [d + 1] that a place means, of this target where the place does not say it."""
        frame = self.chart.frame()
        (x0, x1), (y0, y1) = frame.x_range, frame.y_range
        x = x0 + place.x() / frame.width * (x1 - x0)
        y = y1 - place.y() / frame.height * (y1 - y0)
        return self.plane.point(rounded(x, frame.x_range), rounded(y, frame.y_range), target)

    def nearest_target(self, place: QPointF) -> float:
        """The target of the point nearest to a place."""
        return float(self.drawing.points[self._distances(place).argmin(), -1])

    def data_place(self, point: Floats) -> tuple[float, float]:
        """Where a point [d + 1] lies, in the units of the axes."""
        x, y = self.plane.places(point[None])[0].tolist()
        return x, y

    def _distances(self, place: QPointF) -> Floats:
        x, y = (self.pixels() - [place.x(), place.y()]).T
        distances: Floats = np.hypot(x, y)
        return distances


_RING = 8.5  # pixels of radius in a large plot
_DOT = 4.0


@dataclass(frozen=True)
class EditMark:
    """A ring at a place in data units, or with a `fill` a point that is not there yet."""

    x: float
    y: float
    fill: str | None = None


class EditMarkItem(QGraphicsObject):
    """Drawn over the canvas, whose finished frame it leaves as it is.

    Attributes
    ----------
    mark
        What is drawn, or None.
    """

    def __init__(self, chart: Chart) -> None:
        super().__init__(chart.box)
        self.mark: EditMark | None = None
        self._chart = chart
        self.setZValue(9)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def set_mark(self, mark: EditMark | None) -> None:
        """Draw another one."""
        if mark != self.mark:
            self.mark = mark
            self.update()

    def boundingRect(self) -> QRectF:
        """The inside of the axes."""
        return QRectF(self._chart.box.rect())

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Draw the mark."""
        mark, colors = self.mark, self._chart.colors
        if mark is None:
            return
        frame = self._chart.frame()
        centre = QPointF(float(frame.x(mark.x)), float(frame.y(mark.y)))
        ring, dot = (radius * marker_scale(frame) for radius in (_RING, _DOT))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if mark.fill is None:
            for color, width in ((colors.background, 4.6), (colors.foreground, 2.2)):
                painter.setPen(QPen(QColor(color), width))
                painter.drawEllipse(centre, ring, ring)
            return
        painter.setOpacity(0.6)  # not there yet
        painter.setPen(QPen(QColor(colors.background), 4.0))
        painter.drawEllipse(centre, dot, dot)
        painter.setPen(QPen(QColor(colors.train), 1.3))
        painter.setBrush(QColor(colors.of(mark.fill)))
        painter.drawEllipse(centre, dot, dot)
