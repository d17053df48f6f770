"""Up to four fits side by side, with the same axes."""

import dataclasses
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from regplay.core.datasets import Dataset
from regplay.core.fit import Fit
from regplay.gui.naming import named
from regplay.gui.plots.chart import Chart
from regplay.gui.plots.fit_view import FitView
from regplay.gui.plots.legend import Entry, Legend
from regplay.gui.plots.panel import ChartPanel, FitPanel
from regplay.gui.plots.predicted import PredictedView
from regplay.gui.plots.toggle import Toggle
from regplay.gui.plots.wrong import wrong_text
from regplay.gui.runs.linked import LinkedCharts
from regplay.gui.runs.split_title import SplitTitle, TitleLine
from regplay.gui.theme import LIGHT, Colors

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

    def set_up(self, title: SplitTitle, dataset: Dataset, colors: Colors) -> bool:
        """Show another run; whether its data are others than before."""
        is_other = dataset is not self.dataset
        if is_other:
            self.dataset = dataset
            self.view.setDataset(dataset)
            self.title.setNumbers(None)
            self.title.setNote("")
        if title != self.run:
            self.run = title
            self.title.setTitle(title)
            self.view.clearPast()  # the earlier fits were another run's
            self.pin.setVisible(title.can_pin)
            self.adopt.setVisible(title.can_adopt)
            self.set_colors(colors)
        panel = _chart_panel(self.view.panel)
        if panel is not None:
            panel.legend.hide()  # one above all says the same
        return is_other

    def set_fit(self, fit: Fit | None) -> None:
        self.view.setFit(fit)
        if self.dataset is not None and self.dataset.task == "classification":
            self.title.setNote("" if fit is None else wrong_text(self.dataset, fit))

    def set_colors(self, colors: Colors) -> None:
        own = dataclasses.replace(colors, fit=self.run.color or colors.fit)
        self.title.setColors(colors)
        self.view.setColors(own)


def _button(name: str, text: str, tip: str) -> Toggle:
    button = named(name, Toggle(text, tip))
    button.setCheckable(False)
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
    pinClicked, adoptClicked
        (int): the button over the fit of this run.
    """

    pinClicked = Signal(int)
    adoptClicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("split")
        self._colors = LIGHT
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

    def setRuns(self, titles: Sequence[SplitTitle], datasets: Sequence[Dataset]) -> None:
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
            has_changed |= cell.set_up(title, dataset, self._colors)
        for place, cell in enumerate(self._cells):
            cell.setVisible(place < self._used)
        if has_changed:
            self._link()
        self._show_legend()

    def setFit(self, index: int, fit: Fit | None) -> None:
        """Show what one of them predicts now."""
        self._cells[index].set_fit(fit)
        for linked in self._links.values():
            linked.share()

    def setNumbers(self, index: int, losses: tuple[float, float] | None) -> None:
        """Show the training and validation loss of one of them, and the gap."""
        self._cells[index].title.setNumbers(losses)

    def setReady(self, index: int, is_ready: bool) -> None:
        """Whether one of them can be pinned and adopted yet."""
        self._cells[index].pin.setEnabled(is_ready)
        self._cells[index].adopt.setEnabled(is_ready)

    def clearPast(self) -> None:
        """Forget the earlier fits that are drawn behind the newest."""
        for view in self.views:
            view.clearPast()

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self._colors = colors
        self.legend.setColors(colors)
        for cell in self._cells:
            cell.set_colors(colors)
        self._show_legend()

    # inside

    def _add_cell(self, place: int) -> None:
        cell = _Cell(f"split.{place}")
        cell.set_colors(self._colors)
        cell.pin.clicked.connect(lambda: self.pinClicked.emit(place))
        cell.adopt.clicked.connect(lambda: self.adoptClicked.emit(place))
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
                elif entry.color == self._colors.truth:
                    entries.append(entry)
        self.legend.setEntries(entries)
        self.legend.setVisible(bool(entries))


def _chart_panel(panel: FitPanel | None) -> ChartPanel | None:
    """The chart and the legend of a panel that has them."""
    if isinstance(panel, PredictedView):
        return panel.chart_panel
    return panel if isinstance(panel, ChartPanel) else None
