"""The list of runs, the present one and the pinned ones; the pinned ones in the other plots."""

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QHBoxLayout,
    QListView,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from regplay.core.datasets import Dataset, problem_of
from regplay.core.experiment import Experiment
from regplay.gui.controller import Controller
from regplay.gui.plots import FitView, HistoryView, Overlay, PinnedCurves
from regplay.gui.runs.run_rows import (
    NUMBERS,
    RIGHT,
    ROW,
    RowPainter,
    RunRow,
    RunRows,
    pin_color,
    places,
    write,
)
from regplay.gui.runs.side_tab import ComparedRun
from regplay.gui.theme import ROLES, blend, colors_of, zoomed
from regplay.gui.training import Start, View
from regplay.gui.widgets import Button, CloseButton, ElidedLabel, ModelIndex, as_plain, fill, named
from regplay.session.pins import Pin, Pins
from regplay.session.session import Run

_NARROWEST = 180  # px at 100 %


class RunsHeader(QWidget):
    """The names of the columns, over the numbers in `view`."""

    def __init__(self, view: QAbstractScrollArea) -> None:
        super().__init__()
        self._view = view
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write the names where the numbers are."""
        painter = QPainter(self)
        frame = (self._view.width() - self._view.contentsRect().width()) // 2
        painter.translate(frame, 0)
        at = places(self._view.contentsRect().width() - self._scroll_width(), self.font())
        palette, scheme = self.palette(), colors_of(self)
        quiet = blend(
            palette.color(QPalette.ColorRole.WindowText),
            palette.color(QPalette.ColorRole.Window),
            0.3,
        )
        colors = (QColor(scheme.train), QColor(scheme.valid), quiet)
        for place, words, color in zip(at.numbers, NUMBERS, colors, strict=True):
            write(painter, self.font(), color, place, words, RIGHT)
        painter.end()

    def _scroll_width(self) -> int:
        bar = self._view.verticalScrollBar()
        return bar.width() if bar.isVisible() else 0


def _button(name: str, text: str, tip: str) -> Button:
    button = named(name, Button())
    button.setText(text)
    button.setToolTip(as_plain(tip))
    return button


class UndoDelete(QWidget):
    """Says what was deleted last and offers it back; hidden while there is nothing."""

    undo_clicked = Signal()
    dismissed = Signal()  # nothing is to be offered any longer

    def __init__(self) -> None:
        super().__init__()
        self._label = named("runs.deleted", ElidedLabel())
        undo = _button("runs.undo", "Undo", "Pin it again, in its place and its colour")
        undo.clicked.connect(self.undo_clicked)
        close = named("runs.forget", CloseButton())
        close.clicked.connect(self.dismissed)
        fill(QHBoxLayout(self), (self._label, 1), undo, close, margins=(4, 0, 0, 0), spacing=4)
        self.hide()

    def offer(self, pin: Pin | None) -> None:
        """Say that a run was deleted, or nothing."""
        self.setVisible(pin is not None)
        if pin is not None:
            self._label.setText(f"Deleted “{pin.name}”")


# Name: text, shortcut while the list has the focus, tip.
_ACTIONS = {
    "adopt": ("Adopt", "Return", "Work on this run's experiment (Enter)"),
    "rename": ("Rename", "F2", "Give it another name (F2, or double click)"),
    "hide": ("Hide", "Ctrl+H", "Leave its curves out of the plots (or click its colour)"),
    "up": ("Move up", "Alt+Up", "Move it up in the list"),
    "down": ("Move down", "Alt+Down", "Move it down in the list"),
    "delete": ("Delete", "Del", "Pin this run no longer"),
}


class _List(QListView):
    """The rows; Space is left to the window."""

    def __init__(self, menu: QMenu, parent: "RunsList") -> None:
        super().__init__(parent)
        self._runs, self._menu = parent, menu
        edit = QAbstractItemView.EditTrigger
        self.setEditTriggers(edit.DoubleClicked | edit.EditKeyPressed)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDragDropOverwriteMode(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Runs")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the row."""
        if self._runs.current is not None:
            self._menu.popup(event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A row may have one line now, or two; the chosen one stays in sight."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()
        self.scrollTo(self.currentIndex())
        self._runs.header.update()

    def currentChanged(self, current: ModelIndex, previous: ModelIndex) -> None:
        """Offer what can be done with the row."""
        super().currentChanged(current, previous)
        self._runs.update_actions()


class RunsList(QWidget):
    """Names, hides, orders and deletes pinned runs; in sight while there is one, or one to undo.

    What was deleted is offered back until another run is pinned.
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._has_room = True
        self.setObjectName("runs")
        self._controller, self._pins = controller, controller.pins
        self.rows = RunRows(controller, self)
        self._menu = QMenu(self)
        self.view = named("runs.list", _List(self._menu, self))
        self.header = RunsHeader(self.view)
        self._painter = RowPainter(self._toggle, self.view)
        self.view.setItemDelegate(self._painter)
        self.actions_by_name: dict[str, QAction] = {}
        does: dict[str, Callable[[], object]] = {
            "adopt": self._adopt,
            "rename": lambda: self.view.edit(self.view.currentIndex()),
            "hide": self._hide,
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "delete": self._delete,
        }
        for name, do in does.items():
            self._add_action(name, do)
        adopt = _button("runs.adopt", "Adopt", _ACTIONS["adopt"][2])
        adopt.setDefaultAction(self.actions_by_name["adopt"])
        more = _button("runs.more", "More", "What else can be done with the chosen run")
        more.setMenu(self._menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._undo_delete = UndoDelete()
        self._undo_delete.undo_clicked.connect(self._put_back)
        self._undo_delete.dismissed.connect(controller.forget_deleted_pins)
        self._compose(adopt, more)
        self.view.setModel(self.rows)
        self.rows.modelAboutToBeReset.connect(self._remember)
        self.rows.modelReset.connect(self._recall)
        self._remembered: tuple[Pin | None, int] = (None, -1)
        self.update_actions()
        controller.pins_changed.connect(self._show_pins)
        if not self._pins:
            self.hide()

    def _compose(self, adopt: Button, more: Button) -> None:
        buttons = fill(QHBoxLayout(), None, adopt, more, spacing=4)
        parts = buttons, self.header, (self.view, 1), self._undo_delete
        fill(QVBoxLayout(self), *parts, margins=(4, 2, 4, 4), spacing=1)

    def _add_action(self, name: str, do: Callable[[], object]) -> None:
        text, keys, tip = _ACTIONS[name]
        action = named(f"runs.action.{name}", QAction(text, self))
        action.setToolTip(as_plain(tip))
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda: do())
        self.view.addAction(action)
        self._menu.addAction(action)
        self.actions_by_name[name] = action

    # what is shown

    @property
    def current(self) -> Pin | None:
        """The pin that is chosen, if any."""
        index = self.view.currentIndex()
        row: RunRow | None = index.data(ROW) if index.isValid() else None
        return None if row is None else row.pin

    def _show_pins(self) -> None:
        deleted, run = self._pins.deleted, self._controller.run
        if run is None:
            self.rows.update()
        else:
            self.rows.set_present(run)
        self.update_actions()
        self._undo_delete.offer(deleted[-1][0] if deleted else None)
        self._update_visible()

    def set_has_room(self, has_room: bool) -> None:
        """Be there while runs are pinned, or out of sight even so."""
        if has_room != self._has_room:
            self._has_room = has_room
            self._update_visible()

    def _update_visible(self) -> None:
        self.setVisible(self._has_room and bool(self._pins or self._pins.deleted))

    def show_view(self, view: View) -> None:
        """Follow the present run, while the list is in sight."""
        if self.isVisible():
            self.rows.set_present(view.run)

    def choose(self, pin: Pin | None) -> None:
        """Choose the row of a pin; None is the present run."""
        place = next((k for k, row in enumerate(self.rows.rows) if row.pin is pin), 0)
        self.view.setCurrentIndex(self.rows.index(place))

    def sizeHint(self) -> QSize:
        """Room for three rows."""
        return QSize(zoomed(320), zoomed(170))

    def minimumSizeHint(self) -> QSize:
        """Room for names and validation losses."""
        return QSize(zoomed(_NARROWEST), super().minimumSizeHint().height())

    # what is done with a pin

    def _toggle(self, pin: Pin) -> None:
        self._controller.set_pin_hidden(pin, not pin.is_hidden)

    def _hide(self) -> None:
        if (pin := self.current) is not None:
            self._toggle(pin)

    def _adopt(self) -> None:
        if (pin := self.current) is not None:
            self._controller.adopt(pin.run.experiment, Start(run=pin.run))

    def _move(self, by: int) -> None:
        if (pin := self.current) is not None:
            place = self._pins.index(pin) + by
            if 0 <= place < len(self._pins):
                self._controller.move_pin(pin, place)

    def _delete(self) -> None:
        if (pin := self.current) is not None:
            self._controller.delete_pin(pin)

    def _put_back(self) -> None:
        self.choose(self._controller.put_pin_back())

    def update_actions(self) -> None:
        """Offer what can be done with the chosen row."""
        pin = self.current
        # At the ends "up" and "down" stay enabled too: else their keys would choose other rows.
        for action in self.actions_by_name.values():
            action.setEnabled(pin is not None)
        if pin is not None:
            self.actions_by_name["hide"].setText("Show" if pin.is_hidden else "Hide")

    # the choice outlives a new order

    def _remember(self) -> None:
        self._remembered = (self.current, self.view.currentIndex().row())

    def _recall(self) -> None:
        pin, place = self._remembered
        if place < 0:
            return
        here = [k for k, row in enumerate(self.rows.rows) if row.pin is pin]
        # That of a deleted one goes to what stands there now.
        place = here[0] if here else min(place, len(self.rows.rows) - 1)
        self.view.setCurrentIndex(self.rows.index(place))


def pin_overlays(pins: Pins, experiment: Experiment) -> list[Overlay]:
    """Overlays of the pins that are shown and that learned the same problem.

    Their data may be drawn otherwise: of another seed, with more noise or more points.
    """
    problem = problem_of(experiment.data)
    found = []
    for pin in pins:
        is_same = problem_of(pin.run.experiment.data) == problem
        if pin.fit is not None and is_same and not pin.is_hidden:
            found.append(Overlay(pin.name, pin_color(pin.color), pin.fit, pin.grid))
    return found


class PinnedRuns(QObject):
    """Draws the pinned runs, and the best epoch of the present one, over the present one."""

    def __init__(self, pins: Pins, fit_view: FitView, history_view: HistoryView) -> None:
        super().__init__(history_view)
        self._pins = pins
        self._fit_view, self._history_view = fit_view, history_view
        self._view: View | None = None
        self._is_due = False  # other points are drawn, over which there is nothing yet
        self._beside: Sequence[ComparedRun] = ()

    def expect_view(self, _: Dataset | None, is_edit: bool) -> None:
        """Other points are drawn: the next view of them brings the pins, unless it was an edit."""
        self._is_due |= not is_edit

    def show_beside(self, compared_runs: Sequence[ComparedRun]) -> None:
        """Show the losses of runs that are side by side instead of those of the pins, or, with
        none, of the pins again; their histories may have grown since the last call."""
        self._beside = compared_runs
        self._draw_losses()

    def show_view(self, view: View) -> None:
        """Draw them over another run, and its best epoch as it is now."""
        before, self._view = self._view, view
        has_other_data = before is None or before.dataset is not view.dataset
        is_due, self._is_due = self._is_due or has_other_data, False
        if is_due or view.best is not None or (before and before.best is not None):
            self.show_pins()

    def show_pins(self) -> None:
        """Draw those that are pinned and not hidden by now."""
        if self._view is None:
            return
        overlays, best = pin_overlays(self._pins, self._view.run.experiment), self._view.best
        if best is not None:  # was asked for
            overlays.append(Overlay(f"best epoch {best.epoch:,}", ROLES.best, best))
        if self._fit_view.panel.dataset is self._view.dataset:  # else the next view brings them
            self._fit_view.panel.set_overlays(overlays)
        self._draw_losses()

    def _draw_losses(self) -> None:
        if self._view is None:
            return
        runs = [(pin.name, pin.color, pin.run) for pin in self._pins if not pin.is_hidden]
        if self._beside:
            runs = [
                (variant.short_name or variant.name, variant.color, it.run)
                for it in self._beside
                if (variant := it.variant).color is not None
            ]
        classifies = self._view.dataset.task == "classification"
        self._history_view.set_pinned(
            [
                PinnedCurves(name, pin_color(color), run.history)
                for name, color, run in runs
                if _has_accuracy(run) == classifies
            ]
        )


def _has_accuracy(run: Run) -> bool:
    """Whether a run is of a classification: only that has accuracies."""
    last = run.history.last
    return last is not None and math.isfinite(last.value("train_accuracy"))
