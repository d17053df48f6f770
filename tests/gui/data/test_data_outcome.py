"""What a chosen table comes to."""

import numpy as np
import pytest

from regplay.core.datasets import DatasetError, load
from regplay.core.datasets.tables import Table
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.gui.data.table_dialog import USUAL, n_valid, points_values, why_no_points


def table(n, inputs, classes=0):
    x = np.arange(n * inputs, dtype=float).reshape(n, inputs)
    y = np.arange(n) % classes if classes else np.sqrt(np.arange(n))
    names = tuple(f"kind {k}" for k in range(classes))
    return Table("a table", x, y, tuple(f"x{i}" for i in range(inputs)), "y", names)


@pytest.mark.parametrize(
    ("n", "share", "expected"),
    [(100, 30, 30), (7, 30, 2), (2, 10, 1), (2, 50, 1), (3, 50, 2), (100_000, 50, 20_000)],
)
def test_how_many_validate(n, share, expected):
    assert n_valid(n, share) == expected


@pytest.mark.parametrize(("inputs", "classes"), [(1, 0), (2, 0), (1, 2), (2, 4)])
def test_points_are_the_rows_in_both_splits(inputs, classes):
    rows = table(20, inputs, classes)
    data = load(replace(Experiment(), points_values(rows, 40, standardizes=True)).data)
    assert (len(data.train.y), len(data.valid.y)) == (12, 8)
    x = np.concatenate([data.train.x, data.valid.x])
    y = np.concatenate([data.train.y, data.valid.y])
    order = x[:, 0].argsort()
    np.testing.assert_array_equal(x[order], rows.x)
    np.testing.assert_array_equal(y[order], rows.y)
    assert data.n_outputs == (classes or 1)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (table(20, 3), "points have one or two inputs"),
        (table(20, 1, classes=5), "points have up to 4 classes"),
        (table(20_001, 1), "there are more than 20,000 rows"),
    ],
)
def test_what_can_not_be_points(rows, reason):
    assert why_no_points(rows) == reason
    with pytest.raises(DatasetError, match=reason):
        points_values(rows, USUAL, standardizes=True)


def test_as_many_rows_as_there_may_be_points():
    assert why_no_points(table(20_000, 2)) == ""
