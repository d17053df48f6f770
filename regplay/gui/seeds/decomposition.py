"""Bias², variance and noise along an axis, beside the validation loss that was measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from regplay.core.bias_variance import Decomposition
from regplay.core.fields import FIELDS
from regplay.core.number_text import compact, exact, number, spread_text
from regplay.core.sweep import NumberAxis
from regplay.gui.landscape import labelled, place
from regplay.gui.plots import (
    VALID_SHAPE,
    Entry,
    Frame,
    LegendChart,
    Reading,
    ReadoutRow,
    draw_marker,
    fill_polygon,
    highest_usual,
)
from regplay.gui.theme import ROLES, hairline, mix

_SHARE = 0.72  # of the distance between two positions that a bar takes
# Pixels at 100 %.
_POINT = 7.0  # across a measured loss
_CAP = 4.0  # to each side at the ends of an error bar
_ARROW = QRectF(-4.5, 10, 9, 7)  # above it is room for the mark of the present experiment
_TEETH = 3.0  # height and half width of a tooth where a bar is cut


@dataclass(frozen=True)
class ErrorPart:
    """One part of a stack: where its number is, its name, what it is, and its colour."""

    field: str
    name: str
    tip: str
    color: str


def _pale(color: str) -> str:
    return mix(color, ROLES.background, 0.2)


# From the bottom up; noise as the noise floor elsewhere, variance as the fits whose spread it is.
PARTS = (
    ErrorPart(
        "noise",
        "noise",
        "how far the validation targets are from the true function",
        _pale(mix(ROLES.floor, ROLES.background, 0.35)),
    ),
    ErrorPart(
        "bias_squared",
        "bias²",
        "how far the mean of the networks is from the true function",
        _pale(ROLES.class_color(9)),
    ),
    ErrorPart("variance", "variance", "how far the networks are from their mean", _pale(ROLES.fit)),
)


class StackLayer:
    """A bar of three parts at each position 0, 1, 2, …, and the measured loss as a point above it.

    A bar that is higher than the axis ends in teeth, and above them stands its height, or an arrow;
    an arrow stands for a measured loss that lies beyond the top, too.

    Attributes
    ----------
    parts
        One a position; None leaves a gap.
    present
        Among the positions, also between two, where a line marks the present experiment; or None.
    """

    def __init__(self) -> None:
        self.parts: tuple[Decomposition | None, ...] = ()
        self.present: float | None = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the bars, the line and the points, from bottom to top."""
        known = [(at, one) for at, one in enumerate(self.parts) if one is not None]
        for position, parts in known:
            _draw_bar(painter, frame, position, parts)
        if self.present is not None:
            _draw_present(painter, frame, self.present)
        for position, parts in known:
            _draw_measured(painter, frame, position, parts)


def _draw_bar(painter: QPainter, frame: Frame, position: int, parts: Decomposition) -> None:
    """Draw a bar on whole pixels, a line of the background between two parts."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    ends = np.round(frame.x([position - _SHARE / 2, position + _SHARE / 2]))
    heights = np.cumsum([0.0, *(getattr(parts, part.field) for part in PARTS)])
    edges = np.round(frame.y(heights))
    for part, low, high in zip(PARTS, edges[:-1], edges[1:], strict=True):
        if not low - high >= 1:  # thinner than a pixel, or not finite
            continue
        bar = QRectF(QPointF(ends[0], high), QPointF(ends[1], low))
        painter.fillRect(bar, QColor(frame.colors.of(part.color)))
        if part is not PARTS[0] and low - high >= 3:
            bar.setTop(low - 1)
            painter.fillRect(bar, QColor(frame.colors.background))
    if edges[-1] < 0 < edges[0]:
        _cut(painter, frame, ends[0], ends[1], compact(parts.total))


def _cut(painter: QPainter, frame: Frame, left: float, right: float, text: str) -> None:
    """End a bar from `left` to `right` px below the top, and write a number there, or an arrow."""
    metrics, top, tooth = QFontMetricsF(painter.font()), _ARROW.bottom() * frame.zoom, _TEETH
    tooth *= frame.zoom
    bottom = top + metrics.height() + tooth
    teeth = max(2, round((right - left) / (2 * tooth)))
    x = np.linspace(left, right, 2 * teeth + 1)
    zigzag = [(float(at), bottom + (index % 2) * tooth) for index, at in enumerate(x)]
    fill_polygon(painter, ((left, -1), *zigzag, (right, -1)), frame.colors.background)
    if metrics.horizontalAdvance(text) >= (right - left) / _SHARE:
        text = "↑"
    x_text = (left + right - metrics.horizontalAdvance(text)) / 2
    painter.setPen(QColor(frame.colors.foreground))
    painter.drawText(QPointF(x_text, top + metrics.ascent() + 1), text)


def _draw_measured(painter: QPainter, frame: Frame, position: int, parts: Decomposition) -> None:
    """Draw a measured validation loss with its standard error."""
    x, error, colors = float(frame.x(position)), parts.measured_error, frame.colors
    low, y, high = frame.y([parts.measured - error, parts.measured, parts.measured + error])
    if not np.isfinite([low, y, high]).all():
        return
    if y < 0:
        _draw_arrow(painter, frame, x)
        return
    cap, zoom = _CAP * frame.zoom, frame.zoom
    lines = [
        QLineF(x, low, x, high),
        QLineF(x - cap, low, x + cap, low),
        QLineF(x - cap, high, x + cap, high),
    ]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    is_seen = low - high > 2 * _POINT * zoom  # else the point hides it
    for color, width in ((colors.background, 3.2), (colors.foreground, 1.6)) if is_seen else ():
        painter.setPen(QPen(QColor(color), width * zoom))
        painter.drawLines(lines)
    draw_marker(painter, VALID_SHAPE, x, float(y), _POINT * zoom, colors.valid, colors.background)


def _draw_arrow(painter: QPainter, frame: Frame, x: float) -> None:
    corners = _ARROW.bottomLeft(), QPointF(0, _ARROW.top()), _ARROW.bottomRight()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(QColor(frame.colors.background), 1.3 * frame.zoom))
    painter.setBrush(QColor(frame.colors.valid))
    painter.drawPolygon(QPolygonF([QPointF(x, 0) + corner * frame.zoom for corner in corners]))


def _draw_present(painter: QPainter, frame: Frame, position: float) -> None:
    """Draw a dashed line, from a small triangle at the top."""
    x = round(float(frame.x(position))) + 0.5
    line, up = hairline(frame.colors.foreground, frame.zoom), 5 * frame.zoom
    line.setDashPattern([4, 3])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(line)
    painter.drawLine(QLineF(x, 0, x, frame.height))
    fill_polygon(painter, ((x - up, 0), (x + up, 0), (x, 1.4 * up)), frame.colors.foreground)


def _tick(value: float) -> str:
    """A label that leaves its neighbours room: `3e-3` for 0.003."""
    return f"{Decimal(repr(value)):e}" if 0 < value < 0.01 else exact(value)


class DecompositionPlot(LegendChart):
    """Stacked bars at the positions of an axis, and the measured losses above them.

    Attributes
    ----------
    path, values
        The field along the axis, and its value at each position.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars = StackLayer()
        self.path = ""
        self.values: tuple[float, ...] = ()
        self._current = np.nan
        self._scale = 1.0  # the loss of the best constant prediction
        self.chart.canvas.under.append(self.bars)
        self.chart.set_ticks("x", self._marks)
        self.chart.box.setMouseEnabled(x=False, y=True)
        self.chart.reader = self._read
        self._refresh()

    def set_scale(self, scale: float) -> None:
        """Set the loss of the best constant prediction, and show nothing."""
        self._scale = scale
        self._begin(self.values)

    def set_axis(self, path: str) -> None:
        """Name the axis, and show nothing."""
        self.path = path
        self.chart.set_labels(FIELDS[path].label, "squared error")
        self._begin(())

    def set_decompositions(
        self, values: tuple[float, ...], parts: Sequence[Decomposition | None]
    ) -> None:
        """Show what is known so far at each value; other values, or none known, begin anew."""
        if values != self.values or not any(parts):
            self._begin(values)
        self.bars.parts = tuple(parts)
        self.chart.cover("y", (0.0, self._top()))
        self._refresh()

    def settle(self) -> None:
        """Give up the room that only earlier bars needed."""
        self.chart.settle("y", (0.0, self._top()))
        self._refresh()

    def _top(self) -> float:
        """How high the axis reaches: over the bars, but not over those that are far out.

        One network that nearly diverged makes a bar millions of times as high as the others. Where
        all are far out, as of polynomials of a high degree, the lowest has room.
        """
        known = [one for one in self.bars.parts if one is not None]
        tops = [max(one.total, one.measured + one.measured_error) for one in known]
        highest = highest_usual(tops, self._scale)
        return max(highest, np.nanmin(tops)) if np.isfinite(highest) else self._scale

    def set_current(self, value: float) -> None:
        """Mark where the present experiment stands, beyond an end there; NaN marks nothing."""
        self._current = value
        self._refresh()

    def _begin(self, values: tuple[float, ...]) -> None:
        self.values = values
        self.bars.parts = (None,) * len(values)
        self.chart.fix("x", -0.6, max(len(values), 1) - 0.4)
        self.chart.settle("y", (0.0, self._scale))
        self.chart.reset_ranges()
        if not values:  # axes that are locked take the range of the first bars
            self.chart.forget("x", "y")
        self._refresh()

    def _marks(self, size: float, metrics: QFontMetricsF) -> list[tuple[float, str]]:
        """The values of as many positions as there is room for."""
        texts = [_tick(value) for value in self.values]
        sizes = [metrics.horizontalAdvance(text) for text in texts]
        pitch = size / max(len(texts), 1)
        shown = labelled(NumberAxis(self.path, self.values), sizes, pitch) if texts else ()
        return [(index, text if index in shown else "") for index, text in enumerate(texts)]

    def _refresh(self) -> None:
        values, self.bars.present = self.values, None
        if values:
            nearest = float(np.clip(self._current, values[0], values[-1]))
            self.bars.present = place(NumberAxis(self.path, values), nearest)
        self._show_entries()
        self.chart.canvas.rest()
        self.chart.refresh()

    def _show_entries(self) -> None:
        entries = [
            Entry("square", part.name, part.color, tip=f"{part.name}: {part.tip}")
            for part in reversed(PARTS)
        ]
        tip = "mean validation loss of the networks ± its standard error"
        measured = Entry("diamond", "measured loss", ROLES.valid, short="measured", tip=tip)
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
        title = f"{FIELDS[self.path].label} = {exact(self.values[at])}"
        pixel = float(self.chart.frame().x(at))
        if one is None:
            return Reading(pixel, f"{title}: not trained yet")
        if not np.isfinite(one.measured):
            return Reading(pixel, f"{title}: {one.diverged} diverged")
        rows = [
            ReadoutRow(part.name, number(getattr(one, part.field), 3), part.color)
            for part in reversed(PARTS)
        ]
        rows.append(ReadoutRow("sum", number(one.total, 3)))
        measured = spread_text(one.measured, one.measured_error)
        rows.append(ReadoutRow("measured", measured, ROLES.valid))
        if one.diverged:
            rows.append(ReadoutRow("diverged, left out", str(one.diverged)))
        return Reading(pixel, title, tuple(rows))
