"""Measures of a run over epochs."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QSizeF, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication

from regplay.core.arrays import Floats, Pixels
from regplay.core.history import History, Snapshot
from regplay.core.number_text import number, percent_text
from regplay.gui.plots.axes import Axes
from regplay.gui.plots.canvas import Reading
from regplay.gui.plots.chart import Chart, Side
from regplay.gui.plots.frame import Frame
from regplay.gui.plots.history_layers import (
    GAP,
    CurvesLayer,
    EpochCurve,
    EpochLine,
    MarksLayer,
    PinnedCurves,
    PinnedLayer,
    PinnedLines,
    curves,
)
from regplay.gui.plots.labels import EndName, EndNames, FloorLayer, NamesItem
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.readout import ReadoutRow
from regplay.gui.plots.scale import DIVERGED, bounds, extend
from regplay.gui.theme import ROLES

_HEADROOM = 1.03  # of the largest value, so that no curve runs along the frame
_FIRST = 0.05  # of the planned epochs, in which a spike does not set the range
_SPIKE, _LOG_SPIKE = 10.0, 100.0  # times the largest loss after these; on a logarithmic axis
_CALM = 0.3  # of that, up to which an axis without its spike reaches
_STAGES = tuple(digit * 10.0**power for power in range(1, 10) for digit in (1, 2, 5))


class EpochPlot(Chart):
    """Curves over the same epochs."""

    def __init__(self, curves: Sequence[EpochCurve], gap: bool) -> None:
        super().__init__()
        self._layer = CurvesLayer(curves, gap)
        self.canvas.live.append(self._layer)
        self.reader = self._read

    @property
    def epochs(self) -> Floats:
        """Epochs of the records shown."""
        return self._layer.epochs

    @property
    def curves(self) -> tuple[EpochCurve, ...]:
        return self._layer.curves

    def start_ranges(self) -> None:
        """Forget how far the axes had grown."""
        self._forget()
        self._cover()
        self.reset_ranges()
        self.canvas.rest()

    def toggle_log(self, axis: Side, log: bool) -> None:
        """Make an axis logarithmic or linear, and fit it to the data."""
        self.set_log(axis, log)
        self.start_ranges()

    def _forget(self) -> None:
        self.forget("x", "y")

    def _cover(self) -> None:
        """Let the axes hold what is shown."""
        raise NotImplementedError

    def _number(self, value: float) -> str:
        """A value as a text."""
        raise NotImplementedError

    def _record_at(self, x: float) -> int | None:
        """Index of the record nearest to an epoch."""
        epochs = self._layer.epochs
        return int(np.abs(epochs - x).argmin()) if epochs.size and np.isfinite(x) else None

    def _read(self, x: float, _: float) -> Reading | None:
        at = self._record_at(x)
        if at is None:
            return None
        frame, epoch, rows = self.frame(), self.epochs[at], []
        for curve in self.curves:
            value = float(curve.values[at])
            dot = frame.dot(value)
            rows.append(ReadoutRow(curve.label, self._number(value), curve.color, dot))
        rows += self._more_rows(at)
        return Reading(float(frame.x(epoch)), f"epoch {int(epoch):,}", tuple(rows))

    def _more_rows(self, at: int) -> list[ReadoutRow]:
        """Rows of the hover box at a record, below those of the curves."""
        return []


class MeasurePlot(EpochPlot):
    """The curves of one tab.

    Attributes
    ----------
    marks, floor
        Epochs where settings changed; the noise floor, on the loss only.
    moment, pinned
        The line at the moment shown; the curves of pinned runs.
    best_epoch
        Where the validation loss was smallest; None before any.
    end_names
        The names of the curves at their right ends, where there is room.
    has_end_names
        Whether there is; else the legend has them.

    Signals
    -------
    naming_changed
        There is room for names at the ends of the curves, or no more.
    moment_picked
        The epoch of the record nearest to a click. Where a double click would undo pan and zoom, it
        comes only after the time in which that could follow; else at once.
    """

    moment_picked = Signal(int)
    naming_changed = Signal()
    has_end_names = False

    def __init__(self, tab: str) -> None:
        super().__init__(curves(tab), gap=tab != "weights")
        self.tab = tab
        self.best_epoch: int | None = None
        self._unit = 100.0 if tab == "accuracy" else 1.0
        self._planned = 1
        self._stage = 0  # how many of `_STAGES` the run has passed
        self._is_past_first = False  # whether the first epochs are over, which may have a spike
        self._history: History | None = None
        self.floor, self.marks = FloorLayer(), MarksLayer()
        self.canvas.over += [self.floor, self.marks]
        self.moment, self.pinned = MarksLayer(has_flag=True), PinnedLayer()
        self._layer.behind = self.pinned
        self.floor.curves = self._covered
        self.end_names = EndNames(self._end_names, lambda: self.floor.box)
        self._names_item = NamesItem(self, self.box, self.end_names)
        self._names_item.hide()
        self.canvas.live.append(self.moment)
        self._clicked = 0  # epoch
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.timeout.connect(self._pick)
        self.clicked.connect(self._take_click)
        names = {"loss": "loss", "accuracy": "accuracy (%)", "weights": ""}
        self.set_labels("epoch", names[tab])
        if tab == "weights":
            self.set_log("y", True)  # a norm of 10 beside a penalty of 0.001
        self.start_ranges()

    def set_planned(self, epochs: int) -> None:
        """How long a run is to be: the axis reaches until there from the start."""
        if epochs != self._planned:
            self._planned = epochs
            self.start_ranges()

    def set_floor(self, value: float | None, text: str, *, bounds_validation: bool = True) -> None:
        """The noise floor, what is written beside it, and whether validation has it too."""
        self.floor.value, self.floor.text = value, text
        self.floor.bounds_validation = bounds_validation
        self.start_ranges()

    def set_marks(self, epochs: Sequence[int]) -> None:
        """Epochs where settings were changed."""
        self.marks.epochs = tuple(epochs)
        self.canvas.rest()

    def set_moment(self, epoch: int | None) -> None:
        """A line at an epoch, or none."""
        epochs = () if epoch is None else (epoch,)
        if epochs != self.moment.epochs:
            self.moment.epochs = epochs
            self.canvas.update_live()

    def set_pinned(self, runs: Sequence[PinnedCurves]) -> None:
        """Runs to show below the present one; those that are shown already are read on."""
        is_same = [run.source for run in self.pinned.runs] == list(runs)
        if not is_same:
            measures = [curve.measure for curve in self.curves[: 1 if self.tab == "weights" else 2]]
            self.pinned.set_runs([PinnedLines(run, measures, self._unit) for run in runs])
            self._forget()
            self._make_room_for_names()
        has_grown = [run.grow() for run in self.pinned.runs]
        if not is_same or any(has_grown):
            self._cover()
            self.refresh()

    def set_history(self, history: History, live: Snapshot | None = None) -> None:
        """Show the records, and a newer snapshot as the last point."""
        if history is not self._history:  # another run: its axes need not hold this one's losses
            self._history = history
            self._forget()
        # Another thread may be appending: every column ends at the same record.
        n = len(history)
        epochs = history.epochs[:n].astype(float)
        newer = None if live is None or (n and live.epoch <= epochs[-1]) else live

        def column(measure: str) -> Floats:
            known = history.column(measure)[:n]
            return known if newer is None else np.append(known, newer.value(measure))

        layer, loss = self._layer, column("valid_loss")
        layer.epochs = epochs if newer is None else np.append(epochs, float(newer.epoch))
        for curve in self.curves:
            curve.values = column(curve.measure) * self._unit
        is_finite = np.isfinite(loss)
        best = int(np.where(is_finite, loss, np.inf).argmin()) if is_finite.any() else None
        layer.best = None if self.tab == "weights" else best
        self.best_epoch = None if best is None else int(layer.epochs[best])
        self._cover()
        self.refresh()

    def _covered(self, frame: Frame) -> list[tuple[Pixels, Pixels]]:
        """What the name of the noise floor should leave free."""
        pinned = [
            line.thin(run.epochs, frame)[:2] for run in self.pinned.runs for line in run.lines
        ]
        return [*self._layer.covered(frame), *pinned]

    # ranges

    def _forget(self) -> None:
        super()._forget()
        self._is_past_first = False

    def _lines(self) -> list[EpochLine]:
        """Those of the present run, then of pinned ones."""
        return [*self.curves, *(line for run in self.pinned.runs for line in run.lines)]

    def _cover(self) -> None:
        self._cover_epochs()
        if self.tab == "accuracy" and not self.is_log("y"):
            self.fix("y", 0.0, 102.0)
            return
        # All in one, so that a range that has to grow grows once.
        floor = self.floor.value
        ends = [] if floor is None else [0.9 * floor, 1.15 * floor]
        most, is_log = self._most(), self.is_log("y")
        for line in self._lines():
            seen = line.ends(is_log)
            ends += () if seen is None else (min(seen[0], most), min(_HEADROOM * seen[1], most))
        if not is_log:
            self.cover("y", [0.0, *(ends or [1.0])])
        else:
            self.cover("y", ends)

    def _cover_epochs(self) -> None:
        epochs = self._layer.epochs
        lasts = [run.epochs[-1] for run in self.pinned.runs if run.epochs.size]
        last = float(max([*lasts, *epochs[-1:]], default=0.0))
        stage = bisect_right(_STAGES, last)
        if stage != self._stage:  # also with axes that rest, look again for room for the name
            self._stage = stage
            self.canvas.rest()
        is_log, now = self.is_log("x"), self.auto_range("x")  # epoch 0 has no place on the former
        end = float(max(self._planned, 2 if is_log else 1))
        if last > end:  # trained on
            grown = extend(None, [0.0, last], steps=4)
            end = end if grown is None else grown[1]
        if is_log:
            end = math.log10(end)
        if now is None or now[1] < end:
            self.fix("x", 0.0, end)

    def _most(self) -> float:
        """The largest value that the y axis has to hold.

        A diverged run may leave the plot, and so may a spike of the first epochs once these are
        over: on what follows the range depends.
        """
        if self.tab != "loss":
            return math.inf
        floor, is_log = self.floor.value or 0.0, self.is_log("y")
        later = self._largest_later()
        if later is not None and not self._is_past_first:
            self._is_past_first = True
            self.forget("y")
        most = math.inf
        if later:
            largest = max(end[1] for line in self._lines() if (end := line.ends(is_log)))
            limit = max(later, floor) * (_LOG_SPIKE if is_log else _SPIKE)
            most = _CALM * limit if largest > limit else math.inf
        if is_log:
            return most
        first = [value for line in self._lines() for value in line.first]
        start = max([*first, floor])
        return min(most, DIVERGED * start) if start > 0 else most

    def _largest_later(self) -> float | None:
        """The largest loss after the first epochs, of all runs; None before."""
        after = _FIRST * self._planned
        own = [(self._layer.epochs, curve) for curve in self.curves]
        others = [(run.epochs, line) for run in self.pinned.runs for line in run.lines]
        ends = [
            bounds(line.values[np.searchsorted(epochs, after, side="right") :])
            for epochs, line in [*own, *others]
        ]
        return max((end[1] for end in ends if end is not None), default=None)

    # names at the ends

    @property
    def end_texts(self) -> list[str]:
        """All names that may stand at ends of curves."""
        return [*(curve.label for curve in self.curves), *(_short(run) for run in self.pinned.runs)]

    def _end_names(self) -> list[EndName]:
        own = self._layer.epochs
        ends: list[tuple[str, Floats, EpochLine, str]]
        ends = [(curve.label, own, curve, curve.color) for curve in self.curves]
        for run in self.pinned.runs:
            ends.append((_short(run), run.epochs, run.lines[-1], run.source.color))
        lasts = [np.flatnonzero(np.isfinite(line.values))[-1:] for _, _, line, _ in ends]
        return [
            EndName(text, float(epochs[at]), float(line.values[at]), color)
            for (text, epochs, line, color), last in zip(ends, lasts, strict=True)
            for at in last
        ]

    def _make_room_for_names(self) -> None:
        size, metrics = QSizeF(self.viewport().size()), QFontMetricsF(self.font())
        has_room = self.end_names.has_room(size, self.end_texts, metrics)
        is_new, self.has_end_names = has_room != self.has_end_names, has_room
        self._names_item.setVisible(has_room)
        self._redraw()
        if is_new:
            self.naming_changed.emit()

    def axes(self) -> Axes:
        """With room for the names beside them."""
        if not self.has_end_names:
            return super().axes()
        room = self.end_names.room(self.end_texts, QFontMetricsF(self.font()))
        return replace(super().axes(), right=room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See whether there is room for names."""
        self._make_room_for_names()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """See whether there is room for names of another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "floor"):
            self._make_room_for_names()

    def refresh(self) -> None:
        """The live layers have new data: the names go with the ends of the curves."""
        super().refresh()
        if self.has_end_names:
            self.end_names.keep_order(self.frame(), QFontMetricsF(self.font()))
            self._names_item.update()  # painted with the curves

    # read-outs

    def _take_click(self, x: float) -> None:
        at = self._record_at(x)
        if at is not None:
            self._clicked = int(self._layer.epochs[at])
            if self.manual:
                self._wait.start(QApplication.doubleClickInterval())
            else:
                self._pick()

    def _pick(self) -> None:
        self.moment_picked.emit(self._clicked)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Undo pan and zoom, in place of the click that came before."""
        self._wait.stop()
        super().mouseDoubleClickEvent(event)

    def _more_rows(self, at: int) -> list[ReadoutRow]:
        rows = []
        if self.tab == "loss":
            gap = self.curves[1].values[at] - self.curves[0].values[at]
            rows.append(ReadoutRow("gap", self._number(gap), GAP))
            if self.floor.value is not None:
                floor = self._number(self.floor.value)
                rows.append(ReadoutRow("noise floor", floor, self.floor.color))
        return rows + self.pinned.rows(self.frame(), float(self.epochs[at]), self._number)

    def _number(self, value: float) -> str:
        return percent_text(value / 100, 1) if self.tab == "accuracy" else number(value)

    def legend_entries(self, floor_tip: str) -> list[Entry]:
        """What the lines are."""
        entries = [
            Entry("dashes" if curve.dashed else "line", curve.label, curve.color, is_on_plot=True)
            for curve in self.curves
        ]
        if self.tab != "weights":
            entries.append(Entry("band", "gap", GAP, tip="gap: validation − train"))
            if self.floor.value is not None:
                color = self.floor.color
                floor = Entry("dashes", "noise floor", color, tip=floor_tip, is_on_plot=True)
                entries.append(floor)
            text = "best epoch" if self.best_epoch is None else f"best epoch {self.best_epoch:,}"
            tip = f"{text}: the smallest validation loss so far"
            entries.append(
                Entry("circle", text, ROLES.background, ROLES.best, short="best", tip=tip)
            )
        if self.marks.epochs:
            entries.append(Entry("dots", "settings changed", ROLES.foreground, short="changed"))
        return entries + [run.entry for run in self.pinned.runs]


def _short(run: PinnedLines) -> str:
    return run.entry.short or run.entry.text
