"""The internals of a network: drawn where it is small, weights as histograms and over epochs."""

from functools import partial
from typing import Literal

import numpy as np
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from regplay.core.datasets import Dataset
from regplay.core.internals import Internals, UnitMaps
from regplay.core.number_text import number, percent_text
from regplay.gui.network.network_graph import NetworkGraph
from regplay.gui.network.pictures import Histograms, layer_color, layer_name
from regplay.gui.plots import Entry, EpochCurve, EpochPlot, Legend, bounds, tab_row
from regplay.gui.theme import ROLES
from regplay.gui.training import View
from regplay.gui.widgets import Toggle, TwoColumns, WrappedLabel, column, fill, named
from regplay.session.session import Run

WeightMeasure = Literal["norm", "near_zero"]
_FEW = 10.0  # epochs that the axis shows at least


class NormsPlot(EpochPlot):
    """A line for each layer.

    Attributes
    ----------
    measure
        `norm` or `near_zero`, which is in percent here.
    """

    def __init__(self) -> None:
        super().__init__((), gap=False)
        self.measure: WeightMeasure = "norm"
        self._internals: Internals | None = None
        self._label()
        self.start_ranges()

    def set_internals(self, internals: Internals | None) -> None:
        """Show the epochs of a run, or nothing."""
        self._internals = internals
        count = 0 if internals is None else internals.norms.shape[1]
        if count != len(self.curves):
            self._layer.curves = tuple(
                EpochCurve("", layer_name(index, count), layer_color(index, count))
                for index in range(count)
            )
        self._layer.epochs = np.zeros(0) if internals is None else internals.epochs.astype(float)
        if internals is not None:
            table = internals.norms if self.measure == "norm" else 100 * internals.near_zero
            for index, curve in enumerate(self.curves):
                curve.values = table[:, index]
        self._cover()
        self.refresh()

    def set_measure(self, measure: WeightMeasure) -> None:
        """Show ‖w‖ or the share near zero."""
        if measure != self.measure:
            self.measure = measure
            self._label()
            self.forget("y")
            self.set_internals(self._internals)
            self.reset_ranges()

    def _label(self) -> None:
        # The button says ‖w‖.
        self.set_labels("epoch", "under 0.001 (%)" if self.measure == "near_zero" else "")

    def _cover(self) -> None:
        epochs = self.epochs
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
        if not epochs.size:  # axes that are locked take the range of the first norms
            self._forget()

    def _number(self, value: float) -> str:
        return number(value) if self.measure == "norm" else percent_text(value / 100, 1)

    def legend_entries(self) -> list[Entry]:
        """Which line is which layer."""
        return [
            Entry("line", curve.label, curve.color, short=curve.label.split()[-1])
            for curve in self.curves
        ]


_MEASURES: dict[WeightMeasure, tuple[str, str]] = {
    "norm": ("‖w‖", "Length of each layer's weights, without its biases"),
    "near_zero": ("near zero", "Share of each layer's weights under 0.001 in absolute value"),
}
_ONE_ROW = 5  # histograms that have room side by side, mostly


def sample_text(picture: UnitMaps) -> str:
    """Which units are left out of a drawing; empty where all are there."""
    last, cut = len(picture.widths) - 1, list[str]()
    for place, (all_, shown) in enumerate(zip(picture.widths, picture.sizes, strict=True)):
        if shown < all_:
            name = {0: "inputs", last: "outputs"}.get(place, "units of each layer")
            text = f"{shown} of {all_:,} {name}"
            cut += [text] if text not in cut else []
    return f"A sample is drawn: {', '.join(cut)}." if cut else ""


class NetworkView(QWidget):
    """The drawn network on the left; histograms and curves beside it.

    Attributes
    ----------
    graph, histograms, norms
        The three pictures.
    details
        The last two, with what belongs to them.
    measures, log_x
        The buttons above the curves.
    sentence
        Says how many units are drawn, where that is a sample.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._internals: Internals | None = None
        self._run: Run | None = None  # that they are of

        self.graph = named("network.graph", NetworkGraph())
        self.histograms = named("network.histograms", Histograms())
        self.norms = named("network.norms", NormsPlot())
        self.details = QWidget()
        self.sentence = named("network.sentence", WrappedLabel())
        self.sentence.setContentsMargins(4, 2, 4, 2)
        self.sentence.hide()
        self.signs, self.counts, self.layers = Legend(), Legend(), Legend()
        self.measures = {
            measure: named(f"network.{measure}", Toggle(*texts))
            for measure, texts in _MEASURES.items()
        }
        group = QButtonGroup(self)  # exclusive
        for measure, button in self.measures.items():
            group.addButton(button)
            button.clicked.connect(lambda _, chosen=measure: self.norms.set_measure(chosen))
        self.measures["norm"].setChecked(True)
        self.log_x = named("network.log_x", Toggle("log x", "Logarithmic epochs"))
        self.log_x.toggled.connect(partial(self.norms.toggle_log, "x"))
        self._compose()
        self._name_signs()
        self.counts.set_entries(
            [
                Entry("band", "weights now", ROLES.norm, short="now"),
                Entry("line", "before training", ROLES.muted, short="before"),
                Entry("none", "height: √ of the count", tip="Heights are roots of the counts"),
            ]
        )

    def _compose(self) -> None:
        right, tabs = self.details, tab_row(self.measures.values(), self.layers, self.log_x)
        self._right = fill(
            QVBoxLayout(right), self.counts, (self.histograms, 2), 4, tabs, (self.norms, 2)
        )
        halves = TwoColumns((9, 11), 8, self)
        halves.add(column(self.signs, self.sentence, self.graph, grows=self.graph))
        halves.add(right)

    # what is shown

    def set_dataset(self, dataset: Dataset) -> None:
        """Start anew with the inputs and classes of a dataset, and no network yet."""
        self._dataset = dataset
        self.graph.set_dataset(dataset)
        self.set_internals(None)

    def show_view(self, view: View) -> None:
        """Show the network of a run, if what is inside came with the view.

        With another run all ranges start anew.
        """
        if view.internals is None:
            return
        if view.run is not self._run:
            self._run = view.run
            self.graph.forget()
            self.histograms.forget()
            self.norms.forget("x", "y")
        self.set_internals(view.internals)

    def set_internals(self, internals: Internals | None) -> None:
        """Show a network at one moment, or nothing."""
        self._internals = internals
        if internals is not None:
            text = sample_text(internals.picture)
            self.sentence.setText(text)
            self.sentence.setVisible(bool(text))
            is_tall = len(internals.layers) > _ONE_ROW
            self._right.setStretchFactor(self.histograms, 3 if is_tall else 2)
        self.graph.set_picture(None if internals is None else internals.picture)
        self.histograms.set_layers(() if internals is None else internals.layers)
        self.norms.set_internals(internals)
        self.layers.set_entries(self.norms.legend_entries())
        self._name_signs()

    def _name_signs(self) -> None:
        """Say what the colours of links and units mean."""
        maps = () if self._internals is None else self._internals.picture.maps
        links = "Links: as wide as the weight is large"
        if maps and maps[0].ndim == 2:  # curves over one input
            over = "Squares: what each puts out over the input"
            self.signs.set_entries(
                [
                    Entry("line", "weight > 0", ROLES.train, tip=links),
                    Entry("line", "< 0", ROLES.valid),
                    Entry("line", "output of a unit", ROLES.fit, short="output", tip=over),
                ]
            )
            return
        shown, units = "value", "what each puts out over the inputs"
        if maps is None:
            shown, units = "bias", "the bias of each"
        self.signs.set_entries(
            [
                Entry("line", f"weight or {shown} > 0", ROLES.train, tip=f"Squares: {units}"),
                Entry("line", "< 0", ROLES.valid, tip=links),
            ]
        )
