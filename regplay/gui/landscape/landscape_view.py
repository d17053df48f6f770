"""The landscape tab: a measure over two fields, filled in while its networks train."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from regplay.core.fields import FIELDS
from regplay.core.sweep import NumberAxis
from regplay.gui.landscape.landscape_header import LandscapeHeader
from regplay.gui.landscape.landscape_map import (
    MEASURE_NAMES,
    LandscapeMap,
    Measure,
    are_beyond,
    color_shares,
    place,
    scale_of,
    toward,
)
from regplay.gui.landscape.map_chart import (
    Cell,
    CellMarksLayer,
    CellsLayer,
    MapChart,
    cell_rows,
    legend_entries,
    place_text,
)
from regplay.gui.plots.color_bar import Bar, ColorBar
from regplay.gui.plots.hover import Reading
from regplay.gui.plots.legend import Legend
from regplay.gui.plots.scale import Scale
from regplay.gui.theme import ROLES
from regplay.gui.widgets.layout import named


class LandscapeView(QWidget):
    """The map, its header and its colour bar; it trains nothing and decides nothing.

    Signals
    -------
    axes_changed
        A person chose other fields or counts: columns and rows. The map is empty then.
    cell_clicked
        Column and row of a trained network whose settings a person wants to adopt.
    """

    axes_changed = Signal(object, object)
    cell_clicked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("landscape")
        self._map: LandscapeMap | None = None
        self._present: tuple[float | None, float | None] = (None, None)
        self._scales: dict[Measure, Scale | None] = dict.fromkeys(MEASURE_NAMES)
        self.header = LandscapeHeader()
        self.legend = Legend()
        self.chart = named("landscape.chart", MapChart())
        self.chart.setAccessibleName("Map of the networks; arrow keys move, Enter adopts")
        self.bar = ColorBar()
        self.cells, self.marks = CellsLayer(), CellMarksLayer()
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
        self.header.control.turned.connect(self._turned)
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
        if map is not None and (map.x, map.y) != self.axes():
            self.header.set_axes(map.x, map.y)
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

    def _scale(self) -> None:
        """Scale the colours to the map; they drift there while it trains, and rest when it does."""
        is_running = self.header.control.is_running
        for measure, before in self._scales.items():
            values = np.full(0, np.nan) if self._map is None else self._map.scaled_by(measure)
            scale = scale_of(values, measure)
            self._scales[measure] = toward(before, scale) if is_running else scale

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
            self.cells.shares, self.cells.diverged = color_shares(scale, values), shown.diverged
            beyond = are_beyond(scale, values)
            best = shown.best(measure)
        self.marks.best, self.marks.present = best, self._present_place()
        self.bar.set_bar(Bar(scale, MEASURE_NAMES[measure], beyond=beyond))
        has_place = self.marks.present is not None
        self.legend.set_entries(legend_entries(shown, measure, best, has_place, ROLES))
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
        if self.header.control.is_running:
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

    def _turned(self, is_on: bool) -> None:
        if not is_on:
            self._scale()
        self._show()

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
        rows = () if shown is None else cell_rows(shown, cell, ROLES)
        return Reading(middle, title, rows)
