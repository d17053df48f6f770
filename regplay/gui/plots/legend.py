"""The line above a plot that says what its lines and points are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, floor
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from regplay.gui.plots.chart import Chart
from regplay.gui.plots.shapes import draw_marker
from regplay.gui.theme import Colors, colors_of, sized, unit_of, with_fit
from regplay.gui.widgets import FlowLayout, as_plain, fill

Sign = Literal[
    "line",
    "thin",
    "dashes",
    "dots",
    "band",
    "square",
    "frame",
    "circle",
    "diamond",
    "cross",
    "none",
]
# Pixels at 100 %; they grow with the text.
SIGN = 20.0  # for a swatch
_LEAST = 40.0  # of an elided text
_GAP = 12.0  # between entries
_FIRST = 2  # entries that are to be seen in any case
_LONGEST, _SHORT = 24, 14  # characters of the name of another run, at most


@dataclass(frozen=True)
class Entry:
    """A swatch and its text; `short` is for narrow windows, `tip` for the tooltip."""

    sign: Sign
    text: str
    color: str = "#000000"
    ring: str | None = None  # around a marker; None takes the background
    short: str | None = None
    tip: str = ""
    is_other: bool = False  # of another run, which gives way to those of the present one
    is_on_plot: bool = False  # whether the plot itself names it, where there is room


def elided(name: str, most: int) -> str:
    """A name of at most so many characters."""
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def other_entry(name: str, color: str, tip: str = "") -> Entry:
    """Of a line that belongs to another run."""
    long, short = elided(name, _LONGEST), elided(name, _SHORT)
    tip = tip or name
    return Entry("line", long, color, short=short, tip=tip, is_other=True, is_on_plot=True)


def without_named(entries: Sequence[Entry]) -> list[Entry]:
    """Those that a plot does not name itself."""
    return [entry for entry in entries if not entry.is_on_plot]


class Legend(QWidget):
    """Entries from left to right, in their short form where the long one has no room.

    One painted widget: a label for each entry would lay itself out again with every new number.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[Entry, ...] = ()
        self._fit: str | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_entries(self, entries: Sequence[Entry], *, named: bool = False) -> None:
        """Show these, without those that the plot names itself if it does.

        All are explained in the tooltip. Nothing is drawn again if they are the same.
        """
        shown = tuple(without_named(entries) if named else entries)
        tip = as_plain("\n".join(entry.tip or entry.text for entry in entries))
        if tip != self.toolTip():
            self.setToolTip(tip)
        if shown != self.entries:
            needed, self.entries = self.sizeHint(), shown
            self.update()
            if self.sizeHint() != needed:
                self.updateGeometry()

    def set_fit_color(self, color: str | None) -> None:
        """Show the fit in the colour of its run, or in its own."""
        if color != self._fit:
            self._fit = color
            self.update()

    def text(self) -> str:
        """The entries as one line, for tests and screen readers."""
        return "   ".join(entry.text for entry in self.entries)

    def sizeHint(self) -> QSize:
        """One line, with room for two entries in their short form."""
        metrics = QFontMetricsF(self.font())
        unit = unit_of(metrics)
        width = sum(
            _sign_width(entry, unit) + metrics.horizontalAdvance(entry.short or entry.text)
            for entry in self.entries[:_FIRST]
        )
        return QSize(ceil(width + _GAP * unit) + 4, round(metrics.height()) + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colors = QPainter(self), with_fit(colors_of(self), self._fit)
        painter.setFont(sized(self.font()))
        metrics = QFontMetricsF(painter.font())
        x, unit = 2.0, unit_of(metrics)
        for entry, text in self.shown():
            if self.width() - x < SIGN * unit + min(metrics.horizontalAdvance(text), _LEAST * unit):
                break  # the tooltip has it
            room = self.width() - x - _sign_width(entry, unit)
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            paint_entry(painter, entry, text, QPointF(x, self.height() / 2), colors)
            x += _sign_width(entry, unit) + metrics.horizontalAdvance(text) + _GAP * unit
        painter.end()

    def shown(self) -> list[tuple[Entry, str]]:
        """The entries that have room, and which of their texts.

        Other runs come last. Texts are shortened from the end; where that is not enough, the last
        of the other runs are left out, and counted.
        """
        metrics = QFontMetricsF(self.font())
        unit = unit_of(metrics)

        @cache
        def width(entry: Entry, text: str) -> float:
            return _sign_width(entry, unit) + metrics.horizontalAdvance(text) + _GAP * unit

        def has_room(shown: Sequence[tuple[Entry, str]]) -> bool:
            return 2 + sum(width(*one) for one in shown) - _GAP * unit <= self.width()

        own = [entry for entry in self.entries if not entry.is_other]
        others = [entry for entry in self.entries if entry.is_other]
        for left_out in range(len(others) + 1):
            kept = [*own, *others[: len(others) - left_out]]
            if left_out:
                kept.append(Entry("none", f"and {left_out} more"))
            shown = [(entry, entry.short or entry.text) for entry in kept]
            if has_room(shown):
                break
        for index, entry in enumerate(kept):  # as long as there is room
            longer = [*shown[:index], (entry, entry.text), *shown[index + 1 :]]
            if not has_room(longer):
                break
            shown = longer
        return shown


def _sign_width(entry: Entry, unit: float) -> float:
    return 0.0 if entry.sign == "none" else SIGN * unit


def paint_entry(painter: QPainter, entry: Entry, text: str, left: QPointF, colors: Colors) -> None:
    """Draw an entry's swatch and a text, from the middle of their left edge."""
    metrics = QFontMetricsF(painter.font())
    unit = unit_of(metrics)
    if entry.sign != "none":
        paint_sign(painter, entry, left, colors, unit)
    painter.setPen(QColor(colors.foreground))
    baseline = left.y() + (metrics.ascent() - metrics.descent()) / 2
    painter.drawText(QPointF(left.x() + _sign_width(entry, unit), baseline), text)


def paint_sign(painter: QPainter, entry: Entry, left: QPointF, colors: Colors, unit: float) -> None:
    """Draw the swatch of an entry from the middle of its left edge."""
    color, x, y = QColor(colors.of(entry.color)), left.x(), left.y()
    middle = x + (SIGN / 2 - 3) * unit
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    if entry.sign in ("line", "thin", "dashes", "dots"):
        pen = QPen(color, unit if entry.sign == "thin" else 2 * unit)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if entry.sign in ("dashes", "dots"):
            pen.setDashPattern([3, 1.5] if entry.sign == "dashes" else [1, 1.5])
        painter.setPen(pen)
        y = floor(y) + 0.5 if entry.sign == "thin" else y  # sharp
        painter.drawLine(QPointF(x, y), QPointF(x + (SIGN - 6) * unit, y))
    elif entry.sign in ("band", "square"):
        half = (5 if entry.sign == "square" else 4) * unit
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRect(QRectF(middle - half, y - half, 2 * half, 2 * half))
    elif entry.sign in ("circle", "diamond", "cross"):
        ring = colors.of(entry.ring or colors.background)
        size = 8 * unit
        draw_marker(painter, entry.sign, middle, y, size, colors.of(entry.color), ring)
    elif entry.sign == "frame":
        painter.setPen(QPen(color, 2 * unit, j=Qt.PenJoinStyle.MiterJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(middle - 6 * unit, y - 5 * unit, 12 * unit, 10 * unit))


_LEADING = 5.0  # pixels between lines
_BELOW = 6.0  # pixels under the last one
_MOST = 0.3  # of the height that a legend may take with its long texts

_Entries = list[tuple[Entry, str, float]]  # with the pixels from the left


def paint_legend(
    painter: QPainter, entries: Sequence[Entry], area: QRectF, colors: Colors
) -> float:
    """Draw entries from the top of an area; the pixels that they take from its height."""
    if not entries:
        return 0.0
    metrics = QFontMetricsF(painter.font())
    height = metrics.height() + _LEADING
    lines = _lines([(entry, entry.text) for entry in entries], metrics, area.width())
    if len(lines) * height > _MOST * area.height():
        short = [(entry, entry.short or entry.text) for entry in entries]
        lines = _lines(short, metrics, area.width())
    for number, line in enumerate(lines):
        middle = area.top() + number * height + metrics.height() / 2
        for entry, text, left in line:
            paint_entry(painter, entry, text, QPointF(area.left() + left, middle), colors)
    return len(lines) * height + _BELOW


def _lines(
    texts: Sequence[tuple[Entry, str]], metrics: QFontMetricsF, width: float
) -> list[_Entries]:
    """Entries from left to right, and on the next line where one has no room."""
    lines: list[_Entries] = [[]]
    x, unit = 0.0, unit_of(metrics)
    for entry, text in texts:
        sign = _sign_width(entry, unit)
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width - sign)
        wide = sign + metrics.horizontalAdvance(text)
        if lines[-1] and x + wide > width:
            lines.append([])
            x = 0.0
        lines[-1].append((entry, text, x))
        x += wide + _GAP * unit
    return lines


_HEADER = 26  # px: all legends are as high, with buttons or without, so that plots line up


class LegendChart(QWidget):
    """What most plots are made of.

    Attributes
    ----------
    header
        The legend, and what a view puts at its right end.
    row
        The chart, and what a view puts beside it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.legend = Legend()
        self.legend.setMinimumHeight(_HEADER)
        self.chart = Chart()
        self.header = fill(QHBoxLayout(), (self.legend, 1), margins=(8, 0, 8, 0), spacing=4)
        self.row = fill(QHBoxLayout(), (self.chart, 1), spacing=-1)
        fill(QVBoxLayout(self), self.header, (self.row, 1))


def tab_row(tabs: Iterable[QWidget], legend: Legend, *switches: QWidget) -> FlowLayout:
    """Buttons on the left, the legend in the room that is left, switches on the right."""
    row = FlowLayout((8, 0, 8, 0), 4)
    for tab in tabs:
        row.addWidget(tab)
    legend.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    row.add_growing(legend)
    for switch in switches:
        row.addWidget(switch)
    return row
