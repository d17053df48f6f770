"""The losses of many seeds: a point for each network, where its fit can't be drawn."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtWidgets import QWidget

from regplay.core.datasets.dataset import Floats
from regplay.gui.plots.hover import Reading
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.legend_chart import LegendChart
from regplay.gui.plots.markers import TRAIN_SHAPE, VALID_SHAPE, Points, PointsLayer
from regplay.gui.plots.readout import Row
from regplay.gui.seeds.settling import highest_usual, settle
from regplay.gui.seeds.strip_layers import BeyondLayer, BoxesLayer
from regplay.gui.theme import Colors, mix

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
        self.chart.axes["y"].setTicks([list(zip(_LANES, ("train", "valid"), strict=True))])
        self.chart.fix("y", -0.6, 1.6)
        self.chart.box.setMouseEnabled(x=True, y=False)
        self.chart.setLabels("loss", "")
        self.chart.reader = self._read
        self.clear()

    def clear(self) -> None:
        """Show no networks, and forget the range."""
        settle(self.chart, "x", (0.0, 1.0), _STEPS)
        self.chart.forget("x")
        self.chart.resetRanges()
        self.setLosses(None)

    def setLosses(self, losses: SeedLosses | None) -> None:
        """Show these networks, or none."""
        self.losses = losses
        self.chart.cover("x", self._usual(), _STEPS)
        self._style()

    def settle(self) -> None:
        """Give up the room that only earlier losses needed."""
        settle(self.chart, "x", self._usual(), _STEPS)
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
        self.legend.setEntries(self._entries(colors))
        self.chart.canvas.rest()
        self.chart.refresh()

    def _entries(self, colors: Colors) -> list[Entry]:
        tip = "the line is the median of the networks; the box holds the middle half of them"
        entries = [
            Entry("circle", "training", colors.train, short="train"),
            Entry("diamond", "validation", colors.valid, short="valid"),
            Entry("band", "median and quartiles", self.boxes.colors[1], short="median", tip=tip),
        ]
        high = (self.chart.autoRange("x") or (0.0, np.inf))[1]
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
            Row(name, f"{one[at]:.4g}", color, float(frame.y(group.y[at])) if k == lane else None)
            for k, (name, one, color) in enumerate(
                zip(_NAMES, losses.both, (self.colors.train, self.colors.valid), strict=True)
            )
        ]
        rows.append(Row(f"median {_NAMES[lane]}", f"{np.nanmedian(group.x):.4g}"))
        title = f"Network {at + 1} of {len(losses.train)}"
        return Reading(float(across[at]), title, tuple(rows))


def _scatter(count: int) -> Floats:
    """Heights [count] around 0 that keep points of equal loss apart, from the top down."""
    heights: Floats = np.linspace(_SCATTER / 2, -_SCATTER / 2, count)
    return heights
