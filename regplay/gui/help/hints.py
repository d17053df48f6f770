"""One line on the picture of the fit: what to try first, and then three things more."""

import numpy as np
from PySide6.QtCore import QEvent, QObject, QRectF, QSettings, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from regplay.core.fit import Fit, grid_of
from regplay.gui.controller import Controller
from regplay.gui.controls import ControlPanel
from regplay.gui.editing import EditMode
from regplay.gui.lesson_guide import Guide
from regplay.gui.plots import ChartPanel, FitView
from regplay.gui.tabs import Tabs
from regplay.gui.theme import colors_of
from regplay.gui.timeline import Timeline
from regplay.gui.widgets import Label, named

_KEY = "hints"
_DECAY = "regularization.weight_decay"
_VALLEY, _MOMENT, _LESSON, _PIN = "valley", "moment", "lesson", "pin"
_TEXTS = {
    _VALLEY: "Drag <b>Weight decay</b> to the valley ◇",
    _MOMENT: "Drag the <b>epoch</b> handle back to see it learn",
    _LESSON: "Open a <b>lesson</b>: Ctrl+L",
    _PIN: "Press <b>P</b> to keep this run beside the next ones",
}
_AWAY = 8  # px from the edges of the plot
_PADDING = (10, 5, 10, 6)  # px
_RADIUS, _OPACITY = 4.0, 0.92


class HintLabel(Label):
    """Text on a ground of its own, which the mouse goes through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setContentsMargins(*_PADDING)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground, in the colour of the plot, and the text."""
        ground, place = QColor(colors_of(self).background), QRectF(self.rect())
        ground.setAlphaF(_OPACITY)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(ground)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1.0))
            painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
        super().paintEvent(event)


class Hints(QObject):
    """Shows one hint after another until each is done; what is done is remembered.

    The first comes until it is followed, each of the others at one start of the program alone. None
    is shown in a lesson, and none before `begin`.

    Attributes
    ----------
    label
        Where they are written.
    shown
        The name of the hint in sight; empty for none.
    """

    def __init__(
        self,
        controller: Controller,
        settings: QSettings,
        fit_view: FitView,
        controls: ControlPanel,
        tabs: Tabs,
        timeline: Timeline,
        editing: EditMode,
        guide: Guide,
    ) -> None:
        super().__init__(fit_view)
        self._controller, self._settings = controller, settings
        self._fit_view, self._controls, self._tabs = fit_view, controls, tabs
        self._editing, self._guide = editing, guide
        self._known = str(settings.value(_KEY, "")).split()  # done, or shown at an earlier start
        self._gone = set(self._known)  # not to be shown
        self._is_on, self._is_quiet = False, False
        self.shown = ""
        self.label = named("hint", HintLabel(fit_view))
        controller.pins_changed.connect(self._note_pins)
        controller.reading_changed.connect(self.update)
        controller.experiment_changed.connect(self.update)
        controller.studies.changed.connect(self.update)
        timeline.track.moment_changed.connect(self._note_moment)
        guide.position_changed.connect(self._note_lesson)
        tabs.tab_changed.connect(self.update)
        editing.switched.connect(self.update)
        fit_view.installEventFilter(self)

    def begin(self) -> None:
        """Show hints from now on."""
        self._is_on = True
        self.update()

    def set_quiet(self, is_quiet: bool) -> None:
        """Show none while somebody's own work is open, or for an audience."""
        self._is_quiet = is_quiet
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the plot takes another size."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest) and self.shown:
            self._place()
        return False

    # what is done

    def _note_moment(self, epoch: int | None) -> None:
        if epoch is not None:
            self._note(_MOMENT)

    def _note_lesson(self) -> None:
        if self._guide.position is not None:
            self._note(_LESSON)
        self.update()

    def _note_pins(self) -> None:
        if self._is_on and len(self._controller.pins):
            self._note(_PIN)

    def _note(self, name: str) -> None:
        self._remember(name)
        if name not in self._gone:
            self._gone.add(name)
            self.update()

    def _remember(self, name: str) -> None:
        if name not in self._known:
            self._known.append(name)
            self._settings.setValue(_KEY, " ".join(self._known))

    # what is shown

    def update(self, *_: object) -> None:
        """Show the hint whose turn it is, or none."""
        if not self._is_on:
            return
        if self._is_in_valley():
            self._note(_VALLEY)
        name = self._next()
        if name == self.shown:
            return
        self.shown = name
        self.label.setVisible(bool(name))
        if name:
            if name != _VALLEY:
                self._remember(name)
            self.label.setText(_TEXTS[name])
            self._place()

    def _next(self) -> str:
        is_free = not (self._is_quiet or self._editing.is_on) and self._guide.position is None
        if not (is_free and self._tabs.tab == "fit"):
            return ""
        if not isinstance(self._fit_view.panel, ChartPanel):
            return ""
        left = [each for each in _TEXTS if each not in self._gone]
        if _VALLEY in left and not self._can_have_valley():
            left.remove(_VALLEY)
        if _MOMENT in left and self._controller.session.experiment.model.kind == "polynomial":
            left.remove(_MOMENT)  # it was solved at once
        name = next(iter(left), "")
        if name == self.shown:
            return name  # it stays while networks are trained
        if name == _VALLEY and self._valley() is None:
            return ""
        runner = self._controller.runner
        return name if runner.is_finished and not runner.is_playing else ""

    def _can_have_valley(self) -> bool:
        """Whether the curve of weight decay is shown, and has, or may get, a valley above 0."""
        if _DECAY not in self._controls.chosen_curves():
            return False
        curve = self._controls.curve(_DECAY)
        is_newest = self._controller.studies.epoch is None
        return not (is_newest and curve is not None and curve.is_finished) or bool(self._valley())

    def _valley(self) -> tuple[tuple[float, ...], int] | None:
        """The values along the curve of weight decay, and the index of its valley, above 0."""
        curve = self._controls.curve(_DECAY)
        if curve is None or curve.valley is None or curve.values[curve.valley] == 0:
            return None
        return curve.values, curve.valley

    def _is_in_valley(self) -> bool:
        """Whether weight decay stands at the valley, or beside it."""
        found = self._valley()
        if found is None:
            return False
        values, valley = found
        here = self._controller.session.experiment.regularization.weight_decay
        return values[max(valley - 1, 1)] <= here <= values[min(valley + 1, len(values) - 1)]

    def _place(self) -> None:
        """In the corner of the plot in which it covers the least."""
        panel, label = self._fit_view.panel, self.label
        if not isinstance(panel, ChartPanel):
            return
        label.adjustSize()
        inside = panel.chart.box.geometry()
        origin = panel.chart.viewport().mapTo(self._fit_view, inside.topLeft().toPoint())
        x, y = _drawn(panel, panel.fit)
        width, height = label.width(), label.height()
        places = [
            (left, top)
            for top in (_AWAY, inside.height() - height - _AWAY)
            for left in (_AWAY, (inside.width() - width) / 2, inside.width() - width - _AWAY)
        ]

        def covered(place: tuple[float, float]) -> int:
            left, top = place
            is_under = (x > left) & (x < left + width) & (y > top) & (y < top + height)
            return int(np.count_nonzero(is_under))

        left, top = min(places, key=covered)  # the first of equals
        label.move(origin.x() + round(left), origin.y() + round(top))
        label.raise_()


def _drawn(panel: ChartPanel, fit: Fit | None) -> tuple[np.ndarray, np.ndarray]:
    """Where points and the curve lie in a chart, in pixels from its upper left corner."""
    dataset, frame = panel.dataset, panel.chart.frame()
    if dataset is None or dataset.n_inputs > 2:
        return np.zeros(0), np.zeros(0)
    splits = (dataset.train, dataset.valid)
    inputs = np.concatenate([split.x for split in splits])
    if dataset.n_inputs == 2:
        return frame.x(inputs[:, 0]), frame.y(inputs[:, 1])
    x, y = [inputs[:, 0]], [np.concatenate([split.y for split in splits]).astype(float)]
    if fit is not None and fit.grid is not None and fit.grid.ndim == 1:
        grid = grid_of(dataset)
        if grid is not None:
            x.append(grid.x[:, 0])
            y.append(fit.grid)
    return frame.x(np.concatenate(x)), frame.y(np.concatenate(y))
