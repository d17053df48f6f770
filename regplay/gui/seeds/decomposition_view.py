"""Bias², variance and noise along an axis, beside the validation loss that was measured."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from PySide6.QtWidgets import QStackedLayout, QWidget

from regplay.core.bias_variance import Decomposition, overlap, why_not
from regplay.core.datasets import Dataset
from regplay.core.fields import FIELDS
from regplay.core.sweep import NumberAxis
from regplay.gui.controls.number_text import number_text
from regplay.gui.landscape.ticks import labelled
from regplay.gui.plots.hover import Reading
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.legend_chart import LegendChart
from regplay.gui.plots.readout import Row
from regplay.gui.seeds.sentence import Sentence
from regplay.gui.seeds.settling import highest_usual, settle
from regplay.gui.seeds.stack_layers import (
    PARTS,
    MeasuredLayer,
    PresentLayer,
    StackLayer,
    place_of,
)
from regplay.gui.theme import Colors

_HIGHEST = 20.0  # times the variance of the targets; what lies above that has diverged
_SPREAD_ONLY = "So only the spread of the fits is shown."
_LOSSES_ONLY = "So only the losses of the networks are shown."


def _tick(value: float) -> str:
    """A label that leaves its neighbours room: `3e-3` for 0.003."""
    return f"{Decimal(repr(value)):e}" if 0 < value < 0.01 else number_text(value)


class DecompositionPlot(LegendChart):
    """Stacked bars at the positions of an axis, and the measured losses above them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars = StackLayer()
        self.measured = MeasuredLayer()
        self.present = PresentLayer()
        self.values: tuple[float, ...] = ()
        self._path = ""
        self._current = np.nan
        self._scale = 1.0  # the loss of the best constant prediction
        self.chart.canvas.under += [self.bars, self.present, self.measured]
        self.chart.axes["x"].setTickSpacing(levels=[(1.0, 0.0)])  # a grid line at each position
        self.chart.box.setMouseEnabled(x=False, y=True)
        self.chart.reader = self._read
        self.chart.box.sigResized.connect(self._label_positions)
        self._style()

    def setScale(self, scale: float) -> None:
        """Set the loss of the best constant prediction, and show nothing."""
        self._scale = scale
        self._begin(self.values)

    def setAxis(self, path: str) -> None:
        """Name the axis, and show nothing."""
        self._path = path
        self.chart.setLabels(FIELDS[path].label, "squared error")
        self._begin(())

    @property
    def path(self) -> str:
        """The field along the axis."""
        return self._path

    def setDecompositions(
        self, values: tuple[float, ...], parts: Sequence[Decomposition | None]
    ) -> None:
        """Show what is known so far; other values, or none known, begin anew."""
        if len(values) != len(parts):
            raise ValueError(f"{len(parts)} decompositions for {len(values)} values")
        if values != self.values or not any(parts):
            self._begin(values)
        self.bars.parts = self.measured.parts = tuple(parts)
        self.chart.cover("y", (0.0, self._top()))
        self._refresh()

    def settle(self) -> None:
        """Give up the room that only earlier bars needed."""
        settle(self.chart, "y", (0.0, self._top()))
        self._refresh()

    def _top(self) -> float:
        """How high the axis reaches: over the bars, but not over those that are far out.

        One network that nearly diverged makes a bar millions of times as high as the others.
        """
        known = [one for one in self.bars.parts if one is not None]
        tops = [max(one.total, one.measured + one.measured_error) for one in known]
        highest = highest_usual(tops)
        return min(highest, _HIGHEST * self._scale) if np.isfinite(highest) else self._scale

    def setCurrent(self, value: float) -> None:
        """Mark where the present experiment stands; NaN marks nothing."""
        self._current = value
        self.present.position = place_of(value, self.values)
        self._refresh()

    def _begin(self, values: tuple[float, ...]) -> None:
        self.values = values
        self.bars.parts = self.measured.parts = (None,) * len(values)
        self.present.position = place_of(self._current, values)
        self._label_positions()
        self.chart.fix("x", -0.6, max(len(values), 1) - 0.4)
        settle(self.chart, "y", (0.0, self._scale))
        self.chart.resetRanges()
        self._refresh()

    def _label_positions(self) -> None:
        """Name as many positions as there is room for."""
        texts = [_tick(value) for value in self.values]
        if not texts:
            self.chart.axes["x"].setTicks([[]])
            return
        sizes = [float(self.fontMetrics().horizontalAdvance(text)) for text in texts]
        pitch = self.chart.box.width() / len(texts)
        shown = labelled(NumberAxis(self._path, self.values), sizes, pitch)
        self.chart.axes["x"].setTicks([[(index, texts[index]) for index in shown]])

    def _refresh(self) -> None:
        self._label()
        self.chart.canvas.rest()
        self.chart.refresh()

    def _style(self) -> None:
        self._label()

    def _label(self) -> None:
        colors = self.colors
        tips = {
            "bias_squared": "bias²: how far the mean of the networks is from the true function",
            "variance": "variance: how far the networks are from their mean",
            "noise": "noise: how far the validation targets are from the true function",
        }
        entries = [
            Entry("square", part.name, part.color(colors), tip=tips[part.field])
            for part in reversed(PARTS)
        ]
        tip = "mean validation loss of the networks ± its standard error"
        measured = Entry("diamond", "measured loss", colors.valid, short="measured", tip=tip)
        entries.append(measured)
        high = (self.chart.autoRange("y") or (0.0, np.inf))[1]
        if any(one is not None and max(one.total, one.measured) > high for one in self.bars.parts):
            tip = "▲ and a number: higher than the axis, which follows the other bars"
            entries.append(Entry("none", "▲ off the axis", short="▲ off axis", tip=tip))
        self.legend.setEntries(entries)

    def _read(self, x: float, _: float) -> Reading | None:
        if not self.values or not np.isfinite(x):
            return None
        at = int(np.clip(round(x), 0, len(self.values) - 1))
        one = self.bars.parts[at]
        title = f"{FIELDS[self._path].label} = {number_text(self.values[at])}"
        pixel = float(self.chart.frame().x(at))
        if one is None:
            return Reading(pixel, f"{title}: not trained yet")
        rows = [
            Row(part.name, f"{getattr(one, part.field):.3g}", part.color(self.colors))
            for part in reversed(PARTS)
        ]
        rows.append(Row("sum", f"{one.total:.3g}"))
        measured = f"{one.measured:.3g} ± {one.measured_error:.2g}"
        rows.append(Row("measured", measured, self.colors.valid))
        return Reading(pixel, title, tuple(rows))


class DecompositionView(QWidget):
    """The plot, or why there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = DecompositionPlot()
        self.sentence = Sentence("seeds.noDecomposition")
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.plot)
        self._stack.addWidget(self.sentence)

    @property
    def has_plot(self) -> bool:
        """Whether the plot is shown, not the sentence."""
        return self._stack.currentWidget() is self.plot

    def setDataset(self, dataset: Dataset) -> None:
        """Decide whether there is a decomposition, and show nothing yet."""
        reason = why_not(dataset)
        rest = _SPREAD_ONLY if dataset.n_inputs <= 2 else _LOSSES_ONLY
        self.sentence.setText(f"{reason} {rest} {overlap(dataset)}".rstrip())
        if not reason:
            targets = np.asarray(dataset.targets(dataset.valid.y), dtype=float)
            self.plot.setScale(max(float(targets.var()), 1e-12))
        self._stack.setCurrentWidget(self.sentence if reason else self.plot)

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self.plot.setColors(colors)
