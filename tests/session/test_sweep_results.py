"""Means, ranking, CSV and JSON of a sweep, from outcomes made by hand."""

import csv
import json

import numpy as np
import pytest

from regplay.core.experiment import Experiment
from regplay.core.history import MEASURES, History, Snapshot
from regplay.core.sweep import Axis, Sweep
from regplay.session.results import SweepResult, outcome_of, sweep_csv
from regplay.session.terminal import describe_sweep, stopped_line

NAN = float("nan")
WIDTHS = Axis("model.width", (4, 8, 16))


def _history(*valid: float, diverged: bool = False, accuracy: float = NAN) -> History:
    """A record every ten epochs; the training loss is half of the validation loss."""
    history = History()
    for index, loss in enumerate(valid):
        stopped = 10 * index if diverged and index == len(valid) - 1 else -1
        values = {"train_loss": loss / 2, "valid_loss": loss, "valid_accuracy": accuracy}
        values |= {"train_accuracy": accuracy}
        column = np.array([[values.get(measure, 1.0)] for measure in MEASURES])
        flags = np.array([stopped]), np.array([stopped >= 0])
        history.append(Snapshot(10 * index, 10 * index, column, *flags))
    return history


def _result(sweep: Sweep, *histories: History | None) -> SweepResult:
    outcomes = [
        None if history is None else outcome_of(experiment, history)
        for experiment, history in zip(sweep.experiments, histories, strict=True)
    ]
    return SweepResult(sweep, outcomes, 1.25)


def _rows(result: SweepResult) -> list[dict[str, str]]:
    return list(csv.DictReader(sweep_csv(result).decode().splitlines()))


@pytest.fixture
def seeded() -> SweepResult:
    """Width 4 means 3; of width 8 one diverged; of width 16 one has not finished."""
    histories = [
        *(_history(4.0, 1.0, 2.0), _history(5.0, 4.0)),
        *(_history(6.0, 0.5), _history(7.0, 90.0, diverged=True)),
        *(_history(5.0), None),
    ]
    return _result(Sweep(Experiment(), (WIDTHS,), 2), *histories)


def test_means_leave_out_what_diverged_or_is_missing(seeded):
    assert seeded.means("valid_loss").tolist() == [3.0, 0.5, 5.0]
    assert seeded.means("train_loss").tolist() == [1.5, 0.25, 2.5]
    assert seeded.diverged.tolist() == [0, 1, 0]


def test_what_diverged_in_part_is_ranked_last(seeded):
    assert seeded.ranking() == [(0,), (2,), (1,)]


def test_a_row_for_each_finished_network(seeded):
    rows = _rows(seeded)
    assert list(rows[0]) == [
        *("model.width", "seed", "train_loss", "valid_loss", "train_accuracy", "valid_accuracy"),
        *("best_epoch", "best_train_loss", "best_valid_loss"),
        *("best_train_accuracy", "best_valid_accuracy", "epochs", "diverged"),
    ]
    assert [(row["model.width"], row["seed"]) for row in rows] == [
        *(("4", "0"), ("4", "1"), ("8", "0"), ("8", "1"), ("16", "0")),
    ]
    first = rows[0]
    assert (first["valid_loss"], first["best_epoch"], first["best_valid_loss"]) == (
        *("2.0", "10", "1.0"),
    )
    assert (first["best_train_loss"], first["valid_accuracy"], first["epochs"]) == ("0.5", "", "20")
    assert [row["diverged"] for row in rows] == ["false", "false", "false", "true", "false"]


def test_a_varied_seed_has_one_column():
    sweep = Sweep(Experiment(), (Axis("seed", (3, 5)), Axis("data.clean_valid", (True,))))
    rows = _rows(_result(sweep, _history(1.0), _history(2.0)))
    assert list(rows[0])[:3] == ["seed", "data.clean_valid", "train_loss"]
    assert [row["seed"] for row in rows] == ["3", "5"]
    assert rows[0]["data.clean_valid"] == "true"


def test_the_summary_is_strict_json(seeded):
    summary = json.loads(json.dumps(seeded.summary(), allow_nan=False))
    assert list(summary) == ["axes", "seeds", "members", "seconds", "engine", "finished"]
    assert summary["axes"] == [{"path": "model.width", "values": [4, 8, 16]}]
    assert (summary["seeds"], summary["seconds"], summary["finished"]) == (2, 1.25, 5)
    member = summary["members"][1]
    assert member["values"] == {"model.width": 4}
    assert (member["seed"], member["diverged"], member["epochs"]) == (1, False, 10)
    assert member["final"]["valid_loss"] == 4.0
    assert member["final"]["valid_accuracy"] is None
    assert member["best"]["epoch"] == 10


def test_what_was_never_finite_has_no_best():
    outcome = outcome_of(Experiment(), _history(NAN, diverged=True))
    assert outcome.best_epoch is None
    result = SweepResult(Sweep(Experiment(), (), 1), [outcome], 1.0)
    assert result.summary()["members"][0]["best"]["valid_loss"] is None
    assert result.ranking() == []
    assert describe_sweep(result) == "1 network in 1.00 s; 1 diverged"


def test_the_outcome_in_words(seeded):
    lines = describe_sweep(seeded).splitlines()
    assert lines[0] == "5 networks in 1.25 s: 3 combinations with 2 seeds each; 1 diverged"
    assert lines[2].split() == ["model.width", "train", "loss", "valid", "loss"]
    assert lines[3].split() == ["4", "1.5", "±", "0.71", "3", "±", "1.4", "best"]
    assert lines[4].split() == ["16", "2.5", "5"]
    assert lines[-1] == "mean ± standard deviation over seeds"


def test_only_the_best_few_are_shown_and_the_rest_counted():
    sweep = Sweep(Experiment(), (Axis("model.width", tuple(range(1, 10))),))
    result = _result(sweep, *(_history(float(10 - width), accuracy=0.5) for width in range(1, 10)))
    assert result.task == "classification"
    lines = describe_sweep(result).splitlines()
    assert lines[0] == "9 networks in 1.25 s"
    assert lines[3].split() == ["9", "0.5", "1", "50.0", "%", "best"]
    assert lines[-1] == "... and 4 more"


def test_what_ctrl_c_left(seeded):
    assert stopped_line(seeded, writes=True) == (
        "Stopped: 5 of 6 networks had finished; only these are written."
    )
    none = _result(Sweep(Experiment(), (), 2), None, None)
    assert stopped_line(none, writes=True) == (
        "Stopped: 0 of 2 networks had finished; nothing is written."
    )
    assert stopped_line(none, writes=False) == "Stopped: 0 of 2 networks had finished."
