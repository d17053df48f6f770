"""Bias², variance and noise along an axis, beside the validation loss that was measured."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStackedLayout, QWidget

from regplay.core.bias_variance import Decomposition, overlap, why_not
from regplay.core.datasets import Dataset
from regplay.core.fields import FIELDS
from regplay.core.sweep import NumberAxis
from regplay.gui.landscape import labelled, place
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.hover import Reading, ReadoutRow
from regplay.gui.plots.legend import Entry, LegendChart
from regplay.gui.plots.shapes import VALID_SHAPE, draw_marker
from regplay.gui.seeds.loss_strip import highest_usual
from regplay.gui.theme import Colors, mix
from regplay.gui.widgets import Sentence
from regplay.session.number_text import compact, exact, number, spread_text

_SHARE = 0.72  # of the distance between two positions that a bar takes
_CAP = 4.0  # px to each side at the ends of an error bar
_ARROW = QRectF(-4.5, 10, 9, 7)  # px; above it is room for the mark of the present experiment
_TEETH = 3.0  # px, height and half width of a tooth where a bar is cut


@dataclass(frozen=True)
class ErrorPart:
    """One part of a stack: its name and where its number is, from the bottom up."""

    field: str
    name: str

    def color(self, colors: Colors) -> str:
        """Noise as the noise floor elsewhere, variance as the fits whose spread it is."""
        strong = {
            "noise": mix(colors.floor, colors.background, 0.35),
            "bias_squared": colors.class_color(9),
            "variance": colors.fit,
        }[self.field]
        return mix(strong, colors.background, 0.2)


PARTS = (
    ErrorPart("noise", "noise"),
    ErrorPart("bias_squared", "bias²"),
    ErrorPart("variance", "variance"),
)


class StackLayer:
    """A bar of three parts at each position 0, 1, 2, …; None leaves a gap.

    One that is higher than the axis ends in teeth, and above them stands its height, or an arrow.

    Attributes
    ----------
    parts
        One a position.
    """

    def __init__(self) -> None:
        self.parts: tuple[Decomposition | None, ...] = ()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the bars on whole pixels, a line of the background between two parts."""
        for position, parts in _known(self.parts):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            ends = np.round(frame.x([position - _SHARE / 2, position + _SHARE / 2]))
            heights = np.cumsum([0.0, *(getattr(parts, part.field) for part in PARTS)])
            edges = np.round(frame.y(heights))
            for part, low, high in zip(PARTS, edges[:-1], edges[1:], strict=True):
                if not low - high >= 1:  # thinner than a pixel, or not finite
                    continue
                bar = QRectF(QPointF(ends[0], high), QPointF(ends[1], low))
                painter.fillRect(bar, QColor(part.color(frame.colors)))
                if part is not PARTS[0] and low - high >= 3:
                    bar.setTop(low - 1)
                    painter.fillRect(bar, QColor(frame.colors.background))
            if edges[-1] < 0 < edges[0]:
                _cut(painter, frame, ends[0], ends[1], compact(parts.total))


def _known(parts: Sequence[Decomposition | None]) -> Iterator[tuple[int, Decomposition]]:
    """Those that are there, with their positions."""
    return ((position, one) for position, one in enumerate(parts) if one is not None)


def _cut(painter: QPainter, frame: Frame, left: float, right: float, text: str) -> None:
    """End a bar from `left` to `right` px below the top, and write a number there, or an arrow."""
    metrics = painter.fontMetrics()
    bottom = _ARROW.bottom() + metrics.height() + _TEETH
    teeth = max(2, round((right - left) / (2 * _TEETH)))
    x = np.linspace(left, right, 2 * teeth + 1)
    zigzag = [QPointF(at, bottom + (index % 2) * _TEETH) for index, at in enumerate(x)]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(frame.colors.background))
    painter.drawPolygon(QPolygonF([QPointF(left, -1), *zigzag, QPointF(right, -1)]))
    if metrics.horizontalAdvance(text) >= (right - left) / _SHARE:
        text = "↑"
    x_text = (left + right - metrics.horizontalAdvance(text)) / 2
    painter.setPen(QColor(frame.colors.foreground))
    painter.drawText(QPointF(x_text, _ARROW.bottom() + metrics.ascent() + 1), text)


class MeasuredLayer:
    """The measured validation losses with their standard errors, as points above the bars.

    An arrow stands where one lies beyond the top of the axis.
    """

    def __init__(self) -> None:
        self.parts: tuple[Decomposition | None, ...] = ()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the error bars, then the points."""
        for position, parts in _known(self.parts):
            x, error = float(frame.x(position)), parts.measured_error
            low, y, high = frame.y([parts.measured - error, parts.measured, parts.measured + error])
            if not np.isfinite([low, y, high]).all():
                continue
            colors = frame.colors
            if y < 0:
                _draw_arrow(painter, x, colors)
                continue
            lines = [
                QLineF(x, low, x, high),
                QLineF(x - _CAP, low, x + _CAP, low),
                QLineF(x - _CAP, high, x + _CAP, high),
            ]
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            for color, width in ((colors.background, 3.2), (colors.foreground, 1.6)):
                painter.setPen(QPen(QColor(color), width))
                painter.drawLines(lines)
            draw_marker(painter, VALID_SHAPE, x, float(y), 7, colors.valid, colors.background)


def _draw_arrow(painter: QPainter, x: float, colors: Colors) -> None:
    arrow = _ARROW.translated(x, 0)
    tip = QPointF(x, arrow.top())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(QColor(colors.background), 1.3))
    painter.setBrush(QColor(colors.valid))
    painter.drawPolygon(QPolygonF([arrow.bottomLeft(), tip, arrow.bottomRight()]))


class PresentLayer:
    """A dashed line where the present experiment stands on the axis.

    Attributes
    ----------
    position
        Among the positions 0, 1, 2, …, also between two; None draws nothing.
    """

    def __init__(self) -> None:
        self.position: float | None = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the line, from a small triangle at the top."""
        if self.position is None:
            return
        x = round(float(frame.x(self.position))) + 0.5
        line = QPen(QColor(frame.colors.foreground), 1)
        line.setDashPattern([4, 3])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(line)
        painter.drawLine(QLineF(x, 0, x, frame.height))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(frame.colors.foreground))
        painter.drawPolygon(QPolygonF([QPointF(x - 5, 0), QPointF(x + 5, 0), QPointF(x, 7)]))


_HIGHEST = 20.0  # times the variance of the targets; what lies above that has diverged
_SPREAD_ONLY = "So only the spread of the fits is shown."
_LOSSES_ONLY = "So only the losses of the networks are shown."


def _tick(value: float) -> str:
    """A label that leaves its neighbours room: `3e-3` for 0.003."""
    return f"{Decimal(repr(value)):e}" if 0 < value < 0.01 else exact(value)


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
        self.chart.set_ticks("x", self._marks)
        self.chart.box.setMouseEnabled(x=False, y=True)
        self.chart.reader = self._read
        self._style()

    def set_scale(self, scale: float) -> None:
        """Set the loss of the best constant prediction, and show nothing."""
        self._scale = scale
        self._begin(self.values)

    def set_axis(self, path: str) -> None:
        """Name the axis, and show nothing."""
        self._path = path
        self.chart.set_labels(FIELDS[path].label, "squared error")
        self._begin(())

    @property
    def path(self) -> str:
        """The field along the axis."""
        return self._path

    def set_decompositions(
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
        self.chart.settle("y", (0.0, self._top()))
        self._refresh()

    def _top(self) -> float:
        """How high the axis reaches: over the bars, but not over those that are far out.

        One network that nearly diverged makes a bar millions of times as high as the others.
        """
        known = [one for one in self.bars.parts if one is not None]
        tops = [max(one.total, one.measured + one.measured_error) for one in known]
        highest = highest_usual(tops)
        return min(highest, _HIGHEST * self._scale) if np.isfinite(highest) else self._scale

    def set_current(self, value: float) -> None:
        """Mark where the present experiment stands; NaN marks nothing."""
        self._current = value
        self._place_current()
        self._refresh()

    def _place_current(self) -> None:
        """Where it lies among the positions; beyond an end, there."""
        values, self.present.position = self.values, None
        if values:
            nearest = float(np.clip(self._current, values[0], values[-1]))
            self.present.position = place(NumberAxis(self._path, values), nearest)

    def _begin(self, values: tuple[float, ...]) -> None:
        self.values = values
        self.bars.parts = self.measured.parts = (None,) * len(values)
        self._place_current()
        self.chart.fix("x", -0.6, max(len(values), 1) - 0.4)
        self.chart.settle("y", (0.0, self._scale))
        self.chart.reset_ranges()
        self._refresh()

    def _marks(self, size: float, metrics: QFontMetricsF) -> list[tuple[float, str]]:
        """The values of as many positions as there is room for."""
        texts = [_tick(value) for value in self.values]
        sizes = [metrics.horizontalAdvance(text) for text in texts]
        pitch = size / max(len(texts), 1)
        shown = labelled(NumberAxis(self._path, self.values), sizes, pitch) if texts else ()
        return [(index, text if index in shown else "") for index, text in enumerate(texts)]

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
        high = (self.chart.auto_range("y") or (0.0, np.inf))[1]
        if any(one is not None and max(one.total, one.measured) > high for one in self.bars.parts):
            tip = "▲ and a number: higher than the axis, which follows the other bars"
            entries.append(Entry("none", "▲ off the axis", short="▲ off axis", tip=tip))
        self.legend.set_entries(entries)

    def _read(self, x: float, _: float) -> Reading | None:
        if not self.values or not np.isfinite(x):
            return None
        at = int(np.clip(round(x), 0, len(self.values) - 1))
        one = self.bars.parts[at]
        title = f"{FIELDS[self._path].label} = {exact(self.values[at])}"
        pixel = float(self.chart.frame().x(at))
        if one is None:
            return Reading(pixel, f"{title}: not trained yet")
        rows = [
            ReadoutRow(part.name, number(getattr(one, part.field), 3), part.color(self.colors))
            for part in reversed(PARTS)
        ]
        rows.append(ReadoutRow("sum", number(one.total, 3)))
        measured = spread_text(one.measured, one.measured_error)
        rows.append(ReadoutRow("measured", measured, self.colors.valid))
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

    def set_dataset(self, dataset: Dataset) -> None:
        """Decide whether there is a decomposition, and show nothing yet."""
        reason = why_not(dataset)
        rest = _SPREAD_ONLY if dataset.n_inputs <= 2 else _LOSSES_ONLY
        self.sentence.set_text(f"{reason} {rest} {overlap(dataset)}".rstrip())
        if not reason:
            targets = np.asarray(dataset.targets(dataset.valid.y), dtype=float)
            self.plot.set_scale(max(float(targets.var()), 1e-12))
        self._stack.setCurrentWidget(self.sentence if reason else self.plot)
