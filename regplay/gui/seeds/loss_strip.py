"""The losses of many seeds: a point for each network, where its fit can't be drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from regplay.core.datasets.dataset import Floats
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.hover import Reading, ReadoutRow
from regplay.gui.plots.legend import Entry, LegendChart
from regplay.gui.plots.shapes import TRAIN_SHAPE, VALID_SHAPE, Points, PointsLayer
from regplay.gui.theme import Colors, mix
from regplay.session.number_text import number

_MEDIANS = 8.0  # a bar at the median is still an eighth as high as the plot


def highest_usual(values: ArrayLike) -> float:
    """The largest value that is not far out; NaN where none is finite.

    Far out is what is both more than 8 times the median and beyond Tukey's outer fence, 3
    interquartile ranges above the third quartile ("Exploratory Data Analysis", 1977, section 2C).
    So neither a peak with a foot nor a steep rise is far out, but a single network that nearly
    diverged is. Up to a quarter of all values may be.

    Parameters
    ----------
    values
        Numbers from 0 on, of any shape; those that are not finite are ignored.
    """
    array = np.asarray(values, dtype=float)
    finite = array[np.isfinite(array)]
    if not finite.size:
        return float("nan")
    first, median, third = np.quantile(finite, (0.25, 0.5, 0.75))
    limit = max(_MEDIANS * median, third + 3 * (third - first))
    return float(finite[finite <= limit].max())


class Pauses:
    """When to settle: at each quarter of the training, and when it ends or is stopped."""

    def __init__(self) -> None:
        self._stage: int | None = -1

    def is_due(self, progress: float, is_running: bool) -> bool:
        """Whether another stage has begun since the last call; `progress` is in [0, 1]."""
        stage = int(4 * progress) if is_running else None
        before, self._stage = self._stage, stage
        return stage != before


_ARROW = 11.0  # px, length


class BoxesLayer:
    """A box from the first to the third quartile in each lane, with a line at the median.

    Parameters
    ----------
    lanes
        Heights of their middles, in data units.
    half
        Half of a box's height, in data units.

    Attributes
    ----------
    values
        Numbers [K] of each lane; those that are not finite are left out.
    colors
        One a lane, as `#rrggbb`.
    """

    def __init__(self, lanes: Sequence[float], half: float) -> None:
        self.values: Sequence[Floats] = ()
        self.colors: Sequence[str] = ()
        self._lanes, self._half = lanes, half

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the boxes on whole pixels."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for values, lane, color in zip(self.values, self._lanes, self.colors, strict=False):
            finite = values[np.isfinite(values)]
            if len(finite) < 2:
                continue
            left, middle, right = np.round(frame.x(np.quantile(finite, (0.25, 0.5, 0.75))))
            top, bottom = np.round(frame.y([lane + self._half, lane - self._half]))
            box = QRectF(QPointF(left, top), QPointF(max(right, left + 1), bottom))
            painter.fillRect(box, QColor(frame.colors.of(color)))
            painter.setPen(QPen(QColor(frame.colors.foreground), 2))
            painter.drawLine(QLineF(middle, top, middle, bottom))


class BeyondLayer:
    """An arrow at the right end for each point that lies beyond it.

    Attributes
    ----------
    groups
        The points.
    """

    def __init__(self) -> None:
        self.groups: Sequence[Points] = ()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the arrows."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(QColor(frame.colors.background), 1.3))
        right = frame.width - 1
        for group in self.groups:
            painter.setBrush(QColor(frame.colors.of(group.fills[0])))
            for y in frame.y(group.y)[frame.x(group.x) > frame.width]:
                back = right - _ARROW
                corners = (back, y - _ARROW / 2), (right, y), (back, y + _ARROW / 2)
                painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))


_NAMES = ("training", "validation")
_LANES = (1.0, 0.0)  # heights of the two
_SCATTER = 0.5  # of a lane's height that its points take, the first network at the top
_STEPS = 8


@dataclass(frozen=True, eq=False)
class SeedLosses:
    """Training and validation losses of K networks [K], NaN where not begun yet."""

    train: Floats
    valid: Floats

    @property
    def both(self) -> tuple[Floats, Floats]:
        """Training losses, then validation losses."""
        return self.train, self.valid


class LossStrip(LegendChart):
    """Two lanes of points over the loss, training above validation, with median and quartiles.

    Attributes
    ----------
    losses
        What is shown, or None.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.losses: SeedLosses | None = None
        self.boxes = BoxesLayer(_LANES, 0.36)
        self.points = PointsLayer()
        self.beyond = BeyondLayer()
        self.chart.canvas.under += [self.boxes, self.points, self.beyond]
        self.chart.set_ticks("y", lambda *_: list(zip(_LANES, ("train", "valid"), strict=True)))
        self.chart.fix("y", -0.6, 1.6)
        self.chart.box.setMouseEnabled(x=True, y=False)
        self.chart.set_labels("loss", "")
        self.chart.reader = self._read
        self.clear()

    def clear(self) -> None:
        """Show no networks, and forget the range."""
        self.chart.settle("x", (0.0, 1.0), _STEPS)
        self.chart.forget("x")
        self.chart.reset_ranges()
        self.set_losses(None)

    def set_losses(self, losses: SeedLosses | None) -> None:
        """Show these networks, or none."""
        self.losses = losses
        self.chart.cover("x", self._usual(), _STEPS)
        self._style()

    def settle(self) -> None:
        """Give up the room that only earlier losses needed."""
        self.chart.settle("x", self._usual(), _STEPS)
        self._style()

    def _usual(self) -> list[float]:
        """What the axis holds: 0, and all losses but those that are far out."""
        if self.losses is None:
            return []
        return [0.0, *(highest_usual(one) for one in self.losses.both)]

    def _style(self) -> None:
        colors, losses = self.colors, self.losses
        looks = ((TRAIN_SHAPE, colors.train), (VALID_SHAPE, colors.valid))
        self.boxes.colors = [mix(colors.background, color, 0.3) for _, color in looks]
        self.boxes.values = () if losses is None else losses.both
        self.points.groups = ()
        if losses is not None:
            heights = _scatter(len(losses.train))
            self.points.groups = tuple(
                Points(values, lane + heights, shape, (color,), colors.background, 8)
                for values, lane, (shape, color) in zip(losses.both, _LANES, looks, strict=True)
            )
        self.beyond.groups = self.points.groups
        self.legend.set_entries(self._entries(colors))
        self.chart.canvas.rest()
        self.chart.refresh()

    def _entries(self, colors: Colors) -> list[Entry]:
        tip = "the line is the median of the networks; the box holds the middle half of them"
        entries = [
            Entry("circle", "training", colors.train, short="train"),
            Entry("diamond", "validation", colors.valid, short="valid"),
            Entry("band", "median and quartiles", self.boxes.colors[1], short="median", tip=tip),
        ]
        high = (self.chart.auto_range("x") or (0.0, np.inf))[1]
        far = 0 if self.losses is None else sum(int((one > high).sum()) for one in self.losses.both)
        if far:
            tip = "▶: losses beyond the axis, which follows the other networks"
            entries.append(Entry("none", f"▶ {far} off the axis", short=f"▶ {far}", tip=tip))
        return entries

    def _read(self, x: float, pixel: float) -> Reading | None:
        """The network whose point in the lane under the mouse is nearest."""
        losses, frame = self.losses, self.chart.frame()
        if losses is None or not np.isfinite(x):
            return None
        lane = int(np.abs(frame.y(_LANES) - pixel).argmin())
        group = self.points.groups[lane]
        across = np.clip(frame.x(group.x), 0.0, frame.width)
        away = np.hypot(across - float(frame.x(x)), frame.y(group.y) - pixel)
        if not np.isfinite(away).any():
            return None
        at = int(np.nanargmin(away))
        rows = [
            ReadoutRow(
                name, number(one[at]), color, float(frame.y(group.y[at])) if k == lane else None
            )
            for k, (name, one, color) in enumerate(
                zip(_NAMES, losses.both, (self.colors.train, self.colors.valid), strict=True)
            )
        ]
        rows.append(ReadoutRow(f"median {_NAMES[lane]}", number(float(np.nanmedian(group.x)))))
        title = f"Network {at + 1} of {len(losses.train)}"
        return Reading(float(across[at]), title, tuple(rows))


def _scatter(count: int) -> Floats:
    """Heights [count] around 0 that keep points of equal loss apart, from the top down."""
    heights: Floats = np.linspace(_SCATTER / 2, -_SCATTER / 2, count)
    return heights
