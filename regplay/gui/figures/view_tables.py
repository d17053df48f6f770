"""The numbers behind each view, as series of points."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from regplay.core.arrays import Floats
from regplay.core.datasets import Dataset
from regplay.core.fields import FIELDS
from regplay.core.fit import Grid, grid_of
from regplay.gui.figures.figure import Series
from regplay.gui.landscape import RECORDED, LandscapeTab
from regplay.gui.network import Histograms, NetworkGraph, UnitPlace, layer_name
from regplay.gui.plots import (
    ConfusionView,
    CurveView,
    EpochPlot,
    FitPanel,
    MeasurePlot,
    PredictedChart,
    WeightsView,
)


def fit_series(panel: FitPanel) -> list[Series]:
    """Of a view over one or two inputs: the points, and what each fit predicts on its grid."""
    dataset, fit = panel.dataset, panel.fit
    grid = None if dataset is None else grid_of(dataset)
    if dataset is None or grid is None:
        return []
    subject, band, classes = panel.subject, panel.fit_band, dataset.class_names
    found = [
        Series(
            name,
            _inputs(dataset, split.x)
            | {dataset.target_name: [classes[k] for k in split.y] if classes else split.y},
        )
        for name, split in (("training", dataset.train), ("validation", dataset.valid))
        if name in subject.splits
    ]
    if isinstance(panel, CurveView) and dataset.truth is not None:
        found += _predicted("true function", dataset, grid, dataset.truth(grid.x))
    if fit is not None and (band is None or band.mean is not fit.grid):
        found += _predicted(subject.fit, dataset, grid, fit.grid)
    if isinstance(panel, CurveView):
        for epoch, curve in zip(panel.past.epochs, panel.past.curves, strict=True):
            if fit is None or epoch != fit.epoch:
                found += _predicted(f"fit at epoch {epoch}", dataset, grid, curve)
    if band is not None:
        name = f"{subject.band}, mean" if subject.band else "mean"
        spread = _outputs(dataset, band.std, "standard deviation", "standard deviation of P")
        columns = _inputs(dataset, grid.x) | _outputs(dataset, band.mean) | spread
        found.append(Series(name, columns))
    for count, one in enumerate(panel.member_fits, start=1):
        found += _predicted(f"{subject.member} {count}", dataset, grid, one.grid)
    for overlay in panel.overlays:
        found += _predicted(overlay.name, dataset, overlay.grid or grid, overlay.fit.grid)
    return found


def _inputs(dataset: Dataset, x: Floats) -> dict[str, ArrayLike]:
    return {name: x[:, index] for index, name in enumerate(dataset.input_names)}


def _outputs(dataset: Dataset, values: Floats, value: str = "", p: str = "P") -> dict[str, Floats]:
    """A column `value`, the target's name by default, or one for each class: `P(A)`, `P(B)`."""
    if dataset.task == "regression":
        return {value or dataset.target_name: values}
    return {f"{p}({name})": values[:, index] for index, name in enumerate(dataset.class_names)}


def _predicted(name: str, dataset: Dataset, grid: Grid, values: Floats | None) -> list[Series]:
    """None where the fit was not predicted on this grid."""
    if values is None or len(values) != len(grid.x):
        return []
    return [Series(name, _inputs(dataset, grid.x) | _outputs(dataset, values))]


def predicted_series(panel: PredictedChart) -> list[Series]:
    """What is predicted for each point beside what is true."""
    dataset, fit = panel.dataset, panel.fit
    if dataset is None or fit is None:
        return []
    true, predicted = (f"{which} {dataset.target_name}" for which in ("true", "predicted"))
    return [
        Series("training", {true: dataset.train.y, predicted: fit.train}),
        Series("validation", {true: dataset.valid.y, predicted: fit.valid}),
    ]


def weights_series(panel: WeightsView) -> list[Series]:
    """A linear model's weights and the true ones, by input."""
    dataset, fit = panel.dataset, panel.fit
    if dataset is None:
        return []
    learned, (of, weight) = None if fit is None else fit.weights, panel.names
    pairs = (("learned weights", learned), ("true weights", dataset.true_weights))
    return [
        Series(name, {of: list(dataset.input_names), weight: panel.in_shown_units(weights)})
        for name, weights in pairs
        if weights is not None
    ]


def confusion_series(panel: ConfusionView) -> list[Series]:
    """How many points of each class are assigned each class."""
    names, counts = panel.grid.names, panel.grid.counts
    if not counts.size:
        return []
    true, assigned = np.indices(counts.shape).reshape(2, -1)
    columns: dict[str, ArrayLike] = {
        "true class": [names[index] for index in true],
        "assigned class": [names[index] for index in assigned],
        "points": counts.ravel(),
    }
    return [Series("training" if panel.train_button.isChecked() else "validation", columns)]


def curve_series(plot: EpochPlot, column: str) -> list[Series]:
    """Every record of each curve."""
    return [
        Series(curve.label, {"epoch": plot.epochs.astype(int), column: curve.values})
        for curve in plot.curves
    ]


def history_series(plot: MeasurePlot, column: str) -> list[Series]:
    """Every record of each curve, and the lines that stand at one value."""
    found = curve_series(plot, column)
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


def loss_series(name: str, values: ArrayLike, losses: Sequence[Floats]) -> list[Series]:
    """Training and validation losses over values of that name."""
    pairs = zip(("training", "validation"), losses, strict=True)
    return [Series(which, {name: values, "loss": each}) for which, each in pairs]


def landscape_series(view: LandscapeTab) -> list[Series]:
    """The measures of each network, row by row from the lower left."""
    shown = view.map
    if shown is None:
        return []
    row, column = np.indices(shown.diverged.shape).reshape(2, -1)
    has_classes = bool(np.isfinite(shown.measures["valid_accuracy"]).any())
    table = {
        FIELDS[shown.x.path].label: np.array(shown.x.values)[column],
        FIELDS[shown.y.path].label: np.array(shown.y.values)[row],
    }
    for measure, name in RECORDED.items():
        if has_classes or measure.endswith("loss"):
            table[name] = shown.measures[measure].ravel()
    table["diverged"] = shown.diverged.ravel()
    return [Series("networks", table)]


def histogram_series(histograms: Histograms) -> list[Series]:
    """Of each layer the bins, and how many weights are in them."""
    edges, counts = histograms.bins()
    return [
        Series(
            layer_name(index, len(counts)),
            {"from": edges[:-1], "to": edges[1:], "weights now": now, "before training": before},
        )
        for index, (now, before) in enumerate(counts)
    ]


def graph_series(graph: NetworkGraph) -> list[Series]:
    """Weights and biases by the units they belong to, and what each unit puts out."""
    picture = graph.picture
    if picture is None:
        return []

    def names(column: int, units: Sequence[int] | np.ndarray) -> list[str]:
        return [graph.unit_name(UnitPlace(column, int(unit))) for unit in units]

    found = []
    for layer, (weights, biases) in enumerate(zip(picture.weights, picture.biases, strict=True)):
        targets, sources = np.indices(weights.shape).reshape(2, -1)
        ends = {"from": names(layer, sources), "to": names(layer + 1, targets)}
        found.append(Series("weights", ends | {"value": weights.ravel()}))
        units = names(layer + 1, range(len(biases)))
        found.append(Series("biases", {"to": units, "value": biases}))
    if picture.grid is not None and picture.maps is not None:
        x = picture.grid.x
        inputs = dict(zip(names(0, range(x.shape[1])), x.T, strict=True))
        found += [
            Series(f"output of {name}", inputs | {"value": values.ravel()})
            for column, units in enumerate(picture.maps)
            for name, values in zip(names(column, range(len(units))), units, strict=True)
        ]
    return found
