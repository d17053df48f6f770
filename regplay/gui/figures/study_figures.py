"""Losses over epochs, a landscape, many seeds and a slider's curve as figures."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from regplay.core.bias_variance import Spread
from regplay.core.datasets.dataset import Floats
from regplay.core.fields import FIELDS
from regplay.core.fit import grid_of
from regplay.core.sweep import NumberAxis
from regplay.gui.controls.curve import SweepCurve
from regplay.gui.controls.curve_control import SweepableControl
from regplay.gui.figures.chart_figure import (
    AxisPair,
    ChartFigure,
    paint_axes,
    paint_legend,
    plot_rect,
)
from regplay.gui.figures.figure import Figure, Series, translated
from regplay.gui.figures.fit_figures import (
    member_series,
    points_series,
    spread_series,
    truth_series,
)
from regplay.gui.figures.sweep_ticks import LossAxis, ValueAxis
from regplay.gui.landscape.landscape_map import MEASURE_NAMES
from regplay.gui.landscape.landscape_view import LandscapeView
from regplay.gui.plots.canvas import FigurePainter
from regplay.gui.plots.legend import Entry, LegendChart
from regplay.gui.plots.measure_plot import MeasurePlot
from regplay.gui.plots.number_text import exact, number
from regplay.gui.plots.shapes import TRAIN_SHAPE, VALID_SHAPE, Shape, draw_marker
from regplay.gui.plots.surface_colors import ColorBar
from regplay.gui.seeds.decomposition import DecompositionPlot
from regplay.gui.seeds.loss_strip import LossStrip
from regplay.gui.seeds.spread_curves import SpreadCurves
from regplay.gui.seeds.spread_surface import SpreadSurface
from regplay.gui.theme import DARK, LIGHT, Colors

_TITLES = {"loss": "Loss", "accuracy": "Accuracy", "weights": "Weights"}
_COLUMNS = {"loss": "loss", "accuracy": "accuracy (%)", "weights": "value"}


def history_figure(plot: MeasurePlot) -> Figure:
    """The losses, the accuracies or the weights of a run and of those that are pinned."""
    return ChartFigure(
        name=plot.tab,
        heading=lambda: _TITLES[plot.tab],
        colors=lambda: plot.colors,
        tables=lambda: history_series(plot),
        entries=lambda: plot.legend_entries(""),
        chart=plot,
        set_colors=_with_pinned(plot),
    )


def history_series(plot: MeasurePlot) -> list[Series]:
    """Every record of each curve, and the lines that stand at one value."""
    column = _COLUMNS[plot.tab]
    found = [
        Series(curve.label, {"epoch": plot.epochs.astype(int), column: curve.values})
        for curve in plot.curves
    ]
    labels = {curve.measure: curve.label for curve in plot.curves}
    for run in plot.pinned.runs:
        for line in run.lines:
            name = f"{run.source.name}: {labels[line.measure]}"
            found.append(Series(name, {"epoch": run.epochs.astype(int), column: line.values}))
    if plot.floor.value is not None:
        found.append(Series("noise floor", {column: [plot.floor.value]}))
    if plot.best_epoch is not None and plot.tab != "weights":
        at = np.flatnonzero(plot.epochs == plot.best_epoch)
        values = plot.curves[1].values[at]
        found.append(Series("best epoch", {"epoch": [plot.best_epoch] * len(at), column: values}))
    if plot.marks.epochs:
        found.append(Series("settings changed", {"epoch": list(plot.marks.epochs)}))
    return found


def _with_pinned(plot: MeasurePlot) -> Callable[[Colors], None]:
    """Restyles a plot and its pinned runs, whose colours it was handed; its ranges rest."""
    own = plot.colors
    kept = [(run, run.source, run.entry) for run in plot.pinned.runs]

    def set_colors(colors: Colors) -> None:
        plot.set_colors(colors)
        for run, source, entry in kept:
            color = source.color if colors == own else translated(source.color, own, colors)
            run.source = dataclasses.replace(source, color=color)
            run.entry = dataclasses.replace(entry, color=color)
            if colors == own:
                run.source, run.entry = source, entry

    return set_colors


_MEASURES = {
    "train_loss": "training loss",
    "valid_loss": "validation loss",
    "train_accuracy": "training accuracy",
    "valid_accuracy": "validation accuracy",
}


def landscape_figure(view: LandscapeView) -> Figure:
    """The map of a measure over two fields."""

    def heading() -> str:
        name = MEASURE_NAMES[view.measure]
        stage = "" if view.map is None else view.map.stage
        return f"{name[0].upper()}{name[1:]}" + (f", {stage}" if stage else "")

    return ChartFigure(
        name="landscape",
        heading=heading,
        colors=lambda: view.chart.colors,
        tables=lambda: landscape_series(view),
        entries=lambda: _entries(view),
        chart=view.chart,
        set_colors=view.set_colors,
        bar=view.bar,
    )


def landscape_series(view: LandscapeView) -> list[Series]:
    """The measures of each network, row by row from the lower left."""
    shown = view.map
    if shown is None:
        return []
    rows, columns = shown.diverged.shape
    row, column = np.indices((rows, columns)).reshape(2, -1)
    has_classes = bool(np.isfinite(shown.measures["valid_accuracy"]).any())
    table = {
        FIELDS[shown.x.path].label: np.array(shown.x.values)[column],
        FIELDS[shown.y.path].label: np.array(shown.y.values)[row],
    }
    for measure, name in _MEASURES.items():
        if has_classes or measure.endswith("loss"):
            table[name] = shown.measures[measure].ravel()
    table["diverged"] = shown.diverged.ravel()
    return [Series("networks", table)]


def _entries(view: LandscapeView) -> list[Entry]:
    """Without what says what a click does."""
    return [one for one in view.legend.entries if not one.text.startswith("click")]


def curves_figure(view: SpreadCurves) -> Figure:
    """The spread of the fits over one input."""
    return _figure(view, "seeds", lambda: _title(view.spread), lambda: spread_of(view))


def surface_figure(view: SpreadSurface) -> Figure:
    """The spread of the fits over two inputs."""

    def heading() -> str:
        shown = "standard deviation" if view.std_button.isChecked() else "mean"
        return f"{_title(view.spread)}: {shown}"

    return _figure(view, "seeds", heading, lambda: spread_of(view), view.bar)


def strip_figure(view: LossStrip) -> Figure:
    """The losses of networks whose fits can't be drawn."""

    def heading() -> str:
        count = 0 if view.losses is None else len(view.losses.train)
        return f"Losses of {count} networks"

    return _figure(view, "seeds_losses", heading, lambda: losses_of(view))


def decomposition_figure(view: DecompositionPlot) -> Figure:
    """What the error of the networks is made of."""
    heading = "Bias², variance and noise"
    return _figure(view, "bias_variance", lambda: heading, lambda: parts_of(view))


def _title(spread: Spread | None) -> str:
    return "Fits" if spread is None else f"Fits of {len(spread.members)} networks"


def _figure(
    view: LegendChart,
    name: str,
    heading: Callable[[], str],
    tables: Callable[[], list[Series]],
    bar: ColorBar | None = None,
) -> Figure:
    return ChartFigure(
        name=name,
        heading=heading,
        colors=lambda: view.colors,
        tables=tables,
        entries=lambda: view.legend.entries,
        chart=view.chart,
        set_colors=view.set_colors,
        bar=bar,
    )


def spread_of(view: SpreadCurves | SpreadSurface) -> list[Series]:
    """Mean and standard deviation on the grid, each network where they are drawn, the points."""
    dataset, spread = view.dataset, view.spread
    if dataset is None:
        return []
    found = [*points_series(dataset, train_only=True), *truth_series(dataset)]
    grid = grid_of(dataset)
    if spread is None or grid is None:
        return found
    found.append(spread_series("mean", dataset, grid, spread.mean, spread.std))
    # Over two inputs only the boundaries of classes are drawn of each.
    has_members = isinstance(view, SpreadCurves) or dataset.task == "classification"
    if has_members and view.members_button.isChecked():
        found += [
            member_series(f"network {number}", dataset, grid, values)
            for number, values in enumerate(spread.members, start=1)
        ]
    return found


def losses_of(view: LossStrip) -> list[Series]:
    """The losses of each network."""
    if view.losses is None:
        return []
    return [
        Series(name, {"network": np.arange(1, len(losses) + 1), "loss": losses})
        for name, losses in zip(("training", "validation"), view.losses.both, strict=True)
    ]


def parts_of(view: DecompositionPlot) -> list[Series]:
    """The parts of the error at each position of the axis where it is known."""
    pairs = zip(view.values, view.bars.parts, strict=True)
    known = [(value, one) for value, one in pairs if one is not None]
    columns = {
        FIELDS[view.path].label: [value for value, _ in known],
        "bias²": [one.bias_squared for _, one in known],
        "variance": [one.variance for _, one in known],
        "noise": [one.noise for _, one in known],
        "sum": [one.total for _, one in known],
        "measured loss": [one.measured for _, one in known],
        "standard error": [one.measured_error for _, one in known],
    }
    return [Series("decomposition", columns)]


_LINE, _DOT = 2.0, 6.5  # pixels


@dataclass(frozen=True, eq=False)
class SliderFigure(Figure):
    """The final losses over the values of one field; 0 stands apart on a logarithmic axis."""

    curve: SweepCurve | None = None
    path: str = ""

    def paint(self, painter: FigurePainter, area: QRectF, colors: Colors) -> None:
        """Draw the legend, the axes, both curves, and the mark of the valley."""
        curve = self.curve
        assert curve is not None
        top = paint_legend(painter, _slider_figure_entries(curve, colors), area, colors)
        across = ValueAxis(NumberAxis(self.path, curve.values))
        up = LossAxis(np.stack([curve.train, curve.valid]))
        names = (FIELDS[self.path].label, "loss")
        axes = AxisPair(lambda size: across.ticks(), lambda size: up.ticks(), *names)
        plot = plot_rect(area.adjusted(0, top, 0, 0), axes, QFontMetricsF(painter.font()))
        _paint_grid(painter, plot, axes, colors)
        painter.save()
        painter.setClipRect(plot.adjusted(-8, -1, 8, 8))
        looks: tuple[tuple[Floats, str, Shape], ...] = (
            (curve.valid, colors.valid, VALID_SHAPE),
            (curve.train, colors.train, TRAIN_SHAPE),
        )
        x = plot.left() + across.shares * plot.width()
        for losses, color, shape in looks:
            y = plot.bottom() - up.shares(losses) * plot.height()
            _paint_curve(painter, x, y, color, across)
            for at_x, at_y in zip(x.tolist(), y.tolist(), strict=True):
                if np.isfinite(at_y):
                    draw_marker(painter, shape, at_x, at_y, _DOT, color, colors.background)
        if curve.valley is not None:
            y = plot.bottom() - up.shares(curve.valid) * plot.height()
            at = QPointF(x[curve.valley], y[curve.valley])
            painter.setPen(QPen(QColor(colors.best), 2))
            painter.setBrush(QColor(colors.background))
            painter.drawEllipse(at, 5.0, 5.0)
        painter.restore()
        paint_axes(painter, plot, axes, colors)
        if across.break_at is not None:
            _paint_break(painter, plot, across.break_at, colors)


def slider_figure(control: SweepableControl) -> Figure | None:
    """The curve of a slider, or None while it has none."""
    curve, path = control.slider.curve, control.field.path
    if curve is None:
        return None
    label = FIELDS[path].label
    return SliderFigure(
        name=path.replace(".", "_"),
        heading=lambda: f"{label}: losses" if curve.is_finished else f"{label}: losses so far",
        colors=lambda: DARK if control.palette().window().color().lightness() < 128 else LIGHT,
        tables=lambda: slider_series(curve, path),
        curve=curve,
        path=path,
    )


def slider_series(curve: SweepCurve, path: str) -> list[Series]:
    """Both losses at each value."""
    label = FIELDS[path].label
    return [
        Series(name, {label: list(curve.values), "loss": losses})
        for name, losses in (("training", curve.train), ("validation", curve.valid))
    ]


def _slider_figure_entries(curve: SweepCurve, colors: Colors) -> list[Entry]:
    entries = [
        Entry("line", "training loss", colors.train),
        Entry("line", "validation loss", colors.valid),
    ]
    if curve.valley is not None:
        loss, value = curve.valid[curve.valley], exact(curve.values[curve.valley])
        text = f"smallest: {number(loss, 3)} at {value}"
        entries.append(Entry("circle", text, colors.background, colors.best))
    return entries


def _paint_grid(painter: FigurePainter, plot: QRectF, axes: AxisPair, colors: Colors) -> None:
    painter.setPen(QPen(QColor(colors.grid), 1))
    for tick in axes.x(plot.width()):
        if tick.text:
            x = plot.left() + tick.share * plot.width()
            painter.drawLine(QLineF(x, plot.top(), x, plot.bottom()))
    for tick in axes.y(plot.height()):
        if tick.text:
            y = plot.bottom() - tick.share * plot.height()
            painter.drawLine(QLineF(plot.left(), y, plot.right(), y))


def _paint_curve(
    painter: FigurePainter, x: Floats, y: Floats, color: str, across: ValueAxis
) -> None:
    """Lines between neighbours that have a place; none across the break of the axis."""
    segments = np.stack([x[:-1], y[:-1], x[1:], y[1:]], axis=1)
    if across.break_at is not None:
        left, right = across.shares[:-1], across.shares[1:]
        segments = segments[~((left < across.break_at) & (across.break_at < right))]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(QColor(color), _LINE, c=Qt.PenCapStyle.FlatCap))
    painter.draw_segments(segments)


def _paint_break(painter: FigurePainter, plot: QRectF, share: float, colors: Colors) -> None:
    """Two strokes over a gap in the lower axis."""
    x, y = plot.left() + share * plot.width(), plot.bottom()
    painter.setPen(QPen(QColor(colors.background), 3))
    painter.drawLine(QLineF(x - 3, y, x + 3, y))
    painter.setPen(QPen(QColor(colors.muted), 1))
    for side in (-3.0, 3.0):
        painter.drawLine(QLineF(x + side - 2, y + 5, x + side + 2, y - 5))
