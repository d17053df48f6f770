"""Charts that are panned and zoomed together."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

from PySide6.QtCore import QObject

from regplay.gui.plots.chart import Chart

_SIDES: tuple[Literal["x", "y"], ...] = ("x", "y")


class LinkedCharts(QObject):
    """Gives charts the same ranges: those that hold the data of all, or those of the mouse.

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
            chart.resetRanges()
        self.share()

    def share(self) -> None:
        """Let each hold what the data of all ask for; ranges that do already rest."""
        for side in _SIDES:
            wanted = [chart.autoRange(side) for chart in self.charts]
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
                    other.resetRanges()
