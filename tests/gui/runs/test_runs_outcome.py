import math

import pytest

from regplay.core.history import History
from regplay.gui.runs.run_rows import RunOutcome, outcome
from regplay.session.number_text import gap_in_column, in_column


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


def test_the_outcome_of_a_history(make_run) -> None:
    run = make_run(train=(0.5, 0.2, 0.1), valid=(0.6, 0.25, 0.4))
    done = outcome(run.history)
    assert done == RunOutcome(0.1, 0.4, 0.25, 10)
    assert done.gap == pytest.approx(0.3)


def test_before_training_there_is_none() -> None:
    done = outcome(History())
    assert done.best_epoch is None
    assert math.isnan(done.train)
    assert math.isnan(done.gap)
