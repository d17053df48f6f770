"""Results of runs and sweeps, and datasets, in numbers and files."""

import csv
import json
import os
import stat
from pathlib import Path

import numpy as np
import pytest
import torch

from regplay.core.datasets import REGISTRY, load, remarks
from regplay.core.datasets.own_table import written
from regplay.core.experiment import DataSettings, Experiment, ModelSettings, RegularizationSettings
from regplay.core.fields import replace
from regplay.core.fit import Fit
from regplay.core.history import MEASURES, History, Snapshot
from regplay.core.sweep import Sweep, SweepAxis
from regplay.core.verdict import PointLosses
from regplay.session.files import OutputError, prepare_folder, write_file
from regplay.session.results import (
    Result,
    SweepResult,
    dataset_csv,
    history_csv,
    outcome_of,
    predictions_csv,
    state_dict,
    sweep_csv,
    write_results,
)
from regplay.session.terminal import describe_sweep, stopped_line

FILES = {"experiment.toml", "history.csv", "predictions.csv", "model.pt"}

NAN = float("nan")
WIDTHS = SweepAxis("model.width", (4, 8, 16))


def _snapshot(epoch: int, *values: float, diverged: bool = False) -> Snapshot:
    column = np.array(values)[:, None]
    stopped_at = np.array([epoch if diverged else -1])
    return Snapshot(epoch, epoch, column, stopped_at, np.array([diverged]))


def _result(*snapshots: Snapshot) -> Result:
    data = DataSettings(n_train=3, n_valid=2)
    history = History()
    for snapshot in snapshots:
        history.append(snapshot)
    experiment, dataset = Experiment(data=data), load(data)
    fit = Fit(0, 0, np.array([0.1, 0.2, 1 / 3]), np.array([1e-17, -2.0]))
    return Result(
        experiment=experiment,
        dataset=dataset,
        history=history,
        final=snapshots[-1],
        fit=fit,
        points=PointLosses.of(experiment, dataset, fit),
        layers=[(torch.eye(1), torch.zeros(1))],
        seconds=1.5,
        engine="native, AVX2",
    )


@pytest.fixture
def result() -> Result:
    nan = float("nan")
    return _result(
        _snapshot(0, 0.9, 0.8, nan, nan, 0.0, 0.9, 3.0),
        _snapshot(1, 0.1, 1 / 3, nan, nan, 0.0, 0.1, 3.5),
        _snapshot(5, 1e-17, 0.5, nan, nan, 0.0, 0.0, 4.0),
    )


def test_the_history_has_all_digits_and_no_nan(result):
    assert history_csv(result.history).decode().splitlines() == [
        "epoch,train_loss,valid_loss,train_accuracy,valid_accuracy,penalty,weight_norm",
        "0,0.9,0.8,,,0.0,3.0",
        "1,0.1,0.3333333333333333,,,0.0,3.5",
        "5,1e-17,0.5,,,0.0,4.0",
    ]


def test_the_summary(result):
    assert result.summary() == {
        "final": {
            "train_loss": 1e-17,
            "valid_loss": 0.5,
            "train_accuracy": None,
            "valid_accuracy": None,
            "penalty": 0.0,
            "weight_norm": 4.0,
        },
        "best": {"epoch": 1, "valid_loss": 1 / 3},
        "epochs": 5,
        "diverged": False,
        "seconds": 1.5,
        "engine": "native, AVX2",
    }


def test_the_summary_of_what_was_never_finite():
    values = [float("nan"), float("inf"), *[float("nan")] * (len(MEASURES) - 2)]
    summary = _result(_snapshot(0, *values, diverged=True)).summary()
    assert set(summary["final"].values()) == {None}
    assert summary["best"] == {"epoch": None, "valid_loss": None}
    assert summary["diverged"] is True


def test_the_predictions_of_a_regression(result):
    dataset = result.dataset
    lines = predictions_csv(dataset, result.fit).decode().splitlines()
    assert lines[0] == "split,x,y_true,y_pred"
    x, y = dataset.train.x[2, 0], dataset.train.y[2]
    assert lines[3] == f"train,{float(x)!r},{float(y)!r},0.3333333333333333"
    assert lines[4].startswith("valid,")
    assert lines[4].endswith(",1e-17")
    assert len(lines) == 1 + 3 + 2


def test_the_predictions_of_classes_are_names():
    data = DataSettings(name="penguins", n_train=2, n_valid=1)
    dataset = load(data)
    fit = Fit(0, 0, np.array([[0.1, 0.2, 0.7], [0.6, 0.3, 0.1]]), np.array([[0.0, 1.0, 0.0]]))
    lines = predictions_csv(dataset, fit).decode().splitlines()
    names = dataset.class_names
    assert [line.rsplit(",", 1)[1] for line in lines[1:]] == [names[2], names[0], names[1]]
    assert [line.rsplit(",", 2)[1] for line in lines[1:]] == [
        names[i] for i in [*dataset.train.y, *dataset.valid.y]
    ]


@pytest.mark.parametrize(
    ("dropout", "keys"), [(0.0, ["0", "2", "4"]), (0.3, ["0", "3", "6"])], ids=["without", "with"]
)
def test_the_keys_count_dropout_where_there_is_some(dropout, keys):
    experiment = Experiment(
        model=ModelSettings(depth=2), regularization=RegularizationSettings(dropout=dropout)
    )
    layers = [(torch.ones(2, 2), torch.ones(2))] * 3
    state = state_dict(experiment, layers)
    assert list(state) == [f"{key}.{part}" for key in keys for part in ("weight", "bias")]


def test_four_files_and_nothing_else(result, tmp_path):
    folder = tmp_path / "a" / "b"
    write_results(folder, result)
    assert {path.name for path in folder.iterdir()} == FILES


def test_files_are_as_readable_as_any_other(result, tmp_path):
    (tmp_path / "other").touch()
    write_results(tmp_path, result)
    expected = stat.S_IMODE((tmp_path / "other").stat().st_mode)
    for name in FILES:
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == expected


def test_files_of_the_same_name_are_replaced_and_others_stay(result, tmp_path):
    (tmp_path / "history.csv").write_text("old", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    write_results(tmp_path, result)
    assert (tmp_path / "history.csv").read_bytes() == history_csv(result.history)
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_write_that_fails_leaves_the_old_file_whole(result, tmp_path, monkeypatch):
    (tmp_path / "history.csv").write_text("old", encoding="utf-8")
    replace = os.replace

    def full(name: Path, wanted: Path) -> None:
        if wanted.name == "history.csv":
            raise OSError(28, "No space left on device")
        replace(name, wanted)

    monkeypatch.setattr(os, "replace", full)
    message = r"history\.csv: can't be written: no space left on device; make room on"
    with pytest.raises(OutputError, match=message):
        write_results(tmp_path, result)
    assert (tmp_path / "history.csv").read_text(encoding="utf-8") == "old"
    assert {path.name for path in tmp_path.iterdir()} <= FILES


def test_half_a_surrogate_is_refused_with_words(tmp_path):
    """As in the name of a file that is no text to the system."""
    with pytest.raises(OutputError, match=r"a\.toml: can't be written: a name in it"):
        write_file(tmp_path / "a.toml", 'file = "\udcff.csv"')
    assert list(tmp_path.iterdir()) == []


def test_a_folder_where_a_file_should_be(result, tmp_path):
    (tmp_path / "model.pt").mkdir()
    with pytest.raises(OutputError, match=r"model\.pt: can't be written: "):
        write_results(tmp_path, result)


def test_a_file_where_the_folder_should_be(tmp_path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(OutputError, match="this is a file; results need a folder"):
        prepare_folder(file)
    with pytest.raises(OutputError, match="can't write there"):
        prepare_folder(file / "sub")


def test_preparing_leaves_an_empty_folder(tmp_path):
    prepare_folder(tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


# sweeps


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


def _sweep_result(sweep: Sweep, *histories: History | None) -> SweepResult:
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
    return _sweep_result(Sweep(Experiment(), (WIDTHS,), 2), *histories)


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
    sweep = Sweep(Experiment(), (SweepAxis("seed", (3, 5)), SweepAxis("data.clean_valid", (True,))))
    rows = _rows(_sweep_result(sweep, _history(1.0), _history(2.0)))
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
    sweep = Sweep(Experiment(), (SweepAxis("model.width", tuple(range(1, 10))),))
    result = _sweep_result(
        sweep, *(_history(float(10 - width), accuracy=0.5) for width in range(1, 10))
    )
    assert result.task == "classification"
    lines = describe_sweep(result).splitlines()
    assert lines[0] == "9 networks in 1.25 s"
    assert lines[3].split() == ["9", "0.5", "1", "50.0", "%", "best"]
    assert lines[-1] == "... and 4 more"


def test_what_ctrl_c_left(seeded):
    assert stopped_line(seeded, writes=True) == (
        "Stopped: 5 of 6 networks had finished; only these are written."
    )
    none = _sweep_result(Sweep(Experiment(), (), 2), None, None)
    assert stopped_line(none, writes=True) == (
        "Stopped: 0 of 2 networks had finished; nothing is written."
    )
    assert stopped_line(none, writes=False) == "Stopped: 0 of 2 networks had finished."


# datasets


def rows_of(dataset, split):
    one = getattr(dataset, split)
    y = [dataset.class_names[i] for i in one.y] if dataset.class_names else one.y.tolist()
    return [(*x, target) for x, target in zip(one.x.tolist(), y, strict=True)]


@pytest.mark.parametrize("name", [name for name in REGISTRY if name != "csv"])
def test_any_dataset_comes_back_as_a_file(name, tmp_path):
    dataset = load(replace(Experiment(), {"data.name": name}).data)
    path = tmp_path / "saved.csv"
    write_file(path, dataset_csv(dataset))
    names = (*dataset.input_names, dataset.target_name, "split")
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == names
    splits = [row[-1] for row in rows]
    n_train, n_valid = len(dataset.train.y), len(dataset.valid.y)
    assert splits == ["train"] * n_train + ["valid"] * n_valid
    settings = DataSettings(
        name="csv",
        file=str(path),
        target=dataset.target_name,
        inputs=written(dataset.input_names),
        task=dataset.task,
        n_train=0,
        n_valid=0,
    )
    again = load(settings)
    assert again.input_names == dataset.input_names
    expected = sorted(rows_of(dataset, "train") + rows_of(dataset, "valid"), key=str)
    assert sorted(rows_of(again, "train") + rows_of(again, "valid"), key=str) == expected


def test_names_that_need_quotes(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text('"a, b","say ""c""",kind\n1,2,"up, or\ndown"\n3,4,other\n5,6,other\n')
    dataset = load(DataSettings(name="csv", file=str(path), n_train=2, n_valid=1))
    write_file(tmp_path / "again.csv", dataset_csv(dataset))
    again = load(
        DataSettings(
            name="csv",
            file=str(tmp_path / "again.csv"),
            inputs=written(dataset.input_names),
            target="kind",
            n_train=2,
            n_valid=1,
        )
    )
    assert again.input_names == dataset.input_names == ("a, b", 'say "c"')
    assert set(again.class_names) == {"up, or\ndown", "other"}
    x = np.concatenate([again.train.x, again.valid.x])
    np.testing.assert_array_equal(x[x[:, 0].argsort()], [[1, 2], [3, 4], [5, 6]])


def test_what_can_not_be_written(tmp_path):
    dataset = load(DataSettings())
    target = tmp_path / "none" / "saved.csv"
    with pytest.raises(OutputError, match=r"saved\.csv: can't be written: no such file"):
        write_file(target, dataset_csv(dataset))
    assert not target.exists()


def test_the_column_that_names_the_split_is_left_out(tmp_path):
    path = tmp_path / "saved.csv"
    write_file(path, dataset_csv(load(DataSettings())))
    settings = DataSettings(name="csv", file=str(path), n_train=0, n_valid=0)
    assert load(settings).input_names == ("x",)
    assert load(settings).target_name == "y"
    left_out = "column 3 (split): it is left out: it says which rows were trained on"
    assert left_out in remarks(settings)


def test_the_weights_fit_a_module_that_drops_inputs_and_some_layers():
    experiment = replace(
        Experiment(),
        {
            "model.widths": "4, 3",
            "regularization.dropouts": "0, 0.5",
            "regularization.input_dropout": 0.2,
        },
    )
    sizes = [(2, 4), (4, 3), (3, 1)]
    layers = [(torch.rand(n_out, n_in), torch.rand(n_out)) for n_in, n_out in sizes]
    first, second, last = (torch.nn.Linear(*pair) for pair in sizes)
    drop, act = torch.nn.Dropout, torch.nn.Tanh
    module = torch.nn.Sequential(drop(0.2), first, act(), second, act(), drop(0.5), last)
    module.load_state_dict(state_dict(experiment, layers))
    assert torch.equal(last.weight, layers[2][0])
