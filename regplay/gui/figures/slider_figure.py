"""A slider's own curve as a figure with axes."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from regplay.core.datasets.dataset import Floats
from regplay.core.fields import FIELDS
from regplay.core.sweep import NumberAxis
from regplay.gui.controls.curve import SweepCurve
from regplay.gui.controls.number_text import number_text
from regplay.gui.controls.sweepable import SweepableControl
from regplay.gui.figures.axes import AxisPair, paint_axes, plot_rect
from regplay.gui.figures.data import Series
from regplay.gui.figures.figure import Figure
from regplay.gui.figures.legend_lines import paint_legend
from regplay.gui.plots.figure_painter import FigurePainter
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.markers import TRAIN_SHAPE, VALID_SHAPE, Shape, draw_marker
from regplay.gui.sweep_ticks import LossAxis, ValueAxis
from regplay.gui.theme import DARK, LIGHT, Colors

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
        top = paint_legend(painter, _entries(curve, colors), area, colors)
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


def _entries(curve: SweepCurve, colors: Colors) -> list[Entry]:
    entries = [
        Entry("line", "training loss", colors.train),
        Entry("line", "validation loss", colors.valid),
    ]
    if curve.valley is not None:
        loss, value = curve.valid[curve.valley], number_text(curve.values[curve.valley])
        text = f"smallest: {loss:.3g} at {value}"
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
