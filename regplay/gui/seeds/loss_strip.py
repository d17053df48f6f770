"""The losses of many networks, where their fits can't be drawn: points, median and quartiles."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from regplay.core.arrays import Floats
from regplay.core.number_text import number
from regplay.gui.plots import (
    TRAIN_SHAPE,
    VALID_SHAPE,
    Entry,
    Frame,
    LegendChart,
    Points,
    PointsLayer,
    Reading,
    ReadoutRow,
    highest_usual,
)
from regplay.gui.theme import ROLES, hairline, mix

_NAMES = ("training", "validation")
_LANES = (1.0, 0.0)  # heights of the two
_HALF = 0.36  # of a box's height
_SCATTER = 0.5  # of a lane's height that its points take, the first network at the top
_STEPS = 8
_ARROW = 11.0  # px at 100 %, length


class BoxesLayer:
    """A box from the first to the third quartile in each lane, with a line at the median.

    Attributes
    ----------
    values, colors
        Numbers [K] and the colour of each lane; numbers that are not finite are left out.
    """

    def __init__(self) -> None:
        self.values: Sequence[Floats] = ()
        self.colors: Sequence[str] = ()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the boxes on whole pixels."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for values, lane, color in zip(self.values, _LANES, self.colors, strict=False):
            finite = values[np.isfinite(values)]
            if len(finite) < 2:
                continue
            left, middle, right = np.round(frame.x(np.quantile(finite, (0.25, 0.5, 0.75))))
            top, bottom = np.round(frame.y([lane + _HALF, lane - _HALF]))
            box = QRectF(QPointF(left, top), QPointF(max(right, left + 1), bottom))
            painter.fillRect(box, QColor(frame.colors.of(color)))
            painter.setPen(hairline(frame.colors.foreground, 2 * frame.zoom))
            painter.drawLine(QLineF(middle, top, middle, bottom))


class BeyondLayer:
    """An arrow at the right end for each of these points that lies beyond it."""

    def __init__(self) -> None:
        self.groups: Sequence[Points] = ()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(QColor(frame.colors.background), 1.3))
        right, size = frame.width - 1, _ARROW * frame.zoom
        for group in self.groups:
            painter.setBrush(QColor(frame.colors.of(group.fills[0])))
            for y in frame.y(group.y)[frame.x(group.x) > frame.width]:
                back = right - size
                corners = (back, y - size / 2), (right, y), (back, y + size / 2)
                painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))


class LossStrip(LegendChart):
    """Two lanes of points over the loss, training above validation, with median and quartiles.

    Attributes
    ----------
    losses
        Of K networks in training [K] and in validation [K], NaN where not begun yet; or None.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.losses: tuple[Floats, Floats] | None = None
        self.boxes = BoxesLayer()
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

    def set_losses(self, losses: tuple[Floats, Floats] | None) -> None:
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
        return [0.0, *(highest_usual(one) for one in self.losses)]

    def _style(self) -> None:
        losses = self.losses
        looks = ((TRAIN_SHAPE, ROLES.train), (VALID_SHAPE, ROLES.valid))
        self.boxes.colors = [mix(ROLES.background, color, 0.3) for _, color in looks]
        self.boxes.values = losses or ()
        self.points.groups = ()
        if losses is not None:
            # From the top down, so that points of equal loss lie apart.
            heights = np.linspace(_SCATTER / 2, -_SCATTER / 2, len(losses[0]))
            self.points.groups = tuple(
                Points(values, lane + heights, shape, (color,), ROLES.background, 8)
                for values, lane, (shape, color) in zip(losses, _LANES, looks, strict=True)
            )
        self.beyond.groups = self.points.groups
        self.legend.set_entries(self._entries())
        self.chart.canvas.rest()
        self.chart.refresh()

    def _entries(self) -> list[Entry]:
        tip = "the line is the median of the networks; the box holds the middle half of them"
        entries = [
            Entry("circle", "training", ROLES.train, short="train"),
            Entry("diamond", "validation", ROLES.valid, short="valid"),
            Entry("band", "median and quartiles", self.boxes.colors[1], short="median", tip=tip),
        ]
        high = (self.chart.auto_range("x") or (0.0, np.inf))[1]
        far = 0 if self.losses is None else sum(int((one > high).sum()) for one in self.losses)
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
                zip(_NAMES, losses, (ROLES.train, ROLES.valid), strict=True)
            )
        ]
        rows.append(ReadoutRow(f"median {_NAMES[lane]}", number(float(np.nanmedian(group.x)))))
        title = f"Network {at + 1} of {len(losses[0])}"
        return Reading(float(across[at]), title, tuple(rows))
