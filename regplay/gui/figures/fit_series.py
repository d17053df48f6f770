"""The numbers behind the views of a fit."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from regplay.core.datasets import Dataset, Split
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Grid, grid_of
from regplay.gui.figures.data import Series, by_class
from regplay.gui.plots.confusion import ConfusionView
from regplay.gui.plots.curve import CurveView
from regplay.gui.plots.panel import FitPanel
from regplay.gui.plots.predicted import PredictedChart
from regplay.gui.plots.weights import WeightsView

_STD = "standard deviation"


def fit_series(panel: FitPanel) -> list[Series]:
    """Of a view over one or two inputs: the points, and what each fit predicts on its grid."""
    dataset, fit = panel.dataset, panel.fit
    if dataset is None:
        return []
    found = [*points_series(dataset), *truth_series(dataset)]
    grid = grid_of(dataset)
    if grid is None:
        return found
    if fit is not None:
        found += _predicted("fit", dataset, grid, fit.grid)
    if isinstance(panel, CurveView):
        for epoch, curve in zip(panel.past.epochs, panel.past.curves, strict=True):
            if fit is None or epoch != fit.epoch:
                found += _predicted(f"fit at epoch {epoch}", dataset, grid, curve)
    if panel.passesBand is not None:
        found.append(
            spread_series(
                "dropout, mean", dataset, grid, panel.passesBand.mean, panel.passesBand.std
            )
        )
    for number, one in enumerate(panel.thinnedFits, start=1):
        found += _predicted(f"thinned {number}", dataset, grid, one.grid)
    for overlay in panel.overlays:
        found += _predicted(overlay.name, dataset, overlay.grid or grid, overlay.fit.grid)
    return found


def points_series(dataset: Dataset, train_only: bool = False) -> list[Series]:
    """The training and the validation points."""
    splits = (("training", dataset.train), ("validation", dataset.valid))
    return [
        Series(name, _inputs(dataset, split.x) | {dataset.target_name: _targets(dataset, split)})
        for name, split in splits[: 1 if train_only else 2]
    ]


def truth_series(dataset: Dataset) -> list[Series]:
    """The true function over one input, where it is drawn."""
    grid = grid_of(dataset)
    is_drawn = dataset.n_inputs == 1 and dataset.task == "regression"
    if not is_drawn or dataset.truth is None or grid is None:
        return []
    return _predicted("true function", dataset, grid, dataset.truth(grid.x))


def spread_series(name: str, dataset: Dataset, grid: Grid, mean: Floats, std: Floats) -> Series:
    """Mean and standard deviation of many networks on a grid."""
    columns = _inputs(dataset, grid.x) | _outputs(dataset, mean)
    if dataset.task == "regression":
        columns[_STD] = std
    else:
        columns |= by_class(f"{_STD} of P", dataset.class_names, std)
    return Series(name, columns)


def member_series(name: str, dataset: Dataset, grid: Grid, values: Floats) -> Series:
    """What one network predicts on a grid."""
    return Series(name, _inputs(dataset, grid.x) | _outputs(dataset, values))


def predicted_series(panel: PredictedChart) -> list[Series]:
    """What is predicted for each point beside what is true."""
    dataset, fit = panel.dataset, panel.fit
    if dataset is None or fit is None:
        return []
    name = dataset.target_name
    pairs = (("training", dataset.train, fit.train), ("validation", dataset.valid, fit.valid))
    return [
        Series(which, {f"true {name}": split.y, f"predicted {name}": predicted})
        for which, split, predicted in pairs
    ]


def weights_series(panel: WeightsView) -> list[Series]:
    """A linear model's weights and the true ones, by input."""
    dataset, fit = panel.dataset, panel.fit
    if dataset is None:
        return []
    learned = None if fit is None else fit.weights
    pairs = (("learned weights", learned), ("true weights", dataset.true_weights))
    return [
        Series(name, {"input": list(dataset.input_names), "weight": weights})
        for name, weights in pairs
        if weights is not None
    ]


def confusion_series(panel: ConfusionView) -> list[Series]:
    """How many points of each class are assigned each class."""
    names, counts = panel.grid.names, panel.grid.counts
    if not counts.size:
        return []
    which = "training" if panel.train_button.isChecked() else "validation"
    true, assigned = np.indices(counts.shape).reshape(2, -1)
    return [
        Series(
            which,
            {
                "true class": [names[index] for index in true],
                "assigned class": [names[index] for index in assigned],
                "points": counts.ravel(),
            },
        )
    ]


def _inputs(dataset: Dataset, x: Floats) -> dict[str, ArrayLike]:
    return {name: x[:, index] for index, name in enumerate(dataset.input_names)}


def _targets(dataset: Dataset, split: Split) -> ArrayLike:
    if dataset.task == "regression":
        return split.y
    names: Sequence[str] = dataset.class_names
    return [names[index] for index in split.y]


def _outputs(dataset: Dataset, values: Floats) -> dict[str, ArrayLike]:
    if dataset.task == "regression":
        return {dataset.target_name: values}
    return by_class("P", dataset.class_names, values)


def _predicted(name: str, dataset: Dataset, grid: Grid, values: Floats | None) -> list[Series]:
    """None where the fit was not predicted on this grid."""
    if values is None or len(values) != len(grid.x):
        return []
    return [member_series(name, dataset, grid, values)]
