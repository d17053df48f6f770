"""Measures of a run over epochs."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QFontMetrics

from regplay.core.history import History, Snapshot
from regplay.gui.plots.canvas import Frame, Pixels
from regplay.gui.plots.click import ClickChart
from regplay.gui.plots.epoch_curves import curves
from regplay.gui.plots.floor_layer import FloorLayer
from regplay.gui.plots.history_layers import CurvesLayer, MarksLayer, MomentLayer, gap_color
from regplay.gui.plots.hover import Reading
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.pinned import PinnedCurves, PinnedLayer, PinnedLines
from regplay.gui.plots.ranges import bounds
from regplay.gui.plots.readout import Row
from regplay.gui.theme import Colors

_HEADROOM = 1.03  # of the largest value, so that no curve runs along the frame
_DIVERGED = 20.0  # times the first loss; what lies beyond that has no room on a linear axis
_BOX = 12  # pixels of the hover box that hold no text
_STEPS = 5  # in which the epoch axis grows, at most


def _axis_ends(planned: int) -> tuple[float, ...]:
    """Where the epoch axis may end, so that the first epochs of a long run can be seen.

    Rising: 20, 50, 100, 200 …, of which no more than `_STEPS`, and `planned`.
    """
    nice = [digit * 10.0**power for power in range(1, 10) for digit in (1, 2, 5)][1:]
    ends = [end for end in nice if end < 0.7 * planned]
    kept = np.linspace(0, len(ends) - 1, min(len(ends), _STEPS)).round().astype(int)
    return (*(ends[index] for index in kept), float(planned))


class MeasurePlot(ClickChart):
    """The curves of one tab.

    Attributes
    ----------
    curves
        What is shown.
    marks, floor
        Epochs where settings changed; the noise floor, on the loss only.
    moment, pinned
        The line at the moment shown; the curves of pinned runs.
    best_epoch
        Where the validation loss was smallest, or None.

    Signals
    -------
    momentPicked
        The epoch of the record nearest to a click.
    """

    momentPicked = Signal(int)

    def __init__(self, tab: str) -> None:
        super().__init__()
        self.tab = tab
        self.curves = curves(tab)
        self.best_epoch: int | None = None
        self._unit = 100.0 if tab == "accuracy" else 1.0
        self._planned = 1
        self._ends = _axis_ends(1)
        self._stage = 0  # how many of these the run has passed
        self._history: History | None = None
        self._layer = CurvesLayer(self.curves, gap=tab != "weights")
        self.floor, self.marks = FloorLayer(), MarksLayer()
        self.canvas.over += [self.floor, self.marks]
        self.moment, self.pinned = MomentLayer(), PinnedLayer()
        self._layer.behind.append(self.pinned)
        self.floor.curves = self._covered
        self.canvas.live += [self._layer, self.moment]
        self.clicked.connect(self._clicked)
        self.reader = self._read
        names = {"loss": "loss", "accuracy": "accuracy (%)", "weights": ""}
        self.setLabels("epoch", names[tab])
        self.axes["y"].showLabel(tab != "weights")
        if tab == "weights":
            self.setLog("y", True)  # a norm of 10 beside a penalty of 0.001
        self.startRanges()

    @property
    def epochs(self) -> np.ndarray:
        """Epochs of the records shown."""
        return self._layer.epochs

    def setPlanned(self, epochs: int) -> None:
        """How long a run is to be: the axis grows until there in a few steps."""
        if epochs != self._planned:
            self._planned = epochs
            self._ends = _axis_ends(epochs)
            self.startRanges()

    def setFloor(self, value: float | None, text: str) -> None:
        """The noise floor, and what is written beside it."""
        self.floor.value, self.floor.text = value, text
        self.startRanges()

    def setMarks(self, epochs: Sequence[int]) -> None:
        """Epochs where settings were changed."""
        if tuple(epochs) != self.marks.epochs:
            self.marks.epochs = tuple(epochs)
            self.canvas.rest()

    def setMoment(self, epoch: int | None) -> None:
        """A line at an epoch, or none."""
        if epoch != self.moment.epoch:
            self.moment.epoch = epoch
            self.canvas.update_live()

    def setPinned(self, runs: Sequence[PinnedCurves]) -> None:
        """Runs to show below the present one; those that are shown already are read on."""
        is_same = self.pinned.is_of(runs)
        if not is_same:
            measures = [curve.measure for curve in self.curves[: 1 if self.tab == "weights" else 2]]
            self.pinned.setRuns([PinnedLines(run, measures, self._unit) for run in runs])
            self.forget("x")
            self.forget("y")
        has_grown = [run.grow() for run in self.pinned.runs]
        if not is_same or any(has_grown):
            self._cover()
            self.refresh()

    def setHistory(self, history: History | None, live: Snapshot | None, member: int) -> None:
        """Show the records, and a newer snapshot as the last point."""
        if history is not self._history:  # another run: its axes need not hold this one's losses
            self._history = history
            self.forget("x")
            self.forget("y")
        n = 0 if history is None else len(history)
        layer = self._layer
        if history is None or n == 0:
            layer.epochs = np.zeros(0)
            for curve in self.curves:
                curve.values = np.zeros(0)
        else:
            # Another thread may be appending: every column ends at the same record.
            layer.epochs = history.epochs[:n].astype(float)
            for curve in self.curves:
                curve.values = history.column(curve.measure, member)[:n] * self._unit
        best = self._best(history, n, member)
        if live is not None and (not layer.epochs.size or live.epoch > layer.epochs[-1]):
            layer.epochs = np.append(layer.epochs, float(live.epoch))
            for curve in self.curves:
                value = live.value(curve.measure, member) * self._unit
                curve.values = np.append(curve.values, value)
            best = self._best_with(live, history, best, member)
        layer.best = None if self.tab == "weights" else best
        self.best_epoch = None if best is None else int(layer.epochs[best])
        self._cover()
        self.refresh()

    def _best(self, history: History | None, n: int, member: int) -> int | None:
        if history is None or n == 0:
            return None
        loss = history.column("valid_loss", member)[:n]
        finite = np.isfinite(loss)
        return int(np.where(finite, loss, np.inf).argmin()) if finite.any() else None

    def _best_with(
        self, live: Snapshot, history: History | None, best: int | None, member: int
    ) -> int | None:
        """The best record once `live` is the last one."""
        loss = live.value("valid_loss", member)
        if not np.isfinite(loss):
            return best
        if best is None or history is None or loss < history.column("valid_loss", member)[best]:
            return len(self._layer.epochs) - 1
        return best

    def _covered(self, frame: Frame) -> list[tuple[Pixels, Pixels]]:
        """What the name of the noise floor should leave free."""
        pinned = [line.thin(run.epochs, frame) for run in self.pinned.runs for line in run.lines]
        return [*self._layer.covered(frame), *pinned]

    # ranges

    def startRanges(self) -> None:
        """Forget how far the axes had grown."""
        self.forget("x")
        self.forget("y")
        self._cover()
        self.resetRanges()
        self.canvas.rest()

    def toggleLog(self, axis: str, log: bool) -> None:
        """Make an axis logarithmic or linear, and fit it to the data."""
        self.setLog("y" if axis == "y" else "x", log)
        self.startRanges()

    def _cover(self) -> None:
        self._cover_epochs()
        if self.tab == "accuracy" and not self.isLog("y"):
            self.fix("y", 0.0, 102.0)
            return
        # All in one, so that a range that has to grow grows once.
        floor = self.floor.value
        ends = [] if floor is None else [0.9 * floor, 1.15 * floor]
        most = self._most()
        for curve in self.curves:
            seen = bounds(curve.values if not self.isLog("y") else curve.values[curve.values > 0])
            ends += () if seen is None else (min(seen[0], most), min(_HEADROOM * seen[1], most))
        for run in self.pinned.runs:
            seen = run.ends(self.isLog("y"))
            ends += () if seen is None else (min(seen[0], most), min(_HEADROOM * seen[1], most))
        self.cover("y", ends if self.isLog("y") else [0.0, *(ends or [1.0])])

    def _cover_epochs(self) -> None:
        epochs = self._layer.epochs
        lasts = [run.epochs[-1] for run in self.pinned.runs if run.epochs.size]
        last = float(max([*lasts, *epochs[-1:]], default=0.0))
        stage = bisect_right(self._ends, last)
        if stage != self._stage:  # also with axes that rest, look again for room for the name
            self._stage = stage
            self.canvas.rest()
        if self.isLog("x"):  # epoch 0 has no place on it
            self.cover("x", [1.0, float(max(self._planned, 2))])
            self.cover("x", [last], steps=4)
        elif last > self._ends[-1]:
            self.cover("x", [0.0, last], steps=4)
        else:
            end, now = self._ends[bisect_left(self._ends, last)], self.autoRange("x")
            if now is None or now[1] < end:
                self.fix("x", 0.0, end)

    def _most(self) -> float:
        """The largest value that the y axis has to hold: a diverged run may leave the plot."""
        if self.tab != "loss" or self.isLog("y"):
            return float("inf")
        first = []
        for curve in self.curves:
            finite = np.isfinite(curve.values)
            if finite.any():
                first.append(float(curve.values[finite.argmax()]))
        first += [run.first for run in self.pinned.runs if run.first is not None]
        start = max([*first, self.floor.value or 0.0])
        return _DIVERGED * start if start > 0 else float("inf")

    # read-outs

    def _record_at(self, x: float) -> int | None:
        """Index of the record nearest to an epoch."""
        epochs = self._layer.epochs
        return int(np.abs(epochs - x).argmin()) if epochs.size and np.isfinite(x) else None

    def _clicked(self, x: float) -> None:
        at = self._record_at(x)
        if at is not None:
            self.momentPicked.emit(int(self._layer.epochs[at]))

    def _read(self, x: float, _: float) -> Reading | None:
        epochs, at = self._layer.epochs, self._record_at(x)
        if at is None:
            return None
        frame, rows = self.frame(), []
        for curve in self.curves:
            value = curve.values[at]
            color = curve.color(self.colors)
            rows.append(Row(curve.label, self._number(value), color, frame.dot(value)))
        if self.tab == "loss":
            gap = self.curves[1].values[at] - self.curves[0].values[at]
            rows.append(Row("gap", self._number(gap), gap_color(self.colors)))
            if self.floor.value is not None:
                rows.append(Row("noise floor", self._number(self.floor.value), self.colors.floor))
        lines = int((frame.height - _BOX) / QFontMetrics(self.font()).height())  # one is the title
        rows += self.pinned.rows(frame, float(epochs[at]), self._number, lines - 1 - len(rows))
        return Reading(float(frame.x(epochs[at])), f"epoch {int(epochs[at]):,}", tuple(rows))

    def _number(self, value: float) -> str:
        return f"{value:.1f} %" if self.tab == "accuracy" else f"{value:.4g}"

    def legendEntries(self, floor_tip: str) -> list[Entry]:
        """What the lines are."""
        colors: Colors = self.colors
        entries = [
            Entry("dashes" if curve.dashed else "line", curve.label, curve.color(colors))
            for curve in self.curves
        ]
        if self.tab != "weights":
            entries.append(Entry("band", "gap", gap_color(colors), tip="gap: validation − train"))
            if self.floor.value is not None:
                entries.append(Entry("dashes", "noise floor", colors.floor, tip=floor_tip))
        if self.tab != "weights":
            text = "best epoch" if self.best_epoch is None else f"best epoch {self.best_epoch:,}"
            tip = f"{text}: the smallest validation loss so far"
            entries.append(
                Entry("circle", text, colors.background, colors.best, short="best", tip=tip)
            )
        if self.marks.epochs:
            entries.append(Entry("dots", "settings changed", colors.foreground, short="changed"))
        return entries + [run.entry for run in self.pinned.runs]
