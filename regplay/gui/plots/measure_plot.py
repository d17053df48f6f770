"""Measures of a run over epochs."""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from regplay.core.history import History, Snapshot
from regplay.gui.plots.chart import Chart
from regplay.gui.plots.history_layers import (
    CurvesLayer,
    EpochCurve,
    FloorLayer,
    MarksLayer,
    gap_color,
)
from regplay.gui.plots.hover import Reading, Row
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.ranges import bounds
from regplay.gui.theme import Colors

_HEADROOM = 1.03  # of the largest value, so that no curve runs along the frame
_DIVERGED = 20.0  # times the first loss; what lies beyond that has no room on a linear axis
_STEPS = 5  # in which the epoch axis grows, at most


def curves(tab: str) -> list[EpochCurve]:
    """The curves of a tab: `loss`, `accuracy` or `weights`."""
    if tab == "weights":
        return [
            EpochCurve("weight_norm", "‖w‖", "norm", "circle", False),
            EpochCurve("penalty", "penalty", "penalty", "diamond", True),
            EpochCurve("objective", "objective", "objective", "circle", False),
        ]
    return [
        EpochCurve(f"train_{tab}", "train", "train", "circle", False),
        EpochCurve(f"valid_{tab}", "validation", "valid", "diamond", True),
    ]


def _axis_ends(planned: int) -> tuple[float, ...]:
    """Where the epoch axis may end, so that the first epochs of a long run can be seen.

    Rising: 20, 50, 100, 200 …, of which no more than `_STEPS`, and `planned`.
    """
    nice = [digit * 10.0**power for power in range(1, 10) for digit in (1, 2, 5)][1:]
    ends = [end for end in nice if end < 0.7 * planned]
    kept = np.linspace(0, len(ends) - 1, min(len(ends), _STEPS)).round().astype(int)
    return (*(ends[index] for index in kept), float(planned))


class MeasurePlot(Chart):
    """The curves of one tab.

    Attributes
    ----------
    curves
        What is shown.
    marks, floor
        Epochs where settings changed; the noise floor, on the loss only.
    best_epoch
        Where the validation loss was smallest, or None.
    """

    def __init__(self, tab: str) -> None:
        super().__init__()
        self.tab = tab
        self.curves = curves(tab)
        self.best_epoch: int | None = None
        self._unit = 100.0 if tab == "accuracy" else 1.0
        self._planned = 1
        self._ends = _axis_ends(1)
        self._history: History | None = None
        self._layer = CurvesLayer(self.curves, gap=tab != "weights")
        self.floor, self.marks = FloorLayer(), MarksLayer()
        self.canvas.over += [self.floor, self.marks]
        self.canvas.live.append(self._layer)
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
        self.cover("y", ends if self.isLog("y") else [0.0, *(ends or [1.0])])

    def _cover_epochs(self) -> None:
        epochs = self._layer.epochs
        last = float(epochs[-1]) if epochs.size else 0.0
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
        start = max([*first, self.floor.value or 0.0])
        return _DIVERGED * start if start > 0 else float("inf")

    # read-outs

    def _read(self, x: float, _: float) -> Reading | None:
        epochs = self._layer.epochs
        if not epochs.size or not np.isfinite(x):
            return None
        at = int(np.abs(epochs - x).argmin())
        frame, rows = self.frame(), []
        for curve in self.curves:
            y = float(frame.y(curve.values[at]))
            dot = y if 0 <= y <= frame.height else None
            rows.append(
                Row(curve.label, self._number(curve.values[at]), curve.color(self.colors), dot)
            )
        if self.tab == "loss":
            gap = self.curves[1].values[at] - self.curves[0].values[at]
            rows.append(Row("gap", self._number(gap), gap_color(self.colors)))
            if self.floor.value is not None:
                rows.append(Row("noise floor", self._number(self.floor.value), self.colors.floor))
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
        return entries
