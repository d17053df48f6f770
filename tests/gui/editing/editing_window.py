"""A fit with the editing mode over it, and what a window does with its edits."""

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.fit import Fit, grid_of
from regplay.gui.editing.edit_mode import EditMode
from regplay.gui.plots.fit_view import FitView
from regplay.gui.training import VirtualClock
from regplay.session.drawing import is_edit
from regplay.session.session import UndoStack, UndoStep

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CLASS_ROWS = "-2 0;-1 0;-0.5 1;0.5 0;1 1;2 1"
DATA = {
    "curve": {"name": "sine", "n_train": 10, "n_valid": 20},
    "rows": {
        "name": "points",
        "task": "classification",
        "points": CLASS_ROWS,
        "valid_points": "-3 0;3 1",
    },
    "classes": {"name": "moons", "n_train": 12, "n_valid": 20},
    "values": {"name": "linear", "n_inputs": 2, "n_informative": 2, "n_train": 10, "n_valid": 9},
    "many": {"name": "linear", "n_inputs": 5},
}


class EditingWindow(QWidget):
    """A window around the mode, and a person with a mouse."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.clock = VirtualClock()
        self.fit_view = FitView()
        self.editing = EditMode(self.fit_view, self.clock)
        self.past = UndoStack()
        self.told: list[tuple[Experiment, bool]] = []
        self.dataset = None
        layout = QVBoxLayout(self)
        for widget in (self.editing.button, self.editing.strip, self.fit_view):
            layout.addWidget(widget)
        self.editing.edited.connect(self._edited)
        self.load(kind)

    # what a window does

    def load(self, kind: str) -> None:
        self.show_experiment(
            replace(Experiment(), {f"data.{key}": value for key, value in DATA[kind].items()})
        )

    def show_experiment(self, experiment: Experiment) -> None:
        self.experiment = experiment
        before, self.dataset = self.dataset, load(experiment.data)
        if before is not None and is_edit(before, self.dataset):
            self.fit_view.set_points(self.dataset)
        else:
            self.fit_view.set_dataset(self.dataset)
        self.editing.set_data(experiment, self.dataset)

    def _edited(self, experiment: Experiment, goes_on: bool) -> None:
        self.told.append((experiment, goes_on))
        self.past.note(self.experiment, experiment, self.clock.now(), goes_on=goes_on)
        self.show_experiment(experiment)

    def undo(self) -> None:
        before = self.past.back(UndoStep(self.experiment))
        assert before is not None
        self.show_experiment(before.experiment)

    def train(self, value: float = 0.0) -> Fit:
        """A fit of this value everywhere, or of class 0."""
        dataset, grid = self.dataset, grid_of(self.dataset)

        def predict(n: int) -> np.ndarray:
            if dataset.task == "regression":
                return np.full(n, value)
            return np.tile(np.eye(dataset.n_outputs)[0] * 0.8 + 0.1, (n, 1))

        n_train, n_valid = len(dataset.train.y), len(dataset.valid.y)
        fit = Fit(5, 5, predict(n_train), predict(n_valid), predict(len(grid.x)))
        self.fit_view.set_fit(fit, dataset)
        return fit

    # what a person sees and does

    @property
    def chart(self):
        return self.fit_view.panel.chart

    @property
    def points(self) -> np.ndarray:
        """Training points [n, d + 1]."""
        return np.column_stack([self.dataset.train.x, self.dataset.train.y])

    @property
    def mark(self):
        return self.editing._editor.mark.mark

    def at(self, x: float, y: float) -> QPoint:
        """Where a place in the units of the axes is."""
        frame, chart = self.chart.frame(), self.chart
        place = QPointF(float(frame.x(x)), float(frame.y(y)))
        return chart.mapFromScene(chart.box.mapToScene(place))

    def spot(self, right: float, up: float) -> np.ndarray:
        """The place at these shares of the ranges."""
        (x0, x1), (y0, y1) = self.chart.box.viewRange()
        return np.array([x0 + right * (x1 - x0), y0 + up * (y1 - y0)])

    def pixel(self) -> np.ndarray:
        """How much a pixel is along each axis."""
        frame = self.chart.frame()
        (x0, x1), (y0, y1) = frame.x_range, frame.y_range
        return np.array([(x1 - x0) / frame.width, (y1 - y0) / frame.height])

    def click(self, x, y, button=LEFT, keys=Qt.KeyboardModifier.NoModifier) -> None:
        QTest.mouseClick(self.chart.viewport(), button, keys, self.at(x, y))

    def hover(self, x: float, y: float) -> None:
        QTest.mouseMove(self.chart.viewport(), self.at(x, y))

    def press(self, x: float, y: float) -> None:
        QTest.mousePress(self.chart.viewport(), LEFT, pos=self.at(x, y))

    def release(self, x: float, y: float) -> None:
        QTest.mouseRelease(self.chart.viewport(), LEFT, pos=self.at(x, y))

    def drag(self, start, end, steps: int = 10) -> None:
        """Press at one place and release at another, a frame for each step."""
        start, end = np.array(start, dtype=float), np.array(end, dtype=float)
        self.press(*start)
        for step in range(1, steps + 1):
            self.clock.advance(0.02)
            self.hover(*(start + (end - start) * step / steps))
        self.release(*end)

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.chart, key)
