"""The plots of the window: numpy data in, nothing trained here.

`FitView` shows what a network predicts, `HistoryView` how its losses went.
"""

from regplay.gui.plots.annotation_layer import annotation_font, begun, is_near
from regplay.gui.plots.axes import Axes, Axis, GridLayer
from regplay.gui.plots.canvas import BoxItem, HoverItem, Layer, Reading
from regplay.gui.plots.chart import LOCKED, Chart, Side
from regplay.gui.plots.curve import CurveView, class_at, class_heights
from regplay.gui.plots.degree_plot import DegreePlot
from regplay.gui.plots.fit_panel import Band, ChartPanel, FitPanel, Overlay, Subject, wrong_text
from regplay.gui.plots.fit_view import DropoutPasses, FitView
from regplay.gui.plots.frame import Frame
from regplay.gui.plots.history_layers import EpochCurve, PinnedCurves
from regplay.gui.plots.history_view import HistoryView
from regplay.gui.plots.labels import EndNames
from regplay.gui.plots.legend import (
    Entry,
    Legend,
    LegendChart,
    paint_legend,
    tab_row,
    without_named,
)
from regplay.gui.plots.linear_weights import WeightsView
from regplay.gui.plots.loss_line import LossLine, SmallestLoss, draw_valley, sides_of
from regplay.gui.plots.many_inputs import ConfusionView, PredictedChart, PredictedView
from regplay.gui.plots.measure_plot import EpochPlot, MeasurePlot
from regplay.gui.plots.paint_devices import SCREEN, VECTORS
from regplay.gui.plots.readout import Picture, Readout, ReadoutRow, ReadoutWidget, readout_size
from regplay.gui.plots.scale import (
    LARGEST,
    Range,
    Scale,
    around_valley,
    bounds,
    extend,
    highest_usual,
    loss_scale,
    nice_step,
    spread,
    toward_the_best,
    within_fences,
)
from regplay.gui.plots.shapes import (
    TRAIN_SHAPE,
    VALID_SHAPE,
    MarkerShape,
    PictureCache,
    Points,
    PointsLayer,
    argb,
    draw_marker,
    draw_pixels,
    fill_polygon,
    marker_scale,
    paint_images,
    pen,
    through,
)
from regplay.gui.plots.surface import SurfaceView
from regplay.gui.plots.surface_colors import Bar, ColorBar, SurfaceColors, value_colors
