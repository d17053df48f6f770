"""The plots of the window: numpy data in, nothing trained here.

`FitView` shows what a network predicts, `HistoryView` how its losses went.
"""

from regplay.gui.plots.canvas import (
    Frame,
    HoverItem,
    Layer,
    Picture,
    Reading,
    Readout,
    ReadoutRow,
    paint_readout,
)
from regplay.gui.plots.chart import LOCKED, Axes, Axis, Chart, GridLayer, Side
from regplay.gui.plots.curve import CurveView, class_at, class_heights
from regplay.gui.plots.fit_panel import (
    Band,
    ChartPanel,
    FitPanel,
    Overlay,
    Subject,
    interpolated,
    wrong_text,
)
from regplay.gui.plots.fit_view import DropoutPasses, FitView
from regplay.gui.plots.history_layers import CurvesLayer, EpochCurve
from regplay.gui.plots.history_view import HistoryView
from regplay.gui.plots.images import paint_images
from regplay.gui.plots.legend import Entry, Legend, LegendChart, paint_legend, tab_row
from regplay.gui.plots.many_inputs import ConfusionView, PredictedChart, PredictedView, WeightsView
from regplay.gui.plots.measure_plot import MeasurePlot, PinnedCurves
from regplay.gui.plots.scale import (
    LARGEST,
    Range,
    Scale,
    bounds,
    extend,
    largest_of_trained,
    loss_scale,
    nice_step,
    spread,
)
from regplay.gui.plots.shapes import (
    TRAIN_SHAPE,
    VALID_SHAPE,
    Points,
    PointsLayer,
    Segments,
    Shape,
    draw_joined,
    draw_marker,
    marker_scale,
    pen,
)
from regplay.gui.plots.surface import SurfaceView
from regplay.gui.plots.surface_colors import Bar, ColorBar, SurfaceColors, value_colors

__all__ = [
    "LARGEST",
    "LOCKED",
    "TRAIN_SHAPE",
    "VALID_SHAPE",
    "Axes",
    "Axis",
    "Band",
    "Bar",
    "Chart",
    "ChartPanel",
    "ColorBar",
    "ConfusionView",
    "CurveView",
    "CurvesLayer",
    "DropoutPasses",
    "Entry",
    "EpochCurve",
    "FitPanel",
    "FitView",
    "Frame",
    "GridLayer",
    "HistoryView",
    "HoverItem",
    "Layer",
    "Legend",
    "LegendChart",
    "MeasurePlot",
    "Overlay",
    "Picture",
    "PinnedCurves",
    "Points",
    "PointsLayer",
    "PredictedChart",
    "PredictedView",
    "Range",
    "Reading",
    "Readout",
    "ReadoutRow",
    "Scale",
    "Segments",
    "Shape",
    "Side",
    "Subject",
    "SurfaceColors",
    "SurfaceView",
    "WeightsView",
    "bounds",
    "class_at",
    "class_heights",
    "draw_joined",
    "draw_marker",
    "extend",
    "interpolated",
    "largest_of_trained",
    "loss_scale",
    "marker_scale",
    "nice_step",
    "paint_images",
    "paint_legend",
    "paint_readout",
    "pen",
    "spread",
    "tab_row",
    "value_colors",
    "wrong_text",
]
