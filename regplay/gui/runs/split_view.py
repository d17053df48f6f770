"""Up to four fits side by side, with the same axes."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from PySide6.QtCore import QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from regplay.core.datasets import Dataset
from regplay.core.fit import Fit
from regplay.gui.plots.chart import Chart
from regplay.gui.plots.fit_panel import ChartPanel, FitPanel, wrong_text
from regplay.gui.plots.fit_view import FitView
from regplay.gui.plots.legend import Entry, Legend
from regplay.gui.plots.many_inputs import PredictedView
from regplay.gui.plots.shapes import pen
from regplay.gui.runs.run_rows import RIGHT, WIDEST_LOSS, tabular, write
from regplay.gui.theme import ROLES, colors_of
from regplay.gui.widgets import Press, named
from regplay.session.number_text import gap_in_column, in_column

_SIDES: tuple[Literal["x", "y"], ...] = ("x", "y")


class LinkedCharts(QObject):
    """Gives charts the same ranges: those that hold the data of all, or those of the mouse.

    `ViewBox.setXLink` would carry the ranges alone: the others would keep what their own data ask
    for, which comes back with their next fit, and would show no button that leads back; and charts
    that overlap on screen it lines up by their pixels, not by their ranges.

    Attributes
    ----------
    charts
        The ones that are linked now.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.charts: tuple[Chart, ...] = ()
        self._known: list[Chart] = []

    def link(self, charts: Sequence[Chart]) -> None:
        """Link these, and no others; their ranges start anew."""
        self.charts = tuple(charts)
        for chart in self.charts:
            if chart not in self._known:
                self._known.append(chart)
                chart.box.sigRangeChangedManually.connect(partial(self._moved, chart))
                chart.box.sigRangeChanged.connect(partial(self._changed, chart))
            chart.reset_ranges()
        self.share()

    def share(self) -> None:
        """Let each hold what the data of all ask for; ranges that do already rest."""
        for side in _SIDES:
            wanted = [chart.auto_range(side) for chart in self.charts]
            known = [ends for ends in wanted if ends is not None]
            if not known:
                continue
            low, high = min(ends[0] for ends in known), max(ends[1] for ends in known)
            for chart in self.charts:
                chart.fix(side, low, high)

    def _moved(self, chart: Chart, *_: object) -> None:
        """The mouse moved one: the others follow."""
        if chart not in self.charts:
            return
        x_range, y_range = chart.box.viewRange()
        for other in self.charts:
            if other is not chart:
                other.manual = True
                other.reset_button.show()
                other.box.setRange(xRange=x_range, yRange=y_range, padding=0)

    def _changed(self, chart: Chart, *_: object) -> None:
        """One went back to the whole plot: the others follow, which the mouse had moved too."""
        if chart in self.charts and not chart.manual:
            for other in self.charts:
                if other.manual:
                    other.reset_ranges()


_LINE = 18  # px
_GAP = 6  # px
_NAME = 160  # px that a name shall have
_LONG_NOTE = "wrong: 888 of 888, 888 of 888"


@dataclass(frozen=True)
class SplitTitle:
    """What stands over the fit of a run.

    Attributes
    ----------
    name
        What the run is called.
    color
        Without one it has that of the fit.
    can_pin, can_adopt
        Whether the run may be pinned, and whether its experiment may become the present one.
    """

    name: str
    color: str | None = None
    can_pin: bool = False
    can_adopt: bool = False


class TitleLine(QWidget):
    """Name on the left, losses on the right, in places that don't move."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = SplitTitle("")
        self._numbers: tuple[str, str, str] | None = None
        self._note = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def name(self) -> str:
        """What the run is called."""
        return self._title.name

    @property
    def text(self) -> str:
        """All that is written, for tests and screen readers."""
        numbers = () if self._numbers is None else self._numbers
        words = [f"{a} {b}" for a, b in zip(("train", "valid", "gap"), numbers, strict=False)]
        return "   ".join([self._title.name, *([self._note] if self._note else []), *words])

    def set_title(self, title: SplitTitle) -> None:
        """Show another run's name."""
        self._title = title
        self._tell()

    def set_numbers(self, numbers: tuple[float, float] | None) -> None:
        """Show a training and a validation loss, and the gap; or none."""
        texts = None
        if numbers is not None:
            train, valid = numbers
            texts = (in_column(train), in_column(valid), gap_in_column(valid - train))
        if texts != self._numbers:
            self._numbers = texts
            self.update()

    def set_note(self, note: str) -> None:
        """Say something beside the name, where there is room."""
        if note != self._note:
            self._note = note
            self._tell()

    def _tell(self) -> None:
        self.setToolTip("\n".join(text for text in (self._title.name, self._note) if text))
        self.update()

    def sizeHint(self) -> QSize:
        """One line of text."""
        return QSize(200, QFontMetrics(self.font()).height() + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line."""
        colors, height = colors_of(self), self.height()
        painter = QPainter(self)
        color = colors.of(self._title.color or colors.fit)
        painter.setPen(pen(color, 3))
        painter.drawLine(4, height // 2, _LINE, height // 2)
        right = self._paint_numbers(painter)
        left = _LINE + _GAP
        bold = QFont(self.font())
        bold.setBold(True)
        wanted = QFontMetrics(bold).horizontalAdvance(self._title.name) + 2
        room = QRect(left, 0, max(min(wanted, right - left), 0), height)
        # A colour made for lines may be faint as text.
        write(painter, bold, QColor(color), room, self._title.name, _LEFT)
        left += room.width() + 2 * _GAP
        metrics = self.fontMetrics()
        if self._note and metrics.horizontalAdvance(self._note) <= right - left:
            room = QRect(left, 0, right - left, height)
            write(painter, self.font(), QColor(colors.muted), room, self._note, _LEFT)
        painter.end()

    def _paint_numbers(self, painter: QPainter) -> int:
        """Draw the losses from the right; where they begin."""
        colors, height, font = colors_of(self), self.height(), tabular(self.font())
        right = self.width() - 4
        if self._numbers is None:
            return right
        metrics = QFontMetrics(font)
        number = metrics.horizontalAdvance(WIDEST_LOSS)
        words = ("train", "valid", "gap")
        needed = 3 * number + 3 * metrics.horizontalAdvance("valid") + _NAME
        if self._note:  # which says more than what the colours say too
            needed += metrics.horizontalAdvance(_LONG_NOTE)
        has_words = self.width() > needed
        inks = (colors.train, colors.valid, colors.foreground)
        for text, word, ink in reversed(list(zip(self._numbers, words, inks, strict=True))):
            place = QRect(right - number, 0, number, height)
            write(painter, font, QColor(ink), place, text, RIGHT)
            right -= number + _GAP
            if has_words:
                width = metrics.horizontalAdvance(word) + 2
                place = QRect(right - width, 0, width, height)
                write(painter, font, QColor(ink), place, word, RIGHT)
                right -= width + _GAP
        return right


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


MOST = 4


class _Cell(QWidget):
    """One fit under its title.

    Its curve has the colour of the title, so that it is found again in other plots.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.title, self.view = TitleLine(), FitView()
        tip = "Keep this run in colour, in both plots and in the list of runs"
        self.pin = _button(f"{name}.pin", "Pin", tip)
        self.adopt = _button(f"{name}.adopt", "Adopt", "Make this network the present run")
        self.run = SplitTitle("")
        self.dataset: Dataset | None = None
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(self.title, 1)
        head.addWidget(self.adopt)
        head.addWidget(self.pin)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.view, 1)

    def set_up(self, title: SplitTitle, dataset: Dataset) -> bool:
        """Show another run; whether its data are others than before."""
        is_other = dataset is not self.dataset
        if is_other:
            self.dataset = dataset
            self.view.set_dataset(dataset)
            self.title.set_numbers(None)
            self.title.set_note("")
        if title != self.run:
            self.run = title
            self.title.set_title(title)
            self.view.panel.clear_past()  # the earlier fits were another run's
            self.pin.setVisible(title.can_pin)
            self.adopt.setVisible(title.can_adopt)
            self.view.set_fit_color(title.color)
        panel = _chart_panel(self.view.panel)
        if panel is not None:
            panel.legend.hide()  # one above all says the same
        return is_other

    def set_fit(self, fit: Fit | None) -> None:
        self.view.set_fit(fit)
        if self.dataset is not None and self.dataset.task == "classification":
            self.title.set_note("" if fit is None else wrong_text(self.dataset, fit))


def _button(name: str, text: str, tip: str) -> Press:
    button = named(name, Press(text, tip))
    button.hide()
    return button


class SplitView(QWidget):
    """One to four fits: side by side, or in two rows of two.

    What is panned or zoomed in one moves in all, and all have the ranges that hold the data of
    each, as far as they are shown in the same way.

    Attributes
    ----------
    views, titles
        Those in use, in the order of the runs.

    Signals
    -------
    pin_clicked, adopt_clicked
        (int): the button over the fit of this run.
    """

    pin_clicked = Signal(int)
    adopt_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("split")
        self._cells: list[_Cell] = []
        self._used = 0
        self._links: dict[type[FitPanel], LinkedCharts] = {}
        self.legend = Legend()
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.legend)
        column.addLayout(self._grid, 1)

    @property
    def views(self) -> list[FitView]:
        """The fits that are shown."""
        return [cell.view for cell in self._cells[: self._used]]

    @property
    def titles(self) -> list[TitleLine]:
        """The lines over them."""
        return [cell.title for cell in self._cells[: self._used]]

    def set_runs(self, titles: Sequence[SplitTitle], datasets: Sequence[Dataset]) -> None:
        """Show these runs, one dataset each; a dataset that is still the same keeps its fit.

        Raises
        ------
        ValueError
            If there are none or more than four, or not as many datasets.
        """
        if not 0 < len(titles) <= MOST or len(titles) != len(datasets):
            raise ValueError(
                f"{len(titles)} runs with {len(datasets)} datasets: must be 1 to {MOST}"
            )
        has_changed = len(titles) != self._used
        while len(self._cells) < len(titles):
            self._add_cell(len(self._cells))
        self._used = len(titles)
        for cell, title, dataset in zip(self._cells, titles, datasets, strict=False):
            has_changed |= cell.set_up(title, dataset)
        for place, cell in enumerate(self._cells):
            cell.setVisible(place < self._used)
        if has_changed:
            self._link()
        self._show_legend()

    def set_fit(self, index: int, fit: Fit | None) -> None:
        """Show what one of them predicts now."""
        self._cells[index].set_fit(fit)
        for linked in self._links.values():
            linked.share()

    def set_numbers(self, index: int, losses: tuple[float, float] | None) -> None:
        """Show the training and validation loss of one of them, and the gap."""
        self._cells[index].title.set_numbers(losses)

    def set_ready(self, index: int, is_ready: bool) -> None:
        """Whether one of them can be pinned and adopted yet."""
        self._cells[index].pin.setEnabled(is_ready)
        self._cells[index].adopt.setEnabled(is_ready)

    def clear_past(self) -> None:
        """Forget the earlier fits that are drawn behind the newest."""
        for view in self.views:
            view.panel.clear_past()

    # inside

    def _add_cell(self, place: int) -> None:
        cell = _Cell(f"split.{place}")
        cell.pin.clicked.connect(lambda: self.pin_clicked.emit(place))
        cell.adopt.clicked.connect(lambda: self.adopt_clicked.emit(place))
        self._cells.append(cell)
        self._grid.addWidget(cell, place // 2, place % 2)

    def _link(self) -> None:
        """Link the charts that show the same, which axes of another kind can't follow."""
        kinds: dict[type[FitPanel], list[Chart]] = {}
        for view in self.views:
            panel = _chart_panel(view.panel)
            if panel is not None:
                kinds.setdefault(type(panel), []).append(panel.chart)
        for kind in {*self._links, *kinds}:
            if kind not in self._links:
                self._links[kind] = LinkedCharts(self)
            self._links[kind].link(kinds.get(kind, ()))

    def _show_legend(self) -> None:
        """What is the same in all; the fit itself is named by its title."""
        panel = _chart_panel(self.views[0].panel) if self._used else None
        entries: list[Entry] = []
        if panel is not None:
            for entry in panel.legend.entries:
                if entry.sign not in ("line", "thin"):
                    # Numbers of points, and of wrong ones, may differ from run to run.
                    text = entry.short or entry.text
                    entries.append(dataclasses.replace(entry, text=text, tip=""))
                elif entry.color == ROLES.truth:
                    entries.append(entry)
        self.legend.set_entries(entries)
        self.legend.setVisible(bool(entries))


def _chart_panel(panel: FitPanel) -> ChartPanel | None:
    """The chart and the legend of a panel that has them."""
    if isinstance(panel, PredictedView):
        return panel.chart_panel
    return panel if isinstance(panel, ChartPanel) else None
