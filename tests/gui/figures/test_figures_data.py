"""The numbers behind plots: a table in the long form, equal to what the plots were handed."""

import csv
import io
import math

import numpy as np
import pytest
from plots import (
    DECAY,
    decomposition_view,
    figure_of,
    fit_view,
    history_view,
    landscape_view,
    loss_strip,
    make_curve,
    make_dataset,
    make_fit,
    make_history,
    seeds_view,
    slider,
    split_view,
)

from regplay.core.bias_variance import Decomposition
from regplay.core.fit import grid_of
from regplay.gui.figures.figure import Series, to_text
from regplay.gui.plots.fit_panel import Band, Overlay


def read(text: str, separator: str = ",") -> dict[str, list[dict[str, str]]]:
    """Rows of each series, without empty cells."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(text), delimiter=separator):
        name = row.pop("series")
        found.setdefault(name, []).append({key: cell for key, cell in row.items() if cell != ""})
    return found


def column(table, series: str, name: str) -> list[float]:
    return [float(row[name]) for row in table[series]]


@pytest.fixture
def table_of(show_widget):
    def make(view, part):
        return read(to_text(figure_of(show_widget(view, 640, 400), part).series()))

    return make


def test_series_of_several_lengths_leave_cells_empty():
    series = [Series("fit", {"x": [1.0, 2.0], "y": [0.1, 1e-17]}), Series("floor", {"y": [3]})]
    assert to_text(series) == "series,x,y\nfit,1.0,0.1\nfit,2.0,1e-17\nfloor,,3\n"
    assert to_text(series, "\t").startswith("series\tx\ty\nfit\t1.0\t0.1\n")


def test_numbers_keep_all_their_digits_and_what_is_no_number_says_so():
    values = np.array([1 / 3, np.nan, np.inf, 5e-324])
    rows = read(to_text([Series("a", {"v": values})]))["a"]
    back = np.array([float(row["v"]) for row in rows])
    assert np.array_equal(back, values, equal_nan=True)
    single = np.float32(0.1)
    assert float(read(to_text([Series("a", {"v": [single]})]))["a"][0]["v"]) == float(single)


def test_a_column_called_series_and_texts_with_commas_are_kept_apart():
    text = to_text([Series("a, b", {"series": ['x "1", 2'], "is": np.array([True])})])
    assert text == 'series,series_,is\n"a, b","x ""1"", 2",1\n'


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        to_text([Series("fit", {"x": [1, 2], "y": [1]})])


def test_a_curve(table_of):
    view = fit_view(1)
    dataset = view.panel.dataset
    grid, fit = grid_of(dataset), make_fit(dataset)
    pinned = make_fit(dataset, 3)
    view.panel.set_overlays([Overlay("λ = 1", "#ff0000", pinned)])
    view.panel.set_band(Band(fit.grid, np.abs(fit.grid)))
    view.panel.set_members([make_fit(dataset, 4), make_fit(dataset, 5)])
    table = table_of(view, "panel.chart")
    x, y = "length 0 (m)", "force (N)"
    assert column(table, "training", x) == dataset.train.x[:, 0].tolist()
    assert column(table, "training", y) == dataset.train.y.tolist()
    assert column(table, "validation", y) == dataset.valid.y.tolist()
    assert column(table, "fit", x) == grid.x[:, 0].tolist()
    assert column(table, "fit", y) == fit.grid.tolist()
    assert column(table, "true function", y) == dataset.truth(grid.x).tolist()
    assert column(table, "λ = 1", y) == pinned.grid.tolist()
    assert column(table, "dropout, mean", "standard deviation") == np.abs(fit.grid).tolist()
    assert column(table, "thinned 2", y) == make_fit(dataset, 5).grid.tolist()


def test_earlier_fits_are_there_and_the_present_one_once(table_of):
    view = fit_view(1)
    dataset = view.panel.dataset
    view.set_fit(make_fit(dataset, 20))
    table = table_of(view, "panel.chart")
    assert column(table, "fit at epoch 7", "force (N)") == make_fit(dataset, 7).grid.tolist()
    assert column(table, "fit", "force (N)") == make_fit(dataset, 20).grid.tolist()
    assert "fit at epoch 20" not in table


def test_classes_over_two_inputs(table_of):
    view = fit_view(2, 3)
    fit, dataset = view.panel.fit, view.panel.dataset
    table = table_of(view, "panel.chart")
    for index in range(3):
        assert column(table, "fit", f"P(kind {index})") == fit.grid[:, index].tolist()
    assert [row["force (N)"] for row in table["training"]] == [f"kind {k}" for k in dataset.train.y]
    assert column(table, "fit", "length 1 (m)") == grid_of(dataset).x[:, 1].tolist()


def test_predictions_and_weights_of_many_inputs(table_of):
    view = fit_view(4)
    fit, dataset = view.panel.fit, view.panel.dataset
    table = table_of(view, "panel.chart_panel.chart")
    assert column(table, "validation", "predicted force (N)") == fit.valid.tolist()
    assert column(table, "validation", "true force (N)") == dataset.valid.y.tolist()
    weights = table_of(view, "panel.weights.chart")
    assert column(weights, "learned weights", "weight") == fit.weights.tolist()
    assert [row["input"] for row in weights["true weights"]] == list(dataset.input_names)


def test_a_confusion_matrix(table_of):
    view = fit_view(4, 3)
    counts = view.panel.grid.counts
    table = table_of(view, "panel.grid")
    assert column(table, "validation", "points") == counts.ravel().tolist()
    assert table["validation"][1]["true class"] == "kind 0"
    assert table["validation"][1]["assigned class"] == "kind 1"


def test_losses_on_logarithmic_axes_are_the_same_numbers(table_of):
    view = history_view("loss")
    history = make_history()
    plain = table_of(view, "plot")
    assert column(plain, "train", "epoch") == history.epochs.tolist()
    assert column(plain, "train", "loss") == history.column("train_loss").tolist()
    assert column(plain, "validation", "loss") == history.column("valid_loss").tolist()
    assert plain["noise floor"] == [{"loss": "0.04"}]
    best = int(history.column("valid_loss").argmin())
    assert plain["best epoch"][0]["epoch"] == str(best)
    view.log_x.setChecked(True)
    view.log_y.setChecked(True)
    assert table_of(view, "plot") == plain


def test_accuracies_are_in_percent_and_weights_have_three_series(table_of):
    history = make_history()
    accuracy = table_of(history_view("accuracy"), "plot")
    expected = (history.column("valid_accuracy") * 100).tolist()
    assert column(accuracy, "validation", "accuracy (%)") == expected
    weights = table_of(history_view("weights"), "plot")
    assert column(weights, "‖w‖", "value") == history.column("weight_norm").tolist()
    assert set(weights) == {"‖w‖", "penalty", "objective"}


def test_a_landscape_has_a_row_for_each_network(table_of):
    view = landscape_view()
    table, shown = table_of(view, "chart"), view.map
    assert (
        column(table, "networks", "validation loss")
        == shown.measures["valid_loss"].ravel().tolist()
    )
    x, y = (len(axis.values) for axis in (shown.x, shown.y))
    assert column(table, "networks", "Weight decay λ") == [*shown.x.values] * y
    assert column(table, "networks", "Dropout p")[::x] == [*shown.y.values]
    assert column(table, "networks", "diverged") == [0] * (x * y - 1) + [1]
    assert "validation accuracy" not in table["networks"][0]


def test_many_seeds(table_of):
    view = seeds_view(1)
    shown = view.spread.spread
    table = table_of(view, "spread.panel.chart")
    assert column(table, "mean", "force (N)") == shown.mean.tolist()
    assert column(table, "mean", "standard deviation") == shown.std.tolist()
    assert column(table, "network 5", "force (N)") == shown.members[4].tolist()
    view.spread.members_button.setChecked(False)
    assert "network 5" not in table_of(view, "spread.panel.chart")


def test_seeds_over_two_inputs_have_probabilities_and_deviations(table_of):
    view = seeds_view(2, 2)
    shown = view.spread.spread
    table = table_of(view, "spread.panel.chart")
    assert column(table, "mean", "P(kind 1)") == shown.mean[:, 1].tolist()
    name = "standard deviation of P(kind 1)"
    assert column(table, "mean", name) == shown.std[:, 1].tolist()
    assert column(table, "network 1", "P(kind 0)") == shown.members[0, :, 0].tolist()


def test_the_parts_of_an_error_and_losses_of_seeds(table_of):
    view = decomposition_view()
    plot = view.decomposition
    table = table_of(view, "decomposition.chart")
    known = [one for one in plot.bars.parts if one is not None]
    assert column(table, "decomposition", "variance") == [one.variance for one in known]
    assert column(table, "decomposition", "Weight decay λ") == [*plot.values[: len(known)]]
    assert "diverged" not in table["decomposition"][0]
    lost = Decomposition(*[math.nan] * 5, diverged=20)
    plot.set_decompositions(plot.values, [lost, *plot.bars.parts[1:]])
    table = table_of(view, "decomposition.chart")
    assert column(table, "decomposition", "diverged")[:2] == [20, 0]
    strip = loss_strip()
    losses = table_of(strip, "chart")
    assert column(losses, "validation", "loss") == strip.losses[1].tolist()
    assert column(losses, "training", "network") == list(range(1, 9))


def test_fits_side_by_side_name_their_run(table_of):
    table = table_of(split_view(), "legend")
    dataset = make_dataset(1)
    fit = column(table, "dropout: Fit at epoch 2: fit", "force (N)")
    assert fit == make_fit(dataset, 2).grid.tolist()


def test_the_curve_of_a_slider(table_of):
    curve = make_curve(DECAY)
    table = table_of(slider(), "slider")
    assert column(table, "validation", "loss") == curve.valid.tolist()
    assert column(table, "training", "Weight decay λ") == [*curve.values]
