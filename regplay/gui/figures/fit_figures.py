"""The views of a fit as figures."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from regplay.core.fit import Fit
from regplay.gui.figures.chart_figure import ChartFigure
from regplay.gui.figures.figure import Figure
from regplay.gui.figures.fit_series import (
    confusion_series,
    fit_series,
    predicted_series,
    weights_series,
)
from regplay.gui.figures.legend_lines import paint_legend
from regplay.gui.figures.recolor import like, restyled, translated
from regplay.gui.plots.confusion import ConfusionGrid, ConfusionView
from regplay.gui.plots.figure_painter import FigurePainter
from regplay.gui.plots.panel import ChartPanel, FitPanel
from regplay.gui.plots.predicted import PredictedChart
from regplay.gui.plots.surface import SurfaceView
from regplay.gui.plots.weights import WeightsView
from regplay.gui.theme import Colors


def panel_figure(panel: ChartPanel) -> Figure:
    """A view of a fit that is a chart."""
    name, what, tables = "fit", "Fit", lambda: fit_series(panel)
    if isinstance(panel, PredictedChart):
        name, tables = "predicted", lambda: predicted_series(panel)
    elif isinstance(panel, WeightsView):
        name, what, tables = "linear_weights", "Weights", lambda: weights_series(panel)
    return ChartFigure(
        name=name,
        heading=lambda: _at_epoch(what, panel.fit),
        colors=lambda: panel.colors,
        tables=tables,
        entries=lambda: panel.legend.entries,
        chart=panel.chart,
        set_colors=_with_overlays(panel),
        bar=panel.bar if isinstance(panel, SurfaceView) else None,
    )


def _at_epoch(what: str, fit: Fit | None) -> str:
    return what if fit is None else f"{what} at epoch {fit.epoch:,}"


def _with_overlays(panel: FitPanel) -> Callable[[Colors], None]:
    """Restyles a view and the fits that lie over it, whose colours it was handed."""
    own, overlays = panel.colors, panel.overlays

    def set_colors(colors: Colors) -> None:
        panel.setColors(colors)
        panel.setOverlays(
            overlays
            if colors == own
            else [
                dataclasses.replace(one, color=translated(one.color, own, colors))
                for one in overlays
            ]
        )

    return set_colors


@dataclass(frozen=True, eq=False)
class ConfusionFigure(Figure):
    """Which class is taken for which."""

    view: ConfusionView | None = None

    def paint(self, painter: FigurePainter, area: QRectF, colors: Colors) -> None:
        """Draw the legend and the cells."""
        view = self.view
        assert view is not None
        after = like(view.colors, colors)
        with restyled(view.setColors, view.colors, after):
            top = paint_legend(painter, view.legend.entries, area, after)
        ink = after.train if view.train_button.isChecked() else after.valid
        grid = ConfusionGrid()
        grid.setNames(view.grid.names)
        grid.setCounts(view.grid.counts)
        grid.setColors(after, ink)
        grid.setFont(painter.font())
        grid.resize(int(area.width()), int(area.height() - top))
        painter.translate(area.left(), area.top() + top)
        painter.setPen(QColor(after.foreground))
        grid.draw(painter)


def confusion_figure(view: ConfusionView) -> Figure:
    """A confusion matrix."""
    return ConfusionFigure(
        name="confusion",
        heading=lambda: _at_epoch("Classes", view.fit),
        colors=lambda: view.colors,
        tables=lambda: confusion_series(view),
        view=view,
    )
