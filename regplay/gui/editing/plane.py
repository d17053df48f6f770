"""Where points lie in a plot of the fit, and what a place in it means as a point."""

from collections.abc import Callable
from dataclasses import dataclass
from math import floor, log10

import numpy as np

from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.gui.plots.class_curves import class_at, class_heights
from regplay.gui.plots.ranges import Range


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
