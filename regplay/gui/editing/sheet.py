"""The points of a dataset as they lie on a chart, in pixels."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PySide6.QtCore import QPointF

from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.gui.editing.plane import Plane, plane_of, rounded
from regplay.gui.plots.chart import Chart
from regplay.session.drawing import Drawing

_NEAR = 10.0  # pixels from a point within which the mouse is on it


@dataclass(frozen=True, eq=False)
class Sheet:
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
