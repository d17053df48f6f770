"""‖w‖ of each layer over epochs, or the share of its weights that are near zero."""

from typing import Literal

import numpy as np
from PySide6.QtWidgets import QWidget

from regplay.core.inside import Inside
from regplay.gui.network.pictures import layer_color, layer_name
from regplay.gui.plots.chart import Chart
from regplay.gui.plots.history_layers import CurvesLayer, EpochCurve
from regplay.gui.plots.hover import Reading, ReadoutRow
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.number_text import number
from regplay.gui.plots.scale import bounds
from regplay.gui.theme import ROLES, Colors

Measure = Literal["norm", "near_zero"]
_FEW = 10.0  # epochs that the axis shows at least


class LayerCurve(EpochCurve):
    """One layer's curve, in the layer's colour."""

    def __init__(self, index: int, count: int) -> None:
        super().__init__("", layer_name(index, count), "", "circle", False)
        self._index, self._count = index, count

    def color(self, colors: Colors) -> str:
        """Its place on the ramp from the first layer to the last."""
        return layer_color(self._index, self._count)


class NormsPlot(Chart):
    """A line for each layer.

    Attributes
    ----------
    measure
        `norm` or `near_zero`, which is in percent here.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.measure: Measure = "norm"
        self._inside: Inside | None = None
        self._layer = CurvesLayer((), gap=False)
        self.canvas.live.append(self._layer)
        self.reader = self._read
        self._label()
        self.start_ranges()

    @property
    def epochs(self) -> np.ndarray:
        """Epochs of the records that are shown."""
        return self._layer.epochs

    @property
    def curves(self) -> tuple[EpochCurve, ...]:
        """What is shown."""
        return self._layer.curves

    def set_inside(self, inside: Inside | None) -> None:
        """Show the epochs of a run, or nothing; with another run the ranges start anew."""
        before, self._inside = self._inside, inside
        if before is None or inside is None or not inside.continues(before):
            self.forget("x")
            self.forget("y")
        count = 0 if inside is None else inside.norms.shape[1]
        if count != len(self.curves):
            self._layer.curves = tuple(LayerCurve(index, count) for index in range(count))
        self._layer.epochs = np.zeros(0) if inside is None else inside.epochs.astype(float)
        if inside is not None:
            table = inside.norms if self.measure == "norm" else 100 * inside.near_zero
            for index, curve in enumerate(self.curves):
                curve.values = table[:, index]
        self._cover()
        self.refresh()

    def set_measure(self, measure: Measure) -> None:
        """Show ‖w‖ or the share near zero."""
        if measure != self.measure:
            self.measure = measure
            self._label()
            self.forget("y")
            self.set_inside(self._inside)
            self.reset_ranges()

    def _label(self) -> None:
        self.set_labels("epoch", "under 0.001 (%)")
        self.show_name("y", self.measure == "near_zero")  # the button says ‖w‖

    # ranges

    def start_ranges(self) -> None:
        """Forget how far the axes had grown."""
        self.forget("x")
        self.forget("y")
        self._cover()
        self.reset_ranges()

    def toggle_log(self, log: bool) -> None:
        """Make the epochs logarithmic or linear."""
        self.set_log("x", log)
        self.start_ranges()

    def _cover(self) -> None:
        epochs = self._layer.epochs
        last = max(float(epochs[-1]) if epochs.size else 0.0, _FEW)
        # Epoch 0 has no place on a logarithmic axis.
        self.cover("x", [1.0 if self.is_log("x") else 0.0, last], steps=4)
        if self.measure == "near_zero":
            self.fix("y", 0.0, 102.0)
        elif epochs.size:
            _, largest = bounds([curve.values for curve in self.curves]) or (0.0, 1.0)
            self.cover("y", [0.0, 1.03 * largest])
        elif self.auto_range("y") is None:
            self.fix("y", 0.0, 1.0)

    # read-outs

    def _read(self, x: float, _: float) -> Reading | None:
        epochs = self._layer.epochs
        if not epochs.size or not np.isfinite(x):
            return None
        at = int(np.abs(epochs - x).argmin())
        frame, rows = self.frame(), []
        for curve in self.curves:
            value = float(curve.values[at])
            text = number(value) if self.measure == "norm" else f"{value:.1f} %"
            rows.append(ReadoutRow(curve.label, text, curve.color(self.colors), frame.dot(value)))
        return Reading(float(frame.x(epochs[at])), f"epoch {int(epochs[at]):,}", tuple(rows))

    def legend_entries(self) -> list[Entry]:
        """Which line is which layer."""
        return [
            Entry("line", curve.label, curve.color(ROLES), short=curve.label.split()[-1])
            for curve in self.curves
        ]
