"""The mode in which points are placed on the fit: a button, a line of tools, and the mouse."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from regplay.core.arrays import Floats
from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fit import grid_of
from regplay.gui.editing.edit_strip import EditStrip
from regplay.gui.editing.point_editor import ChartPoints, PointEditor
from regplay.gui.plots import ChartPanel, FitView
from regplay.gui.training import Clock
from regplay.gui.widgets import Toggle, as_plain, named
from regplay.session.drawing import Drawing, interpolated, reason_against

_TIP = "Place, move and delete training points by mouse; the fit follows (Esc ends)"
_NO_DATA = "There are no points to edit: choose a dataset first"


class EditMode(QObject):
    """Turns what a person does with points into experiments.

    The mode changes nothing by itself. Points of a dataset stay its own, with edits; own points are
    written anew.
    """

    # (bool): whether the mode is on, in which the fit has to show the present points
    switched = Signal(bool)
    # (Experiment, bool): the experiment with other points, and whether it goes on with the last
    # edit, as while a point is dragged. Whoever takes it hands the points back by `set_data`.
    edited = Signal(object, bool)

    def __init__(self, fit_view: FitView, clock: Clock) -> None:
        super().__init__(fit_view)
        self._fit_view = fit_view
        self._experiment = Experiment()
        self._dataset: Dataset | None = None
        self._sent: tuple[Drawing, Experiment] | None = None  # while those who take it answer
        # Turns the mode on and off; to be placed where it is seen with the fit
        self.button = named("edit", Toggle("Edit points", _TIP))
        self.button.toggled.connect(self._toggle)
        # The line of tools, to be placed above the fit; hidden outside of the mode
        self.strip = EditStrip()
        self.strip.hide()
        self.strip.outlier_clicked.connect(self._add_outlier)
        self._editor = PointEditor(self.strip, clock, self)
        self._editor.drew.connect(self._tell)
        self.strip.class_changed.connect(self._editor.show_mark)
        # The strip is in sight in the mode alone, so that the key is free outside of it.
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self.strip)
        self._escape.activated.connect(self._on_escape)
        self._enable()

    @property
    def is_on(self) -> bool:
        """Whether the mouse edits points."""
        return self.button.isChecked()

    @property
    def reason(self) -> str:
        """Why points can't be edited; empty if they can."""
        return _NO_DATA if self._dataset is None else reason_against(self._dataset)

    def takes_right(self, widget: QWidget) -> bool:
        """Whether the right button deletes points on a widget."""
        return self.is_on and self._fit_view.isAncestorOf(widget)

    def set_data(self, experiment: Experiment, dataset: Dataset | None) -> None:
        """Work on this experiment, once the fit shows its points; None where there are none."""
        self._experiment = experiment
        if dataset is self._dataset:
            return
        self._dataset = dataset
        drawing, sent = self._sent or (None, None)
        if sent is None or sent.data != experiment.data:
            drawing = None
            self._editor.let_go()  # of a point that may be there no more
        self._enable()
        if dataset is not None:
            self.strip.set_dataset(dataset)
        self._take_chart(drawing)

    # the mode

    def _enable(self) -> None:
        reason = self.reason
        if reason:
            self.button.setChecked(False)
        self.button.setEnabled(not reason)
        self.button.setToolTip(as_plain(reason or _TIP))

    def _toggle(self, is_on: bool) -> None:
        self.strip.setVisible(is_on)
        self.switched.emit(is_on)
        self._take_chart()
        if not is_on:
            self._fit_view.panel.fit_ranges()

    def _on_escape(self) -> None:
        focus = QApplication.focusWidget()
        if isinstance(focus, QLineEdit) and focus.isModified():  # what is typed is taken back first
            no_key = Qt.KeyboardModifier.NoModifier
            event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, no_key)
            self._escape.setEnabled(False)  # else it would take this one too
            QCoreApplication.sendEvent(focus, event)
            self._escape.setEnabled(True)
        else:
            self.button.setChecked(False)

    def _take_chart(self, drawing: Drawing | None = None) -> None:
        """Edit the present points on the chart that shows them, and no longer on another.

        A `drawing` that they were made of need not be made of them again.
        """
        panel, dataset, points = self._fit_view.panel, self._dataset, None
        if self.is_on and dataset is not None and isinstance(panel, ChartPanel):
            drawing = drawing or Drawing.of(dataset, self._experiment.data)
            points = ChartPoints(panel.chart, dataset, drawing)
            self.strip.set_waiting(drawing.n_waiting)
        self._editor.edit(points)

    # what follows from it

    def _tell(self, drawing: Drawing, goes_on: bool) -> None:
        experiment = drawing.experiment(self._experiment)
        if experiment != self._experiment:
            self._sent = drawing, experiment
            self.edited.emit(experiment, goes_on)
            self._sent = None

    def _add_outlier(self) -> None:
        points = self._editor.points
        if points is not None:
            drawing = points.drawing
            self._tell(drawing.with_outlier(self._predictor(drawing)), goes_on=False)

    def _predictor(self, drawing: Drawing) -> Callable[[Floats], Floats]:
        """The fit that is shown, or the mean of the targets where there is none."""
        panel, mean = self._fit_view.panel, float(drawing.points[:, -1].mean())
        fit = panel.fit
        grid = None if panel.dataset is None else grid_of(panel.dataset)
        if fit is None or fit.grid is None or grid is None:
            return lambda x: np.full(len(x), mean)
        values = fit.grid
        return lambda x: np.nan_to_num(interpolated(values, grid, x), nan=mean)
