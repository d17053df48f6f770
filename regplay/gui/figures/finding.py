"""Which figure a widget belongs to, and all figures that are in sight."""

import dataclasses
from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from regplay.gui.controls.curve_control import SweepableControl
from regplay.gui.figures.figure import Figure
from regplay.gui.figures.fit_figures import confusion_figure, panel_figure, split_figure
from regplay.gui.figures.study_figures import (
    decomposition_figure,
    graph_figure,
    histograms_figure,
    history_figure,
    landscape_figure,
    norms_figure,
    slider_figure,
    strip_figure,
)
from regplay.gui.landscape.landscape_tab import LandscapeTab
from regplay.gui.network.histograms import Histograms
from regplay.gui.network.network_graph import NetworkGraph
from regplay.gui.network.network_view import NetworkView, NormsPlot
from regplay.gui.plots.confusion import ConfusionView
from regplay.gui.plots.fit_panel import ChartPanel, FitPanel
from regplay.gui.plots.history_view import HistoryView
from regplay.gui.runs.split_view import SplitView
from regplay.gui.seeds.decomposition import DecompositionPlot
from regplay.gui.seeds.seeds_tab import LossStrip


def figure_at(widget: QWidget | None) -> Figure | None:
    """The figure of the plot that a widget is or is part of; None where there is no plot."""
    while widget is not None:
        figure = _figure_of(widget)
        if figure is not None:
            return figure
        widget = widget.parentWidget()
    return None


def figures_in(root: QWidget) -> list[Figure]:
    """The figures of all plots that are in sight, from the top to the bottom."""
    found: dict[int, tuple[tuple[int, int], Figure]] = {}
    for widget in [root, *root.findChildren(QWidget)]:
        if not widget.isVisible():
            continue
        figure = _figure_of(widget)
        if figure is not None:
            place = widget.mapTo(root, widget.rect().topLeft())
            found[id(widget)] = ((place.y(), place.x()), figure)
    return [figure for _, figure in sorted(found.values(), key=lambda pair: pair[0])]


def _figure_of(widget: QWidget) -> Figure | None:
    """The figure of this very widget."""
    match widget:
        case ChartPanel():
            return None if widget.dataset is None else _in_split(widget, panel_figure(widget))
        case ConfusionView():
            return None if widget.dataset is None else _in_split(widget, confusion_figure(widget))
        case HistoryView():
            return history_figure(widget.plot)
        case LandscapeTab():
            return landscape_figure(widget)
        case LossStrip():
            return strip_figure(widget)
        case DecompositionPlot():
            return decomposition_figure(widget)
        case SweepableControl():
            return slider_figure(widget)
        case SplitView():
            return _split(widget)
        case NetworkGraph() | Histograms() | NormsPlot():
            return _of_network(widget)
    return None


def _of_network(widget: NetworkGraph | Histograms | NormsPlot) -> Figure | None:
    view = widget.parentWidget()
    while view is not None and not isinstance(view, NetworkView):
        view = view.parentWidget()
    if view is None or (isinstance(widget, NetworkGraph) and widget.picture is None):
        return None
    if isinstance(widget, NormsPlot):
        return norms_figure(view)
    return graph_figure(view) if isinstance(widget, NetworkGraph) else histograms_figure(view)


def _split(view: SplitView) -> Figure | None:
    panels = [one.panel for one in view.views]
    figures = [_panel_figure(panel) for panel in panels if panel is not None]
    found = [figure for figure in figures if figure is not None]
    return split_figure(found) if found else None


def _panel_figure(panel: FitPanel) -> Figure | None:
    """Of a panel that is no chart itself, that of its first chart."""
    return _figure_of(panel) or next(
        (figure for child in panel.findChildren(ChartPanel) if (figure := _figure_of(child))), None
    )


def _in_split(panel: QWidget, figure: Figure) -> Figure:
    """The figure of a fit, named by its run where fits are side by side."""
    split = panel.parentWidget()
    while split is not None and not isinstance(split, SplitView):
        split = split.parentWidget()
    if split is None:
        return figure
    for view, line in zip(split.views, split.titles, strict=True):
        if view.isAncestorOf(panel) and line.name:
            heading = partial(_headed, line.name, figure.heading)
            return dataclasses.replace(figure, heading=heading)
    return figure


def _headed(name: str, heading: Callable[[], str]) -> str:
    return f"{name}: {heading()}"
