"""A landscape on screen, maps made by hand, and a mouse that points at cells."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from regplay.core.sweep import landscape_axis
from regplay.gui.landscape.landscape_map import LandscapeMap
from regplay.gui.landscape.landscape_tab import LandscapeTab

X = landscape_axis("regularization.weight_decay", 5)
Y = landscape_axis("regularization.dropout", 9)
SHAPE = (len(Y.values), len(X.values))


@pytest.fixture
def make_map() -> Callable[..., LandscapeMap]:
    def make(valid, train=None, accuracy=None, x=X, y=Y, diverged=(), **rest) -> LandscapeMap:
        """A map of these validation losses; training losses are half of them by default."""
        valid = np.broadcast_to(np.asarray(valid, dtype=float), (len(y.values), len(x.values)))
        nothing = np.full(valid.shape, np.nan)
        accuracies = nothing if accuracy is None else np.broadcast_to(accuracy, valid.shape)
        stopped = np.zeros(valid.shape, dtype=bool)
        for column, row in diverged:
            stopped[row, column] = True
        measures = {
            "train_loss": valid / 2 if train is None else np.broadcast_to(train, valid.shape),
            "valid_loss": valid,
            "train_accuracy": accuracies,
            "valid_accuracy": accuracies,
        }
        return LandscapeMap(x, y, measures, stopped, **rest)

    return make


@pytest.fixture
def losses() -> np.ndarray:
    """0.1, 0.11, 0.12 … from the first column of the first row on."""
    return 0.1 + np.arange(SHAPE[0] * SHAPE[1]).reshape(SHAPE) / 100


@pytest.fixture
def view(qtbot) -> LandscapeTab:
    view = LandscapeTab()
    qtbot.addWidget(view)
    view.header.set_axes(X, Y)
    view.set_map(None)
    view.resize(960, 420)
    with qtbot.waitExposed(view):
        view.show()
    return view


@pytest.fixture
def pixel_of(view) -> Callable[[int, int], QPoint]:
    """Where the middle of a cell is, in the chart: found without the chart's own arithmetic."""

    def find(column: int, row: int) -> QPoint:
        box = view.chart.mapFromScene(view.chart.box.sceneBoundingRect()).boundingRect()
        columns, rows = (len(axis.values) for axis in view.header.axes)
        x = box.left() + (column + 0.5) / columns * box.width()
        y = box.bottom() - (row + 0.5) / rows * box.height()
        return QPoint(round(x), round(y))

    return find
