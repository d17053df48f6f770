"""The landscape tab: a measure over two fields, filled in while its networks train."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QLinearGradient, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from regplay.core.fields import FIELDS
from regplay.core.sweep import NumberAxis
from regplay.gui.landscape.landscape_header import LandscapeHeader
from regplay.gui.landscape.landscape_map import (
    MEASURE_NAMES,
    ColorScale,
    LandscapeMap,
    Measure,
    place,
    scale_of,
)
from regplay.gui.landscape.map_chart import (
    Cell,
    CellsLayer,
    MapChart,
    MarksLayer,
    cell_rows,
    legend_entries,
    place_text,
)
from regplay.gui.plots.hover import Reading
from regplay.gui.plots.legend import Legend
from regplay.gui.plots.number_text import number
from regplay.gui.plots.surface_colors import value_colors
from regplay.gui.theme import LIGHT, Colors
from regplay.gui.widgets.layout import named

_BAR = 12  # px, thickness
_ROOM = 26  # px that a tick takes along the bar
_TIP = 6  # px, height of the arrowhead at an end that values lie beyond


class MeasureBar(QWidget):
    """A vertical bar with round values beside it, evenly or logarithmically spaced.

    It ends in an arrowhead where the map has values beyond: they have the colour of that end.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._colors = "", LIGHT
        self._scale = ColorScale()
        self._beyond = (False, False)
        self._state: object = None  # what was drawn last
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def set_scale(
        self, scale: ColorScale, name: str, beyond: tuple[bool, bool] = (False, False)
    ) -> None:
        """Show a scale and the name of what it measures; drawn again only if they changed.

        Parameters
        ----------
        beyond
            Whether values lie below the lower end, and above the upper one.
        """
        self._scale, self._name, self._beyond = scale, name, beyond
        state = (name, scale, beyond)
        if state != self._state:
            self._state = state
            self.setToolTip("\n".join([name, *self.end_texts()]))
            self.update()

    def end_texts(self) -> list[str]:
        """What the colours of the ends stand for, where values lie beyond: `≥ 0.4`."""
        ends, (below, above) = self._scale.ends, self._beyond
        if ends is None:
            return []
        texts = [f"≤ {number(ends[0], 2)}"] if below else []
        return [*texts, f"≥ {number(ends[1], 2)}"] if above else texts

    def set_colors(self, colors: Colors) -> None:
        """Restyle."""
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        """Wide enough for the longest name."""
        return QSize(12 + self.fontMetrics().horizontalAdvance("validation loss"), 100)

    def minimumSizeHint(self) -> QSize:
        """As wide."""
        return QSize(self.sizeHint().width(), 60)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar, its ticks and its name."""
        painter = QPainter(self)
        line = self.fontMetrics().height()
        painter.fillRect(self.rect(), QColor(self._colors.background))
        # As high as the cells of the chart beside it.
        self.draw(painter, line + 8, self.height() - 2 * line - 10, self.width())
        painter.end()

    def draw(self, painter: QPainter, top: float, bottom: float, width: float) -> None:
        """Draw the bar between two heights, and over it the name, `width` pixels wide at most."""
        metrics = QFontMetrics(painter.font())
        painter.setPen(QColor(self._colors.foreground))
        name = metrics.elidedText(self._name, Qt.TextElideMode.ElideRight, int(width))
        painter.drawText(QPointF(2, top - 7 - metrics.descent()), name)
        if self._scale.range is None or bottom <= top:
            return
        bar = QRectF(4, top, _BAR, bottom - top)
        gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
        colors = value_colors(11)
        for index, color in enumerate(colors):
            gradient.setColorAt(index / (len(colors) - 1), QColor(color))
        painter.fillRect(bar, gradient)
        self._paint_tips(painter, bar, colors)
        shift = (metrics.ascent() - metrics.descent()) / 2
        for text, share in self._labels(bar.height(), metrics.height()):
            y = bottom + share * (top - bottom)
            painter.setPen(QColor(self._colors.muted))
            painter.drawLine(QPointF(4 + _BAR, y), QPointF(8 + _BAR, y))
            painter.setPen(QColor(self._colors.foreground))
            painter.drawText(QPointF(11 + _BAR, y + shift), text)

    def _paint_tips(self, painter: QPainter, bar: QRectF, colors: list[str]) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        edges = ((bar.bottom(), _TIP, colors[0]), (bar.top(), -_TIP, colors[-1]))
        for (edge, tip, color), is_beyond in zip(edges, self._beyond, strict=True):
            if is_beyond:
                painter.setBrush(QColor(color))
                corners = [(bar.left(), edge), (bar.right(), edge), (bar.center().x(), edge + tip)]
                painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _labels(self, height: float, line: float) -> list[tuple[str, float]]:
        """Texts, and how far up each lies: the ends that values lie beyond, then round values."""
        ticks = self._scale.ticks(max(2, min(8, int(height / _ROOM))))
        shares = self._scale.share(np.array(ticks, dtype=float)).tolist()
        ends = [float(end) for end, is_beyond in enumerate(self._beyond) if is_beyond]
        labels = list(zip(self.end_texts(), ends, strict=True))
        for tick, share in zip(ticks, shares, strict=True):
            if all(abs(share - end) * height >= line for end in ends):
                labels.append((self._text(tick), share))
        return labels

    def _text(self, value: float) -> str:
        return "0" if abs(value) < 1e-12 and not self._scale.is_log else number(value)


pass


class LandscapeView(QWidget):
    """The map, its header and its colour bar; it trains nothing and decides nothing.

    Signals
    -------
    axes_changed
        A person chose other fields or counts: columns and rows. The map is empty then.
    cell_clicked
        Column and row of a trained network whose settings a person wants to adopt.
    start_clicked, stop_clicked
        The button was pressed.
    """

    axes_changed = Signal(object, object)
    cell_clicked = Signal(int, int)
    start_clicked = Signal()
    stop_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("landscape")
        self._colors = LIGHT
        self._map: LandscapeMap | None = None
        self._present: tuple[float | None, float | None] = (None, None)
        self._scales = dict.fromkeys(MEASURE_NAMES, ColorScale())
        self.header = LandscapeHeader()
        self.legend = Legend()
        self.chart = named("landscape.chart", MapChart())
        self.chart.setAccessibleName("Map of the networks; arrow keys move, Enter adopts")
        self.bar = MeasureBar()
        self.cells, self.marks = CellsLayer(), MarksLayer()
        self.chart.canvas.live += [self.cells, self.marks]
        self.chart.reader = self._read
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.chart, 1)
        row.addWidget(self.bar)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.legend)
        layout.addLayout(row, 1)

        self.header.axes_chosen.connect(self._axes_chosen)
        self.header.measure_chosen.connect(self._show)
        self.header.start_clicked.connect(self._start_clicked)
        self.header.stop_clicked.connect(self._stop_clicked)
        self.chart.cell_pointed.connect(self._pointed)
        self.chart.cell_chosen.connect(self._chosen)
        self._show()

    # what is shown

    @property
    def measure(self) -> Measure:
        """What the cells show: `valid_loss`, `gap` or `accuracy`."""
        return self.header.measure

    @property
    def map(self) -> LandscapeMap | None:
        """What is shown, or None where nothing is trained."""
        return self._map

    def axes(self) -> tuple[NumberAxis, NumberAxis]:
        """Columns and rows."""
        return self.header.axes()

    def set_axes(self, x: NumberAxis, y: NumberAxis) -> None:
        """Have other columns and rows, without a signal; a map of others is dropped.

        Raises
        ------
        ValueError
            If both are of the same field.
        """
        if x.path == y.path:
            raise ValueError(f"{x.path} can't be both axes of a landscape")
        if (x, y) != self.axes():
            self.header.set_axes(x, y)
            self.set_map(None)

    def set_usable(self, paths: Sequence[str]) -> None:
        """Say which fields have an effect on the present experiment; the others are greyed."""
        self.header.set_usable(paths)
        self._show()

    def set_map(self, map: LandscapeMap | None) -> None:
        """Show a map, with its axes; None where nothing is trained."""
        self._map = map
        if map is not None:
            if (map.x, map.y) != self.axes():
                self.header.set_axes(map.x, map.y)
            if map.is_finished:
                self.header.set_running(False)
        self._scale()
        self._show()

    def set_running(self, is_running: bool) -> None:
        """Say whether the networks train, where not the button decided it."""
        self.header.set_running(is_running)
        self._scale()
        self._show()

    def offer_accuracy(self, offers: bool) -> None:
        """Say whether the networks assign classes, so that there are accuracies to show."""
        self.header.offer_accuracy(offers)

    def set_current(self, x: float | None, y: float | None) -> None:
        """Mark the present experiment's values, if they lie within the axes."""
        if (x, y) != self._present:
            self._present = (x, y)
            self._show()

    def set_colors(self, colors: Colors) -> None:
        """Restyle."""
        self._colors = colors
        self.legend.set_colors(colors)
        self.bar.set_colors(colors)
        self.chart.set_colors(colors)
        self._show()

    def _scale(self) -> None:
        """Scale the colours to the map; they drift there while it trains, and rest when it does."""
        for measure, before in self._scales.items():
            values = np.full(0, np.nan) if self._map is None else self._map.scaled_by(measure)
            scale = scale_of(values, measure)
            self._scales[measure] = before.toward(scale) if self.header.is_running else scale

    def _show(self) -> None:
        """Bring everything in line with the map, the axes and the measure."""
        x, y = self.axes()
        shown, measure, scale = self._map, self.measure, self._scales[self.measure]
        self.chart.set_axes(x, y)
        shape = (len(y.values), len(x.values))
        best, beyond = None, (False, False)
        if shown is None:
            self.cells.shares = np.full(shape, np.nan)
            self.cells.diverged = np.zeros(shape, dtype=np.bool_)
        else:
            values = shown.shown(measure)
            self.cells.shares, self.cells.diverged = scale.share(values), shown.diverged
            beyond = scale.beyond(values)
            best = shown.best(measure)
        self.marks.best, self.marks.present = best, self._present_place()
        self.bar.set_scale(scale, MEASURE_NAMES[measure], beyond)
        is_partial = shown is not None and not shown.is_finished
        waits = shown is None and self.header.is_running
        self.header.set_progress(shown.progress if shown and is_partial else 0.0 if waits else None)
        has_place = self.marks.present is not None
        self.legend.set_entries(legend_entries(shown, measure, best, has_place, self._colors))
        self.chart.set_hint(self._hint())
        self.chart.refresh()
        self._pointed(self.chart.cell)

    def _present_place(self) -> tuple[float, float] | None:
        at_x, at_y = (
            None if value is None else place(axis, value)
            for axis, value in zip(self.axes(), self._present, strict=True)
        )
        return None if at_x is None or at_y is None else (at_x, at_y)

    def _hint(self) -> str:
        """The sentence over an empty map."""
        if self._map is not None and self._map.trained.any():
            return ""
        axes = self.axes()
        names = [FIELDS[axis.path].label for axis in axes]
        counts = [len(axis.values) for axis in axes]
        networks = f"{counts[0] * counts[1]:,} networks"
        if self.header.is_running:
            return f"Training {networks} …"
        if self.header.unusable:
            unusable = " and ".join(FIELDS[path].label for path in self.header.unusable)
            verb = "have" if len(self.header.unusable) > 1 else "has"
            return f"{unusable} {verb} no effect on the present experiment: choose another field."
        return (
            f"Start trains {networks}: {counts[0]} values of {names[0]} × "
            f"{counts[1]} of {names[1]}. All other settings are those of the present experiment."
        )

    # what a person does

    def _axes_chosen(self, x: NumberAxis, y: NumberAxis) -> None:
        self.set_map(None)
        self.axes_changed.emit(x, y)

    def _start_clicked(self) -> None:
        self._show()
        self.start_clicked.emit()

    def _stop_clicked(self) -> None:
        self._scale()
        self._show()
        self.stop_clicked.emit()

    def _is_trained(self, cell: Cell | None) -> bool:
        return (
            cell is not None and self._map is not None and bool(self._map.trained[cell[1], cell[0]])
        )

    def _pointed(self, cell: Cell | None) -> None:
        shape = Qt.CursorShape
        cursor = shape.PointingHandCursor if self._is_trained(cell) else shape.ArrowCursor
        if self.chart.viewport().cursor().shape() != cursor:
            self.chart.viewport().setCursor(cursor)

    def _chosen(self, column: int, row: int) -> None:
        if self._is_trained((column, row)):
            self.cell_clicked.emit(column, row)

    def _read(self, x: float, pixel: float) -> Reading | None:
        """What is known of the cell that is pointed at."""
        cell, shown = self.chart.cell, self._map
        if cell is None:
            return None
        middle = self.chart.cell_rect(cell).center().x()
        title = place_text(*self.axes(), cell)
        rows = () if shown is None else cell_rows(shown, cell, self._colors)
        return Reading(middle, title, rows)
