"""The losses of polynomials over their degree: training falls, validation falls and rises."""

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from regplay.core.number_text import gap_text, number
from regplay.core.sweep import sweep_axis
from regplay.gui.plots.canvas import Reading
from regplay.gui.plots.chart import Chart
from regplay.gui.plots.history_layers import MarksLayer
from regplay.gui.plots.labels import FloorLayer
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.loss_line import LossLine, SmallestLoss
from regplay.gui.plots.readout import ReadoutRow
from regplay.gui.plots.scale import Scale, around_valley, spread
from regplay.gui.plots.shapes import TRAIN_SHAPE, VALID_SHAPE
from regplay.gui.theme import ROLES
from regplay.gui.training import SweepCurve

DEGREE = "model.degree"
_ROOM = 0.06  # of the losses' scale, below the smallest and above the largest
_LEAST_SPAN = 1e-12
_MOST, _LOG_MOST = 10.0, 1000.0  # times the smallest validation loss; on a logarithmic axis


class DegreePlot(Chart):
    """Both losses at each degree, the smallest validation loss, and the present degree.

    Losses far above the valley lie outside, as on the slider, and arrow heads say so.

    Attributes
    ----------
    curve
        What is shown, or None before anything is solved.
    floor
        The noise floor of the training points.

    Signals
    -------
    degree_picked
        (int): the degree nearest to a click.
    """

    degree_picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curve: SweepCurve | None = None
        self.floor, self._present = FloorLayer(), MarksLayer(has_flag=True)
        self.canvas.over.append(self.floor)
        self.reader = self._read
        degrees = sweep_axis(DEGREE).values
        self.fix("x", degrees[0] - 0.5, degrees[-1] + 0.5)
        self.set_labels("degree", "loss")
        self.clicked.connect(self._pick)

    def set_degree(self, degree: int) -> None:
        """Mark the present one."""
        self._present.epochs = (degree,)
        self.canvas.update_live()

    def set_floor(self, floor: FloorLayer) -> None:
        """Have the noise floor of another plot, with its name."""
        self.floor.value, self.floor.text = floor.value, floor.text
        self.floor.bounds_validation = floor.bounds_validation
        self._draw()

    def toggle_log(self, log: bool) -> None:
        """Make the losses' axis logarithmic or linear."""
        self.set_log("y", log)
        self.forget("y")
        self._draw()

    def set_curve(self, curve: SweepCurve | None) -> None:
        """Show these losses; before the first ones the axes are empty."""
        if curve is not self.curve:
            self.curve = curve
            self._draw()

    def _draw(self) -> None:
        curve = self.curve
        self.canvas.live[:] = [self._present]
        if curve is not None:
            scale = self._fit_scale(curve)
            joined, degrees = curve.joined, np.array(curve.values)[curve.joined]
            valid = LossLine(degrees, curve.valid[joined], ROLES.valid, scale, shape=VALID_SHAPE)
            train = LossLine(degrees, curve.train[joined], ROLES.train, scale, shape=TRAIN_SHAPE)
            self.canvas.live[:] = [valid, train, self._present]
            if curve.valley is not None:
                at = curve.valley
                self.canvas.live.append(SmallestLoss(curve.values[at], float(curve.valid[at])))
        self.canvas.rest()
        self.refresh()

    def _fit_scale(self, curve: SweepCurve) -> Scale:
        """Let the axis hold what lies around the valley, and the floor; the scale that it has."""
        shown, is_log = around_valley(curve.train, curve.valid, curve.valley), self.is_log("y")
        if curve.valley is not None:
            most = (_LOG_MOST if is_log else _MOST) * curve.valid[curve.valley]
            shown = np.minimum(shown, most)
        if self.floor.value is not None:
            shown = np.append(shown, [0.9 * self.floor.value, 1.15 * self.floor.value])
        shown = np.log10(shown[shown > 0]) if is_log else np.append(shown, 0.0)
        if shown.size:
            low, high = spread((float(shown.min()), float(shown.max())), _LEAST_SPAN)
            free = _ROOM * (high - low)
            self.fix("y", low - free if is_log else low, high + free)
        return Scale(*(self.auto_range("y") or (0.0, 1.0)), is_log)

    def _degree_at(self, x: float) -> int | None:
        """Index of the degree nearest to an x value."""
        if self.curve is None or not np.isfinite(x):
            return None
        return int(np.abs(np.array(self.curve.values) - x).argmin())

    def _read(self, x: float, _: float) -> Reading | None:
        at, curve = self._degree_at(x), self.curve
        if at is None or curve is None:
            return None
        frame, train, valid = self.frame(), float(curve.train[at]), float(curve.valid[at])
        rows = (
            ReadoutRow("train", number(train), ROLES.train, frame.dot(train)),
            ReadoutRow("validation", number(valid), ROLES.valid, frame.dot(valid)),
            ReadoutRow("gap", gap_text(train, valid)),
        )
        degree = curve.values[at]
        return Reading(float(frame.x(degree)), f"degree {degree:g}", rows)

    def _pick(self, x: float) -> None:
        at = self._degree_at(x)
        if at is not None and self.curve is not None:
            self.degree_picked.emit(int(self.curve.values[at]))

    def legend_entries(self, floor_tip: str) -> list[Entry]:
        """What the lines and marks are."""
        entries = [
            Entry("circle", "train", ROLES.train),
            Entry("diamond", "validation", ROLES.valid),
        ]
        if self.floor.value is not None:
            entries.append(Entry("dashes", "noise floor", self.floor.color, tip=floor_tip))
        curve = self.curve
        if curve is not None and curve.valley is not None:
            degree = curve.values[curve.valley]
            text = f"smallest validation loss: degree {degree:g}"
            short = f"best: degree {degree:g}"
            entries.append(Entry("diamond", text, ROLES.background, ROLES.best, short=short))
        return [*entries, Entry("none", "click a degree to take it", short="click: take it")]
