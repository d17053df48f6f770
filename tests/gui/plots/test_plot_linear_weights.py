"""The weights of a linear model: whose they are, of which inputs, and per unit of each."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QFontMetricsF

from regplay.core.datasets import load
from regplay.core.experiment import DataSettings
from regplay.core.fit import Fit
from regplay.gui.plots import WeightsView

TRUE = {"size in cm": 2.0, "age": -0.004, "price": 30.0}


@pytest.fixture
def table(tmp_path: Path):
    """A target that is linear in three columns of very different units."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 3)) * [5, 400, 0.1] + [170, 1000, 3]
    rows = np.column_stack([x, x @ [*TRUE.values()]])
    path = tmp_path / "table.csv"
    lines = [",".join([*TRUE, "y"]), *(",".join(map(repr, row.tolist())) for row in rows)]
    path.write_text("\n".join(lines))
    return lambda **more: load(
        DataSettings(name="csv", file=str(path), n_train=0, n_valid=15, **more)
    )


def fit_of(dataset) -> Fit:
    """What least squares finds, in the network's units."""
    x, y = dataset.inputs(dataset.train.x), dataset.targets(dataset.train.y)
    columns = np.column_stack([x, np.ones(len(x))])
    weights = np.linalg.lstsq(columns, y, rcond=None)[0][:3]
    return Fit(1, 1, dataset.train.y, dataset.valid.y, weights=weights)


def shown(view: WeightsView) -> tuple[str, str, list[str]]:
    axes = view.chart.axes()
    size, metrics = view.chart.box.rect().width(), QFontMetricsF(view.chart.font())
    ticks = axes.x.ticks(size, metrics)
    return axes.x.name, axes.y.name, [tick.text for tick in ticks]


def test_the_axis_names_the_columns_and_says_that_they_are_standardized(show_widget, table):
    view, dataset = WeightsView(), table()
    view.set_dataset(dataset)
    view.set_fit(fit_of(dataset))
    show_widget(view, 420, 300)
    assert shown(view) == ("input, standardized", "weight", [*TRUE])
    assert view.per_unit.isVisible()
    expected = np.array([*TRUE.values()]) * dataset.x_scale / dataset.y_scale
    np.testing.assert_allclose(view.stems.weights, expected, rtol=1e-6)


def test_a_switch_shows_them_per_unit_of_each_column_on_a_scale_of_their_own(show_widget, table):
    view, dataset = WeightsView(), table()
    view.set_dataset(dataset)
    view.set_fit(fit_of(dataset))
    show_widget(view, 420, 300)
    low, high = view.chart.auto_range("y")
    assert high - low < 5
    view.per_unit.click()
    assert shown(view)[:2] == ("input", "weight per unit")
    np.testing.assert_allclose(view.stems.weights, [*TRUE.values()], rtol=1e-6)
    low, high = view.chart.auto_range("y")
    assert low <= -0.004
    assert 30 <= high < 100
    reading = view.chart.reader(2.1, 0)
    assert reading.title == "age"
    assert reading.rows[0].value == "−0.004"
    view.per_unit.click()
    low, high = view.chart.auto_range("y")
    assert high - low < 5


def test_measured_columns_need_no_switch(show_widget, table):
    view, dataset = WeightsView(), table(standardize=False)
    view.set_dataset(dataset)
    view.set_fit(fit_of(dataset))
    show_widget(view, 420, 300)
    assert shown(view)[:2] == ("input", "weight")
    assert not view.per_unit.isVisible()
    np.testing.assert_allclose(view.stems.weights, [*TRUE.values()], rtol=1e-6)


def test_many_columns_are_named_as_far_as_there_is_room(show_widget):
    view = WeightsView()
    view.set_dataset(load(DataSettings(name="linear")))
    show_widget(view, 420, 300)
    names = shown(view)[2]
    assert 3 <= len(names) <= 12
    assert names[0] == "x₁"
