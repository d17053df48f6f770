"""The figure of a sweep, as a PNG: losses over one field, or the validation loss over two."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QImageWriter,
    QLinearGradient,
    QPainter,
    QPen,
    QPolygonF,
)

from regplay.core.datasets import REGISTRY
from regplay.core.fields import FIELDS
from regplay.core.history import Floats
from regplay.core.sweep import Axis
from regplay.gui.figures.sweep_ticks import LossAxis, Tick, ValueAxis
from regplay.gui.plots.number_text import number, value_text
from regplay.gui.plots.surface_colors import value_colors
from regplay.gui.theme import LIGHT, mix
from regplay.session.sweep_results import SweepResult

LARGE, MEDIUM, SMALL = 28, 21, 18  # pixels, of fonts
_TICK = 7.0  # pixels, length
_GAP = 14.0  # pixels between two labels, at least


class SweepPainter:
    """A page with a plot on it.

    Attributes
    ----------
    painter
        What draws on it.
    plot
        Where the data go; may be made smaller to leave room beside it.
    """

    def __init__(self, painter: QPainter, plot: QRectF) -> None:
        self.painter, self.plot = painter, plot
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)

    def use_font(self, size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFontMetricsF:
        """Write in this size from here on; the font's measures."""
        font = QFont("sans-serif")
        font.setPixelSize(size)
        font.setWeight(weight)
        self.painter.setFont(font)
        return QFontMetricsF(font)

    def text(
        self,
        text: str,
        at: QPointF,
        size: int,
        color: str = LIGHT.foreground,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        weight: QFont.Weight = QFont.Weight.Normal,
    ) -> None:
        """One line with its baseline at `at`; too long for the page, it is cut short."""
        metrics = self.use_font(size, weight)
        room = self.painter.device().width() - 2.0 * _GAP
        if align == Qt.AlignmentFlag.AlignLeft:
            room -= at.x() - _GAP
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        width = metrics.horizontalAdvance(text)
        share = {Qt.AlignmentFlag.AlignLeft: 0.0, Qt.AlignmentFlag.AlignHCenter: 0.5}.get(
            align, 1.0
        )
        self.painter.setPen(QColor(color))
        self.painter.drawText(QPointF(at.x() - share * width, at.y()), text)

    def x(self, share: float) -> float:
        """Pixels of a share of the horizontal axis."""
        return self.plot.left() + share * self.plot.width()

    def y(self, share: float) -> float:
        """Pixels of a share of the vertical axis, from the bottom."""
        return self.plot.bottom() - share * self.plot.height()

    def grid(self, x_ticks: Sequence[Tick], y_ticks: Sequence[Tick]) -> None:
        """Lines at the labelled ticks."""
        self.painter.setPen(QPen(QColor(LIGHT.grid), 1))
        for tick in x_ticks:
            if tick.text:
                x = round(self.x(tick.share)) + 0.5
                self.painter.drawLine(QLineF(x, self.plot.top(), x, self.plot.bottom()))
        for tick in y_ticks:
            if tick.text:
                y = round(self.y(tick.share)) + 0.5
                self.painter.drawLine(QLineF(self.plot.left(), y, self.plot.right(), y))

    def x_axis(self, ticks: Sequence[Tick], label: str, *, has_marks: bool = True) -> None:
        """Ticks, their texts as far as there is room, and what they measure."""
        metrics = self.use_font(SMALL)
        bottom, end = self.plot.bottom(), -1e9
        for tick in ticks:
            x = self.x(tick.share)
            if has_marks:
                self._mark(QLineF(x, bottom, x, bottom + (_TICK if tick.text else _TICK / 2)))
            half = metrics.horizontalAdvance(tick.text) / 2
            if tick.text and x - half > end + _GAP:
                self.painter.setPen(QColor(LIGHT.foreground))
                baseline = bottom + _TICK + 6 + metrics.ascent()
                self.painter.drawText(QPointF(x - half, baseline), tick.text)
                end = x + half
        middle = QPointF(self.plot.center().x(), bottom + 74)
        self.text(label, middle, MEDIUM, align=Qt.AlignmentFlag.AlignHCenter)

    def y_axis(self, ticks: Sequence[Tick], label: str, *, has_marks: bool = True) -> None:
        """As `x_axis`, from the bottom to the top, at the left."""
        metrics = self.use_font(SMALL)
        left, end = self.plot.left(), 1e9
        room = left - 62  # for texts, beside the label
        for tick in ticks:
            y = self.y(tick.share)
            if has_marks:
                self._mark(QLineF(left - (_TICK if tick.text else _TICK / 2), y, left, y))
            if tick.text and y < end - metrics.height():
                text = metrics.elidedText(tick.text, Qt.TextElideMode.ElideRight, room)
                x = left - _TICK - 5 - metrics.horizontalAdvance(text)
                self.painter.setPen(QColor(LIGHT.foreground))
                baseline = y + (metrics.ascent() - metrics.descent()) / 2
                self.painter.drawText(QPointF(x, baseline), text)
                end = y
        self.painter.save()
        self.painter.translate(38, self.plot.center().y())
        self.painter.rotate(-90)
        self.text(label, QPointF(0, 0), MEDIUM, align=Qt.AlignmentFlag.AlignHCenter)
        self.painter.restore()

    def _mark(self, line: QLineF) -> None:
        self.painter.setPen(QPen(QColor(LIGHT.muted), 1.2))
        self.painter.drawLine(line)

    def frame(self, break_at: float | None = None) -> None:
        """The two axes themselves; the lower one broken at a share of it."""
        plot, painter = self.plot, self.painter
        painter.setPen(QPen(QColor(LIGHT.muted), 1.5))
        painter.drawLine(plot.topLeft(), plot.bottomLeft())
        if break_at is None:
            painter.drawLine(plot.bottomLeft(), plot.bottomRight())
            return
        x, y = self.x(break_at), plot.bottom()
        painter.drawLine(QLineF(plot.left(), y, x - 5, y))
        painter.drawLine(QLineF(x + 5, y, plot.right(), y))
        for side in (-5, 5):
            painter.drawLine(QLineF(x + side - 4, y + 8, x + side + 4, y - 8))

    def diamond(self, at: QPointF, radius: float, fill: str) -> None:
        """The mark of the best."""
        corners = [QPointF(0, -radius), QPointF(radius, 0), QPointF(0, radius), QPointF(-radius, 0)]
        self.painter.setPen(QPen(QColor(LIGHT.best), 2.5))
        self.painter.setBrush(QColor(fill))
        self.painter.drawPolygon(QPolygonF([at + corner for corner in corners]))

    def cross(self, at: QPointF, radius: float, color: str = LIGHT.best) -> None:
        """The mark of what diverged."""
        self.painter.setPen(QPen(QColor(color), 2.5))
        for side in (-radius, radius):
            self.painter.drawLine(at + QPointF(-radius, side), at + QPointF(radius, -side))


pass

_LOSS = {
    "regression": "Loss (mean squared error)",
    "classification": "Loss (cross-entropy)",
    "mixed": "Loss",
}
_CURVES = (("valid_loss", "validation", LIGHT.valid), ("train_loss", "training", LIGHT.train))
_FAINT = 0.55  # of the background is in the colour of a single seed
_DOT, _SEED_DOT = 5.0, 3.5  # pixels, radius
_MOST_DOTS = 60  # values; more would hide the line


def paint_lines(paper: SweepPainter, result: SweepResult) -> None:
    """Draw both losses, with seeds their means and each one as a dot, and mark the valley."""
    (axis,) = result.sweep.axes
    across = ValueAxis(axis)
    up = LossAxis(np.stack([result.values(measure) for measure, _, _ in _CURVES]))
    paper.grid(across.ticks(), up.ticks())
    # What failed has no room on the axis: a line to it leaves the plot.
    paper.painter.setClipRect(paper.plot.adjusted(-8, -1, 8, 8))
    if result.sweep.seeds > 1:
        for measure, _, color in _CURVES:
            _paint_seeds(paper, across, up.shares(result.values(measure)), color)
    for measure, _, color in _CURVES:
        _paint_curve(paper, across, up.shares(result.means(measure)), color)
    paper.painter.setClipping(False)
    for place in np.flatnonzero(result.diverged):
        paper.cross(QPointF(paper.x(across.shares[place]), paper.plot.top() + 14), 6)
    best = result.ranking()[0][0]
    means = result.means("valid_loss")
    at = QPointF(paper.x(across.shares[best]), paper.y(float(up.shares(means[best]))))
    paper.painter.setPen(QPen(QColor(LIGHT.muted), 1.2, Qt.PenStyle.DashLine))
    paper.painter.drawLine(QLineF(at, QPointF(at.x(), paper.plot.bottom())))
    paper.diamond(at, 10, LIGHT.background)
    paper.frame(across.break_at)
    paper.x_axis(across.ticks(), FIELDS[axis.path].label)
    paper.y_axis(up.ticks(), _LOSS[result.task])
    _paint_legend(
        paper, result, f"best at {value_text(axis.values[best])}: {number(float(means[best]), 3)}"
    )


def _paint_curve(paper: SweepPainter, across: ValueAxis, heights: Floats, color: str) -> None:
    """A line through the numbers that have a loss; none across the break of the axis."""
    painter = paper.painter
    order = np.argsort(across.shares, kind="stable")
    points = [QPointF(paper.x(across.shares[i]), paper.y(heights[i])) for i in order]
    is_there = np.isfinite(heights[order])
    painter.setPen(QPen(QColor(color), 3, c=Qt.PenCapStyle.RoundCap))
    for i in range(len(points) - 1):
        left, right = across.shares[order[i]], across.shares[order[i + 1]]
        is_broken = across.break_at is not None and left < across.break_at < right
        if across.is_numeric and is_there[i] and is_there[i + 1] and not is_broken:
            painter.drawLine(points[i], points[i + 1])
    painter.setPen(QPen(QColor(LIGHT.background), 1.2))
    painter.setBrush(QColor(color))
    for i, point in enumerate(points):
        is_alone = across.break_at is not None and across.shares[order[i]] < across.break_at
        if is_there[i] and (len(points) <= _MOST_DOTS or is_alone):
            painter.drawEllipse(point, _DOT, _DOT)


def _paint_seeds(paper: SweepPainter, across: ValueAxis, heights: Floats, color: str) -> None:
    """A faint dot for each network."""
    paper.painter.setPen(Qt.PenStyle.NoPen)
    paper.painter.setBrush(QColor(mix(color, LIGHT.background, _FAINT)))
    for share, seeds in zip(across.shares, heights, strict=True):
        for height in seeds[np.isfinite(seeds)]:
            at = QPointF(paper.x(share), paper.y(height))
            paper.painter.drawEllipse(at, _SEED_DOT, _SEED_DOT)


def _paint_legend(paper: SweepPainter, result: SweepResult, best: str) -> None:
    """Above the plot, from the left: what the lines and marks are."""
    painter = paper.painter
    x, y = paper.plot.left() + 2, paper.plot.top() - 18
    metrics = paper.use_font(SMALL)
    entries = [(name, color) for _, name, color in reversed(_CURVES)] + [(best, "best")]
    if result.diverged.any():
        entries.append(("diverged", "cross"))
    for text, sign in entries:
        middle = QPointF(x + 15, y - 6)
        if sign == "best":
            paper.diamond(middle, 8, LIGHT.background)
        elif sign == "cross":
            paper.cross(middle, 6)
        else:
            painter.setPen(QPen(QColor(sign), 3))
            painter.drawLine(middle - QPointF(15, 0), middle + QPointF(15, 0))
            painter.setPen(QPen(QColor(LIGHT.background), 1.2))
            painter.setBrush(QColor(sign))
            painter.drawEllipse(middle, _DOT, _DOT)
        painter.setPen(QColor(LIGHT.foreground))
        painter.drawText(QPointF(x + 40, y), text)
        x += 40 + metrics.horizontalAdvance(text) + 32


pass

_COLORS = [QColor(color) for color in value_colors(256)]
_BAR, _BAR_ROOM = 26.0, 150.0  # pixels: width of the colour bar; all that is right of the map
_LOG_FROM = 4.0  # times the smallest loss; else one large loss leaves all others one colour
_SEAM = 1.0  # pixels between two cells, where cells are large
_LARGE = 30.0  # pixels


def paint_map(paper: SweepPainter, result: SweepResult) -> None:
    """Draw a cell for each combination, the first field from left to right; mark the best one."""
    first, second = result.sweep.axes
    columns, rows = _rising(first), _rising(second)
    losses = result.means("valid_loss")[np.ix_(columns, rows)]  # [columns, rows]
    diverged = result.diverged[np.ix_(columns, rows)]
    scale = LossAxis(losses, room=0.0, log_from=_LOG_FROM)
    paper.plot.setWidth(paper.plot.width() - _BAR_ROOM)
    widest = max((_text_width(paper, loss) for loss in losses.flat if np.isfinite(loss)), default=0)
    for column, row in np.ndindex(losses.shape):
        _paint_cell(
            paper,
            _cell(paper, losses.shape, column, row),
            float(losses[column, row]),
            scale,
            bool(diverged[column, row]),
            widest,
        )
    best = result.ranking()[0]
    _mark(paper, _cell(paper, losses.shape, columns.index(best[0]), rows.index(best[1])))
    for axis, order, draw in ((first, columns, paper.x_axis), (second, rows, paper.y_axis)):
        ticks = [
            Tick((index + 0.5) / len(order), value_text(axis.values[place]))
            for index, place in enumerate(order)
        ]
        draw(ticks, FIELDS[axis.path].label, has_marks=False)
    _paint_bar(paper, scale)
    _sweep_map_paint_legend(paper, result, best)


def _sweep_map_paint_legend(
    paper: SweepPainter, result: SweepResult, best: tuple[int, ...]
) -> None:
    """Above the map, from the left: what the frame and the hatching are."""
    x, y = paper.plot.left() + 4, paper.plot.top() - 18
    _mark(paper, QRectF(x, y - 16, 20, 18))
    values = ", ".join(map(value_text, result.combination(best).values()))
    text = f"best at {values}: {number(float(result.means('valid_loss')[best]), 3)}"
    paper.text(text, QPointF(x + 32, y), SMALL)
    if not result.diverged.any():
        return
    x += 64 + paper.use_font(SMALL).horizontalAdvance(text)
    is_partial = bool((np.isfinite(result.means("valid_loss")) & (result.diverged > 0)).any())
    _paint_diverged(paper, QRectF(x, y - 17, 22, 20))
    note = "diverged (* some seeds)" if is_partial else "diverged"
    paper.text(note, QPointF(x + 32, y), SMALL)


def _rising(axis: Axis) -> list[int]:
    """The places of numbers in rising order; of all other values as they are."""
    places = range(len(axis.values))
    if FIELDS[axis.path].kind not in ("integer", "number"):
        return list(places)
    return sorted(places, key=lambda place: float(axis.values[place]))


def _cell(paper: SweepPainter, shape: tuple[int, ...], column: int, row: int) -> QRectF:
    """Its place on whole pixels, so that no background shows between two cells."""
    left, right = (round(paper.x(edge / shape[0])) for edge in (column, column + 1))
    bottom, top = (round(paper.y(edge / shape[1])) for edge in (row, row + 1))
    return QRectF(left, top, right - left, bottom - top)


def _text_width(paper: SweepPainter, loss: float) -> float:
    return paper.use_font(SMALL).horizontalAdvance(number(loss, 3))


def _paint_cell(
    paper: SweepPainter, cell: QRectF, loss: float, scale: LossAxis, diverged: bool, widest: float
) -> None:
    painter = paper.painter
    is_large = min(cell.width(), cell.height()) > _LARGE
    inner = cell.adjusted(0, _SEAM, -_SEAM, 0) if is_large else cell
    if not np.isfinite(loss):
        if diverged:
            _paint_diverged(paper, inner)
        else:
            painter.fillRect(inner, QColor(LIGHT.grid))
        return
    color = _COLORS[int(np.clip(scale.shares(loss) * 255, 0, 255))]
    painter.fillRect(inner, color)
    metrics = paper.use_font(SMALL)
    if cell.width() < widest + 14 or cell.height() < metrics.height() + 8:
        return
    painter.setPen(QColor("#ffffff" if color.lightnessF() < 0.5 else LIGHT.foreground))
    text = number(loss, 3) + ("*" if diverged else "")
    painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)


def _paint_diverged(paper: SweepPainter, cell: QRectF) -> None:
    paper.painter.fillRect(cell, QColor(LIGHT.grid))
    paper.painter.fillRect(cell, QBrush(QColor(LIGHT.muted), Qt.BrushStyle.BDiagPattern))


def _mark(paper: SweepPainter, cell: QRectF) -> None:
    """A frame that is seen on every colour."""
    paper.painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in (("#ffffff", 7), ("#d00060", 4)):
        pen = QPen(QColor(color), width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        paper.painter.setPen(pen)
        paper.painter.drawRect(cell)


def _paint_bar(paper: SweepPainter, scale: LossAxis) -> None:
    """The colours from the smallest loss to the largest, and what they stand for."""
    painter, plot = paper.painter, paper.plot
    bar = QRectF(plot.right() + 44, plot.top(), _BAR, plot.height())
    gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
    for index in range(0, 256, 15):
        gradient.setColorAt(index / 255, _COLORS[index])
    painter.fillRect(bar, gradient)
    metrics = paper.use_font(SMALL)
    for tick in scale.ticks():
        y = paper.y(tick.share)
        painter.setPen(QPen(QColor(LIGHT.muted), 1.2))
        length = 6 if tick.text else 3
        painter.drawLine(QLineF(bar.right(), y, bar.right() + length, y))
        baseline = y + (metrics.ascent() - metrics.descent()) / 2
        painter.setPen(QColor(LIGHT.foreground))
        painter.drawText(QPointF(bar.right() + 12, baseline), tick.text)
    right = Qt.AlignmentFlag.AlignRight
    paper.text("validation loss", QPointF(bar.right() + 60, plot.top() - 18), SMALL, align=right)


pass
pass
pass

WIDTH, HEIGHT = 1200, 800  # pixels
_LEFT, _TOP, _RIGHT, _BOTTOM = 132, 140, 40, 104  # pixels around the plot


def sweep_png(result: SweepResult) -> bytes:
    """The figure of a sweep of one or two fields.

    Works without a display and without a running application.

    Raises
    ------
    ValueError
        If another number of fields varies.
    """
    with _application():
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, b"png").write(draw_sweep(result))
        return bytes(buffer.data().data())


@contextmanager
def _application() -> Iterator[None]:
    """An application, without which Qt has no fonts; a running one is left as it is."""
    if QCoreApplication.instance() is not None:
        yield
        return
    # Not by QT_QPA_PLATFORM, which a window that is opened later would follow.
    app = QGuiApplication([*sys.argv[:1], "-platform", "offscreen"])
    try:
        yield
    finally:
        app.shutdown()


def draw_sweep(result: SweepResult) -> QImage:
    """The figure as an image; as `sweep_png`, but needs an application."""
    axes = result.sweep.axes
    if len(axes) not in (1, 2):
        raise ValueError(f"a figure shows one or two fields, not {len(axes)}")
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.background))
    painter = QPainter(image)
    try:
        paper = SweepPainter(
            painter, QRectF(_LEFT, _TOP, WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM)
        )
        paper.text(_title(result), QPointF(_LEFT, 50), LARGE, weight=QFont.Weight.DemiBold)
        paper.text(_subtitle(result), QPointF(_LEFT, 84), MEDIUM, LIGHT.muted)
        paint = paint_lines if len(axes) == 1 else paint_map
        paint(paper, result)
    finally:
        painter.end()
    return image


def _title(result: SweepResult) -> str:
    labels = [FIELDS[axis.path].label for axis in result.sweep.axes]
    if len(labels) == 1:
        return f"{labels[0]}: final losses"
    first, second = labels
    if second[1:2].islower():  # not of "L1 penalty"
        second = second[0].lower() + second[1:]
    return f"{first} and {second}: final validation loss"


def _subtitle(result: SweepResult) -> str:
    """What all networks have in common."""
    experiment, sweep = result.sweep.experiment, result.sweep
    varied = {axis.path for axis in sweep.axes}
    parts = []
    if "data.name" not in varied:
        parts.append(REGISTRY[experiment.data.name].title)
    if not {"data.name", "data.n_train"} & varied and experiment.data.n_train:
        parts.append(f"{experiment.data.n_train:,} training points")
    if "epochs" not in varied:
        parts.append(f"{experiment.epochs:,} epochs")
    if sweep.seeds > 1:
        parts.append(f"mean of {sweep.seeds} seeds")
    if len(result.finished) < len(result.outcomes):
        parts.append(f"{len(result.finished):,} of {len(result.outcomes):,} networks")
    return " · ".join(parts)
