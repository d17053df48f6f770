import math

import pytest

from regplay.core.number_text import gap_in_column, in_column
from regplay.gui.runs.run_rows import RunRows


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0000"),
        (0.02134, "0.0213"),
        (9.99994, "9.9999"),
        (12.345, "12.35"),
        (0.00052, "5.2e−04"),
        (31415.9, "3.1e4"),
        (1e120, "1.0e+120"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_a_loss_in_places_that_stay(value, text) -> None:
    assert in_column(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0143, "+0.0143"),
        (-0.5, "−0.5000"),
        (0.00096, "+0.0010"),
        (1e-9, "0.0000"),
        (-1e-9, "0.0000"),
        (0.0, "0.0000"),
        (math.nan, "–"),
    ],
)
def test_a_gap_has_its_sign(value, text) -> None:
    assert gap_in_column(value) == text


def test_a_row_tells_how_a_run_came_out(controller, make_run) -> None:
    rows = RunRows(controller)
    rows.set_present(make_run(train=(0.5, 0.2, 0.1), valid=(0.6, 0.25, 0.4)))
    (row,) = rows.rows
    assert row.numbers == ("0.1000", "0.4000", "+0.3000")
    assert row.best == ("0.2500", "10")


def test_before_training_there_is_none(controller) -> None:
    (row,) = RunRows(controller).rows
    assert row.numbers == ("–", "–", "–")
    assert row.best == ()
